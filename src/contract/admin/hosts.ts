/** /api/admin/hosts */
import { z } from 'zod';
import { errorBody } from '../api.ts';
import { errorCode } from '../error-code.ts';
import { isolationLevels } from '../isolation.ts';
import { count, time } from './fields.ts';

export const probe = z.object({
  at: time,
  ms: z.number().describe('how long the answer took'),
  error: z.object({ code: errorCode, detail: z.string().nullable() }).nullable().describe('null: it is well'),
});
export type Probe = z.infer<typeof probe>;

const hostView = z.object({
  name: z.string(),
  backend: z.enum(['local', 'remote', 'disabled']),
  presence: z.enum(['here', 'silent', 'away']),
  mode: z.enum(['channel', 'verbs']).nullable().describe('null before the first contact'),
  refusal: errorBody.nullable().describe('why no question is taken, where none is'),
  agent: z.string().nullable(),
  agentVersion: z.string().nullable().describe('when the host’s daemon started; null where the host does not tell'),
  driver: z.string().nullable(),
  isolation: z
    .enum(isolationLevels)
    .nullable()
    .describe('how people’s agents are kept apart there; null before the first contact'),
  isolationLacks: z
    .string()
    .nullable()
    .describe('what that does not hold, where several people may ask; null: nothing'),
  version: z.string().nullable().describe('of Paliadin on the host: of its shim and daemon'),
  panes: z.object({ live: count, hibernated: count }).nullable().describe('null while the host is away'),
  sessions: count.describe('conversations that live there'),
  room: z
    .object({ panes: count.describe('how many more terminals may live there'), memory: z.number().describe('bytes') })
    .nullable()
    .describe('what it has left for further agents; null where it does not tell'),
  listed: z.boolean().describe('on the list of hosts, where it can be drained; else only the settings name it'),
  enabled: z.boolean().describe('false: it takes no questions'),
  draining: z.boolean().describe('it takes no new conversations; those that live there stay'),
  preference: z.int().nullable().describe('its place in the owner’s order; null where it has none'),
  running: count.describe('turns under way'),
  probes: z.array(probe).describe('the last ones, oldest first, at most 120; one in 30 s, since the gateway’s start'),
});
export type HostView = z.infer<typeof hostView>;

export const hosts = z.object({
  gateway: z.object({
    version: z.string(),
    startedAt: time,
    database: z.string().describe('its name and version'),
    webhooks: z
      .object({
        waiting: count.describe('deliveries that are due, or will be'),
        failing: count.describe('those of them whose last attempt failed'),
        oldestWaitingAt: time.nullable().describe('when the oldest of them occurred; null where none waits'),
        delivered: count.describe('of the last 1000'),
        givenUp: count.describe('of the last 1000'),
      })
      .nullable()
      .describe('null where no endpoint is set'),
  }),
  hosts: z.array(hostView),
});
export type Hosts = z.infer<typeof hosts>;

export const hostParams = z.object({ name: z.string().min(1).max(300) });

/** PATCH …/:name. Draining, it takes no new conversations; those that live there stay. */
export const hostChange = z.strictObject({ draining: z.boolean() });
export const hostChanged = z.object({ name: z.string(), enabled: z.boolean(), draining: z.boolean() });
