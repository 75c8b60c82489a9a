/** The small things that tables and pages are made of. */
import type { ReactNode } from 'react';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { TurnStatus } from '../../../contract/turn.ts';
import { Icon, type IconName } from '../../chat/ui/Icon.tsx';
import { exactly, moment } from '../format.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';

export type Tone = 'good' | 'wait' | 'bad' | 'quiet';

/** A state by word and shape; the colour only repeats them. */
export function State({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={`state state-${tone}`}>
      <Icon name={icon ?? ICONS[tone]} />
      {children}
    </span>
  );
}

export function StatusOf({ status, late = false }: { status: TurnStatus; late?: boolean }) {
  const { w } = useAdmin();
  const [tone, icon] = STATUSES[status];
  return (
    <State tone={tone} icon={icon}>
      {w.statuses[status]}
      {late && `, ${w.late}`}
    </State>
  );
}

/** Time of day, with the date where it was another day; to the second for who points at it. */
export function At({ at }: { at: number }) {
  const { locale } = useAdmin();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactly(at, locale)}>
      {moment(at, Date.now(), locale)}
    </time>
  );
}

export function PersonName({ user }: { user: { id: string; name: string } }) {
  const { w } = useAdmin();
  return <>{user.name || <span className="quiet">{w.noOne}</span>}</>;
}

/** Leads to what this person asked. */
export function PersonTurns({ user }: { user: { id: string; name: string } }) {
  return (
    <To href={pathTo(['turns'], { userId: user.id })}>
      <PersonName user={user} />
    </To>
  );
}

export function Code({ code }: { code: ErrorCode }) {
  const { w } = useAdmin();
  return (
    <span className="code-words">
      {w.codes[code]} <code>{code}</code>
    </span>
  );
}

const ICONS: Record<Tone, IconName> = { good: 'check', wait: 'clock', bad: 'alert', quiet: 'stop' };

const STATUSES: Record<TurnStatus, [Tone, IconName]> = {
  queued: ['quiet', 'clock'],
  delivering: ['quiet', 'clock'],
  running: ['wait', 'clock'],
  waiting: ['wait', 'hand'],
  completed: ['good', 'check'],
  failed: ['bad', 'alert'],
  cancelled: ['quiet', 'stop'],
  unknown: ['bad', 'unsure'],
};
