/** What `paliadin/client` offers. It depends on nothing, and runs in a browser and in Node. */
export type {
  AskBody,
  ConversationsPage,
  ConversationView,
  ErrorBody,
  Feedback,
  HistoryPage,
  Me,
  StreamedEvent,
  TurnView,
} from '../contract/api.ts';
export type { Attachment } from '../contract/attachment.ts';
export type { Decision } from '../contract/turn.ts';
export type { AttachmentClient, UploadOptions } from './attachments.ts';
export { type AskOptions, type ClientOptions, createClient, type History, type PaliadinClient } from './client.ts';
export type { ConversationClient } from './conversations.ts';
export type { FollowedEvent, FollowOptions } from './follow.ts';
export { newIdempotencyKey } from './idempotency-key.ts';
export { Refusal, Unreachable, type WhyUnreachable } from './request.ts';
export type { TokenSource } from './with-token.ts';
