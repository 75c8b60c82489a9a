/** Gives React the controller and its state. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { newIdempotencyKey } from '../../client/idempotency-key.ts';
import type { ConversationView, Me } from '../../contract/api.ts';
import { messagesOf } from '../locales/locale.ts';
import type { Memory } from '../storage.ts';
import type { Api } from './api.ts';
import { connect } from './connection.ts';
import { type Controller, type ConversationFollower, createController } from './controller.ts';
import type { ChatState } from './state.ts';

export type OpenedConversation = Pick<ConversationView, 'sessionId' | 'generation' | 'moved'>;

export interface ControllerProps {
  me: Me;
  api: Api;
  locale: string;
  kept: Memory;
  /** The conversation that is shown, as it was when it was opened. */
  conversation: OpenedConversation;
  /** Of the user's other conversations; null where this is the only one. */
  follower: ConversationFollower | null;
  onSignedOut(because?: unknown): void;
  onChanged?(tool: string): void;
  /** What the page around says, for a question that is about this page. */
  context(page: string | null): string | null;
}

export function useController(props: ControllerProps): { controller: Controller; state: ChatState } {
  const [{ controller, current }] = useState(() => create(props));
  const state = useSyncExternalStore(controller.subscribe, controller.getState);
  current.props = props;

  // Again with another language: what went wrong in earlier turns is told in the new one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => controller.start(), [controller, props.locale]);

  return { controller, state };
}

function create(props: ControllerProps) {
  const current = { props };
  const controller = createController({
    api: props.api,
    connect,
    userId: props.me.user.id,
    ...props.conversation,
    conversations: props.follower,
    locale: () => current.props.locale,
    context: (page) => current.props.context(page),
    messages: () => messagesOf(current.props.locale),
    memory: props.kept,
    onSignedOut: (because) => current.props.onSignedOut(because),
    onChanged: (tool) => current.props.onChanged?.(tool),
    now: () => Date.now(),
    random: () => Math.random(),
    newKey: newIdempotencyKey,
  });
  return { controller, current };
}
