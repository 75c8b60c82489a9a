/** Names in the own workspace that lead elsewhere. */
import { join } from 'node:path';
import { type Attack, quoted } from './attack.ts';
import type { Machine } from './machine.ts';

const target = (machine: Machine) => join(machine.person('victim').cwd, 'private.txt');
const link = (machine: Machine, name: string) => join(machine.person('hostile').cwd, name);

export const LINKS: Attack[] = [
  {
    id: 'link-by-command',
    tries: 'Makes a link to another person’s file, and reads that by a command',
    heldFrom: 'sandbox',
    does: (machine) =>
      `ln -sf ${quoted(target(machine))} ${quoted(link(machine, 'link'))}; cat ${quoted(link(machine, 'link'))}`,
  },
  {
    id: 'link-by-tool',
    tries: 'Reads a link to another person’s file with a tool',
    heldFrom: 'directory',
    does: (machine) => [{ tool: 'Read', input: { file_path: link(machine, 'link') } }],
  },
  {
    id: 'hard-link',
    tries: 'Makes a second name for another person’s file, and reads that',
    heldFrom: 'sandbox',
    does: (machine) =>
      `ln -f ${quoted(target(machine))} ${quoted(link(machine, 'hard'))} && cat ${quoted(link(machine, 'hard'))}`,
  },
];
