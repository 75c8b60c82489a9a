/** Every variable: its allowed values, its default, and its meaning. `docs/configuration.md` has the same content. */
import { z } from 'zod';
import { TOOL_RULE } from '../contract/approval-policy.ts';
import { MOST_FILE_BYTES, MOST_FILES } from '../contract/attachment.ts';
import { isolationLevels } from '../contract/isolation.ts';
import { modelServices } from '../contract/model-service.ts';
import { HOST_PATTERN, PREFIX_PATTERN, USER_PATTERN } from '../contract/names.ts';
import { badDestinations } from './isolation/destinations.ts';
import { areModelServices } from './isolation/model-services.ts';
import { badAddresses } from './sign-in/addresses.ts';
import { parseAppOrigins, parseAppUrl } from './sign-in/app-origins.ts';

const text = z.string().trim().min(1);

function count(least: number, most: number) {
  const message = `a whole number from ${least} to ${most}`;
  const number = z.string().trim().regex(/^\d+$/, message).transform(Number);
  return number.refine((value) => value >= least && value <= most, message);
}

/** A length of time in milliseconds, written `90`, `90s`, `2m`, `500ms` or `1h`; a bare number is seconds. */
const duration = z
  .string()
  .trim()
  .regex(/^\d+(ms|s|m|h)?$/, 'a number with ms, s, m or h, such as 60s')
  .transform((written) => {
    const [, number, unit = 's'] = /^(\d+)(\D*)$/.exec(written) ?? [];
    return Number(number) * (UNITS[unit || 's'] ?? 1000);
  });

/** `https://chat.example`, as browsers name it in `Origin`. */
const origin = z
  .string()
  .trim()
  .transform((written, context) => {
    const url = URL.parse(written);
    const bare = url !== null && /^https?:$/.test(url.protocol) && [url.origin, `${url.origin}/`].includes(url.href);
    if (bare) return url.origin;
    context.addIssue({ code: 'custom', message: 'an address such as https://chat.example, without a path' });
    return z.NEVER;
  });

/** Absolute paths separated by `:`, as in PATH. */
const paths = z
  .string()
  .trim()
  .transform((list) => list.split(':').filter((path) => path !== ''))
  .refine((list) => list.every((path) => path.startsWith('/')), 'absolute paths with : between them');

