/** The services behind the dashboard and the command line, built once for both. */
import type { Hosts } from '../backend/hosts.ts';
import type { AdminEvent } from '../contract/admin/events.ts';
import type { AttachmentLimits } from '../contract/attachment.ts';
import type { RequestCounts } from '../store/request-counts.ts';
import type { Store } from '../store/store.ts';
import type { WebhookStore } from '../store/webhook-store.ts';
import type { Turns } from '../turn/turns.ts';
import { type AttachmentService, createAttachmentService } from './attachments/attachments.ts';
import { type AuditLogService, createAuditLogService } from './audit-log/audit-log.ts';
import type { KnownHead } from './audit-log/verify.ts';
import type { Access } from './authorisation.ts';
import { followChanges } from './changes.ts';
import { createHistoryService, type HistoryService } from './history.ts';
import { createHostListService, type HostListService } from './host-list.ts';
import { createHostService, type HostService, type ProbeHistory } from './hosts.ts';
import { createReadings } from './readings.ts';
import { type ConversationService, createConversationService } from './sessions/conversations.ts';
import { liveSessions } from './sessions/live-sessions.ts';
import { createSessionControl, type SessionControl } from './sessions/session-control.ts';
import type { SessionHost } from './sessions/session-host.ts';
import { createSessionService, type SessionService } from './sessions/sessions.ts';
import { type CredentialService, createCredentialService } from './sign-in/credentials.ts';
import type { DenialLimits } from './sign-in/denials.ts';
import type { JwtAuthenticator } from './sign-in/jwt-authenticator.ts';
import type { Random } from './sign-in/secrets.ts';
import { createSignInService, type SignInService } from './sign-in/sign-in.ts';
import type { SignInEvent } from './sign-in/sign-in-event.ts';
import { createStatisticsService, type StatisticsService } from './statistics.ts';
import { createTurnLogService, type TurnLogService } from './turn-log/turn-log.ts';
import { createUserService, type UserService } from './users/users.ts';
import { countsInMemory } from './window-counts.ts';

/** The services that work with or without a running gateway. */
export interface Services {
  users: UserService;
  credentials: CredentialService;
  sessions: SessionService;
  conversations: ConversationService;
  hostList: HostListService;
  turnLog: TurnLogService;
  auditLog: AuditLogService;
  statistics: StatisticsService;
  webhooks: Pick<WebhookStore, 'list'>;
}

/** The services inside a gateway. */
export interface GatewayServices extends Services {
  /** Who may ask questions. */
  readonly access: Access;
  signIn: SignInService;
  sessionControl: SessionControl;
  hosts: HostService;
  history: HistoryService;
  attachments: AttachmentService;
  /** Counts the requests of each user. */
  requestCounts: Pick<RequestCounts, 'add'>;
  /** Reports changes as they happen, until `signal` aborts. */
  changes(signal: AbortSignal): AsyncIterable<AdminEvent>;
  /** @throws PaliadinError where the store can't be written */
  checkStore(): Promise<void>;
}

export interface ServicesOptions {
  store: Store;
  host: SessionHost;
  /** Resolves when none of the user's turns is open any more. */
  stopTurns(userId: string): Promise<void>;
  /** The head of the audit log that was saved beside the database; null where there is none. */
  notedHead(): KnownHead | null;
  access: Access;
  /** The user with this subject is created as the owner. */
  ownerSubject: string;
  random: Random;
  /** UTC milliseconds. */
  clock(): number;
  /** Called for each sign-in, refusal and sign-out; has to be quick. */
  onSignIn?(event: SignInEvent): void;
}

export interface GatewayServicesOptions extends Omit<ServicesOptions, 'host' | 'stopTurns'> {
  turns: Turns;
  hosts: Hosts;
  /** Reads the list of hosts again. */
  onHostsChanged?(): Promise<void>;
  /** Whether the application has an endpoint for webhooks. */
  tellsApplication?: boolean;
  /** Absent where the hosts are not probed. */
  probes?: ProbeHistory | undefined;
  /** Null where tokens of an application are not accepted. */
  jwt: JwtAuthenticator | null;
  denialLimits?: DenialLimits | undefined;
  /** Of the files of a question. */
  limits: AttachmentLimits;
  newId(): string;
  /** Version of the gateway. */
  version: string;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** An error that no caller gets. */
  onError(what: string, error: unknown): void;
}

export function createServices({ onSignIn = () => {}, ...options }: ServicesOptions): Services {
  const { store, host } = options;
  const onRecord = createReadings(options);
  return {
    users: createUserService({ ...options, endConversation: host.endConversation, onSignIn }),
    credentials: createCredentialService(options),
    sessions: createSessionService({ ...options, onRecord }),
    conversations: createConversationService({ ...options, onRecord }),
    hostList: createHostListService(options),
    turnLog: createTurnLogService({ ...options, onRecord }),
    auditLog: createAuditLogService({ ...options, onRecord }),
    statistics: createStatisticsService({ store, clock: options.clock }),
    webhooks: store.webhooks,
  };
}

export function createGatewayServices(options: GatewayServicesOptions): GatewayServices {
  const { store, turns, hosts, access, onSignIn = () => {} } = options;
  const host: SessionHost = {
    async sessions(name) {
      const found = hosts.all().find((backend) => backend.host === name);
      return found === undefined ? null : liveSessions(found);
    },
    endConversation: (session) => hosts.of(session).reset(session.name, { forget: true }),
  };
  const services = createServices({ ...options, host, stopTurns: (userId) => turns.stopAll(userId) });
  const { sessions } = services;
  return {
    ...services,
    access,
    signIn: createSignInService({ ...options, onSignIn }),
    sessionControl: createSessionControl({ ...options, sessions, onRecord: createReadings(options) }),
    hosts: createHostService({
      ...options,
      host,
      probes: options.probes,
      tellsApplication: options.tellsApplication ?? false,
    }),
    history: createHistoryService(options),
    attachments: createAttachmentService({ ...options, onRecord: createReadings(options) }),
    requestCounts: store.requestCounts ?? countsInMemory(options.now),
    changes: (signal) => followChanges({ turns, store, hosts, probes: options.probes }, signal),
    checkStore: () => store.check(),
  };
}
