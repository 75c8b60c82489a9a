/** Asks where a conversation is to move. */
import { useState } from 'react';
import type { HostView } from '../../../contract/admin/hosts.ts';
import { useAdmin } from '../page.ts';
import { Confirm } from '../ui/Confirm.tsx';
import { Select } from '../ui/Field.tsx';

export interface MoveSessionProps {
  /** Whose conversation. */
  name: string;
  /** Where it can go; at least one. */
  hosts: readonly HostView[];
  onCancel(): void;
  onMove(host: string): void;
}

export function MoveSession({ name, hosts, onCancel, onMove }: MoveSessionProps) {
  const { w } = useAdmin();
  const [host, setHost] = useState(hosts[0]?.name ?? '');
  return (
    <Confirm
      title={w.sessions.moveTitle(name)}
      text={w.sessions.moveText}
      action={w.sessions.move}
      onCancel={onCancel}
      onConfirm={() => onMove(host)}
    >
      <Select
        label={w.sessions.host}
        value={host}
        options={hosts.map((one) => ({ value: one.name, label: one.name }))}
        onChange={setHost}
      />
    </Confirm>
  );
}

/** Where a session can go from its host. */
export function otherHosts(all: readonly HostView[] | undefined, from: string): HostView[] {
  return (all ?? []).filter(({ name, enabled, refusal }) => name !== from && enabled && refusal === null);
}