const appOrigins = z
  .string()
  .trim()
  .transform((written, context) => {
    const origins = parseAppOrigins(written);
    if (origins !== null) return origins;
    const message =
      'origins such as https://app.example, without a path, with commas between them; http on loopback only';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const appUrl = z
  .string()
  .trim()
  .transform((written, context) => {
    const url = parseAppUrl(written);
    if (url !== null) return url;
    context.addIssue({
      code: 'custom',
      message: 'an address such as https://app.example/start; http on loopback only',
    });
    return z.NEVER;
  });

/** What people read: one line. */
function words(most: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(most, `at most ${most} characters`)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'one line of visible characters');
}

/** Of the owner's choice, so a private address is allowed. */
const webhookUrl = z
  .string()
  .trim()
  .transform((written, context) => {
    const url = parseAppUrl(written);
    if (url !== null) return url;
    const message =
      'an address such as https://app.example/hooks/paliadin, without user and password; http on loopback only';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** Of the application's own choice too; its tools' results come from there, and a token goes there with each call. */
function serverUrl(example: string) {
  return z
    .string()
    .trim()
    .transform((written, context) => {
      const url = parseAppUrl(written);
      if (url !== null && !url.includes('#')) return url;
      const message = `an address such as ${example}, without user, password and fragment; http on loopback only`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

/** The message must not quote it: it may contain a password. */
const databaseUrl = z
  .string()
  .trim()
  .refine((written) => {
    const url = URL.parse(written);
    return url !== null && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1;
  }, 'an address such as postgres://user:password@db.example/paliadin, where other characters than letters and digits in user and password are percent-encoded');

const headerName = z
  .string()
  .trim()
  .regex(
    /^(?!(?:host|cookie|authorization|origin|connection|content-.*|accept.*|x-forwarded-for)$)[a-z][a-z0-9-]{2,60}$/i,
    'the name of a header that the proxy sets, such as X-Forwarded-Email',
  );

/** Names of tools separated by commas. */
const toolRules = z
  .string()
  .transform((list) => list.split(',').map((rule) => rule.trim()))
  .refine(
    (rules) => rules.every((rule) => TOOL_RULE.test(rule)),
    'names of tools such as Bash, WebFetch, mcp__mail__*: with commas between them, * only at the end, no brackets',
  );

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DAY_MS = 24 * 3_600_000;

export const variables = {
  PALIADIN_REMOTE_HOST: z
    .string()
    .trim()
    .regex(HOST_PATTERN, 'a host name or an address, without user and port')
    .optional(),
  PALIADIN_REMOTE_PORT: count(1, 65_535).default(22_022),
  PALIADIN_REMOTE_USER: z.string().trim().regex(USER_PATTERN, 'the name of an account').default('m'),
  PALIADIN_SSH_KEY: text.optional(),
  PALIADIN_SSH_KEY_FILE: text.optional(),
  PALIADIN_KNOWN_HOSTS: text.optional(),
  PALIADIN_KNOWN_HOSTS_FILE: text.optional(),
  PALIADIN_SESSION_PREFIX: z
    .string()
    .regex(PREFIX_PATTERN, 'small letters, digits, - and _, at most 30')
    .default('paliad-paliadin'),
  PALIADIN_AGENT: z.enum(['claude', 'demo', 'acp', 'none']).optional(),
  PALIADIN_AGENT_COMMAND: text.optional(),
  PALIADIN_AGENT_DIR: text.optional(),
  PALIADIN_DRIVER: z.enum(['claude', 'demo', 'reply-file', 'acp']).optional(),
  PALIADIN_DEMO_PACE: count(0, 1000).default(12),
  // A timer in Node accepts at most 24 days.
  PALIADIN_TURN_TIMEOUT: duration.refine((ms) => ms >= 1000 && ms <= DAY_MS, 'at least 1s, at most 24h').optional(),
  PALIADIN_MAX_PANES: count(1, 1000).default(30),
  // Less than an agent needs by itself would end each of them.
  PALIADIN_AGENT_MEMORY: count(512, 1024 * 1024).default(4096),
  PALIADIN_HIBERNATE_AFTER: duration.refine((ms) => ms >= 1000 && ms <= DAY_MS, 'at least 1s, at most 24h').optional(),
  PALIADIN_QUEUE_LIMIT: count(1, 1000).default(5),
  PALIADIN_ATTACHMENTS: z.enum(['on', 'off']).default('on'),
  PALIADIN_ATTACHMENT_COUNT: count(1, MOST_FILES).default(5),
  PALIADIN_ATTACHMENT_BYTES: count(1024, MOST_FILE_BYTES).default(10 * 1024 * 1024),
  PALIADIN_AWAY_LIMIT: duration
    .refine((ms) => ms >= 1000 && ms <= 7 * DAY_MS, 'at least 1s, at most 168h')
    .default(12 * 3_600_000),
  PALIADIN_CONVERSATIONS: z.enum(['one', 'many']).default('many'),
  PALIADIN_CONVERSATIONS_LIMIT: count(1, 100_000).default(1000),
  PALIADIN_STATE_DIR: text.optional(),
  PALIADIN_DATABASE_URL: databaseUrl.optional(),
  PALIADIN_HOST: text.default('127.0.0.1'),
  PALIADIN_PORT: count(0, 65_535).default(7717),
  PALIADIN_PUBLIC_URL: origin.optional(),
  PALIADIN_APP_ORIGINS: appOrigins.default([]),
  PALIADIN_APP_URL: appUrl.optional(),
  PALIADIN_EMBED_ORIGINS: appOrigins.default([]),
  PALIADIN_NAME: words(40).optional(),
  PALIADIN_LOGO: text.optional(),
  PALIADIN_ACCENT: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^#[0-9a-f]{6}$/, 'a colour such as #4353c9')
    .optional(),
  PALIADIN_GREETING: words(200).optional(),
  PALIADIN_PUBLIC_HTTP: z.enum(['refuse', 'allow']).default('refuse'),
  PALIADIN_JWT_SECRET: text.optional(),
  PALIADIN_JWT_SECRET_FILE: text.optional(),
  PALIADIN_JWT_PREVIOUS_SECRET: text.optional(),
  PALIADIN_JWT_PREVIOUS_SECRET_FILE: text.optional(),
  PALIADIN_JWT_JWKS_URL: text.optional(),
  PALIADIN_JWT_ISSUER: text.optional(),
  PALIADIN_JWT_AUDIENCE: text.optional(),
  PALIADIN_JWT_MAX_AGE: duration
    .refine((ms) => ms >= 10_000 && ms <= DAY_MS, 'at least 10s, at most 24h')
    .default(600_000),
  PALIADIN_JWT_CLOCK_SKEW: duration.refine((ms) => ms <= 300_000, 'at most 5m').default(30_000),
  PALIADIN_WEBHOOK_URL: webhookUrl.optional(),
  PALIADIN_WEBHOOK_SECRET: text.optional(),
  PALIADIN_WEBHOOK_SECRET_FILE: text.optional(),
  PALIADIN_WEBHOOK_TEXT: z.enum(['omit', 'include']).default('omit'),
  PALIADIN_APP_TOOLS_URL: serverUrl('https://app.example/mcp').optional(),
  PALIADIN_APP_TOOLS_AUDIENCE: text.optional(),
  PALIADIN_APP_TOOLS_ASK: z.enum(['changes', 'always']).default('changes'),
  PALIADIN_APP_TOOLS_TIMEOUT: duration
    .refine((ms) => ms >= 1000 && ms <= 600_000, 'at least 1s, at most 10m')
    .default(30_000),
  // A message of the channel to the host is at most 1 MiB.
  PALIADIN_APP_TOOLS_RESULT_KIB: count(1, 512).default(256),
  PALIADIN_APP_TOOLS_CALLS: count(1, 1000).default(50),
  PALIADIN_APP_TOOLS_TOKEN_URL: serverUrl('https://app.example/oauth/token').optional(),
  PALIADIN_APP_TOOLS_CLIENT_ID: text.optional(),
  PALIADIN_APP_TOOLS_CLIENT_SECRET: text.optional(),
  PALIADIN_APP_TOOLS_CLIENT_SECRET_FILE: text.optional(),
  PALIADIN_TRUSTED_HEADER: headerName.optional(),
  PALIADIN_TRUSTED_NAME_HEADER: headerName.optional(),
  PALIADIN_TRUSTED_PROXIES: z
    .string()
    .trim()
    .refine(
      (list) => badAddresses(list).length === 0,
      'addresses or networks such as 127.0.0.1 or 10.0.0.0/8, with commas between them',
    )
    .optional(),
  PALIADIN_OWNER: text.default('owner'),
  PALIADIN_ACCESS: z.enum(['owner', 'users']).default('owner'),
  PALIADIN_ISOLATION: z.enum(isolationLevels).optional(),
  PALIADIN_SANDBOX_READ: paths.optional(),
  PALIADIN_SANDBOX_NETWORK: z
    .string()
    .trim()
    .refine(
      (list) => badDestinations(list).length === 0,
      'host names with commas between them, such as *.example.com or git.example.com:22',
    )
    .optional(),
  PALIADIN_SANDBOX_MODELS: z
    .string()
    .trim()
    .refine(areModelServices, `names of models’ APIs with commas between them: ${modelServices.join(', ')}`)
    .optional(),
  PALIADIN_APPROVALS: z.enum(['owner', 'users', 'none']).default('owner'),
  PALIADIN_NEVER_ALLOW: toolRules.default([]),
  PALIADIN_APPROVAL_TIMEOUT: duration
    .refine((ms) => ms >= 1000 && ms <= DAY_MS, 'at least 1s, at most 24h')
    .default(300_000),
  PALIADIN_RATE_LIMIT: count(1, 1_000_000).default(300),
  PALIADIN_RETENTION_DAYS: count(1, 36_500).optional(),
  PALIADIN_STARTERS: text.optional(),
  PALIADIN_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
} as const;

export type Variable = keyof typeof variables;

/** Variables whose value is never shown, and never passed to another process. */
export const secrets: ReadonlySet<string> = new Set([
  'PALIADIN_SSH_KEY',
  'PALIADIN_JWT_SECRET',
  'PALIADIN_JWT_PREVIOUS_SECRET',
  'PALIADIN_WEBHOOK_SECRET',
  'PALIADIN_APP_TOOLS_CLIENT_SECRET',
  'PALIADIN_DATABASE_URL',
]);
