import type { Messages } from './messages.ts';

/** What a person reads for each code: what happened, and what to do next. */
export const en: Messages = {
  mriver_unreachable: 'The assistant’s computer can’t be reached right now. Please try again in a moment.',
  away_limit: 'The assistant’s computer stayed away for too long, so your question was not sent. Please ask again.',
  shim_auth_failed: 'The assistant’s computer did not accept our key. The owner has to mend this.',
  host_key_changed:
    'The assistant’s computer identified itself with an unknown key, so nothing was sent. The owner has to check this.',
  shim_error: 'The assistant’s computer reported a problem. Please try again.',
  shim_outdated: 'The assistant’s computer runs another version of Paliadin. The owner has to update it.',
  disabled: 'The assistant is switched off on this server. You can still read earlier conversations.',
  timeout: 'The assistant gave no sign of life in time. If its answer still comes, it will appear here.',
  agent_not_ready: 'The assistant is not ready: something on its screen waits for the owner.',
  agent_stopped: 'The assistant stopped in the middle of your question. Please ask again.',
  agent_limit: 'The assistant has used up its allowance for now. Please try again later.',
  agent_error: 'The assistant’s model reported an error. Please try again.',
  outcome_unknown:
    'The connection was lost at the wrong moment: your question may or may not have reached the assistant. Send it again?',
  cancelled: 'Stopped.',
  queue_full: 'You already have several questions waiting. Please wait for an answer first.',
  rate_limited: 'That was too much at once. Please wait a moment.',
  quota_reached: 'Your questions for today are used up. You can ask again {when}.',
  conversation_limit: 'You have as many conversations as are allowed. Delete one to begin another.',
  message_invalid: 'This message can’t be sent: it is empty or contains unreadable characters.',
  message_too_large: 'This message is too long. Please shorten it to at most 100 kB.',
  attachment_invalid:
    'This file can’t be attached. Images (PNG, JPEG, GIF, WebP), PDF and plain text can; please attach it again, or another one.',
  attachment_too_large: 'This is too much to attach: the file is too large, or there are too many files.',
  store_unavailable: 'Your question could not be saved, so it was not sent. Please try again in a moment.',
  not_allowed: 'You are not allowed to do this.',
  bad_request: 'The request was not understood.',
  unauthenticated: 'Please sign in first.',
  credentials_refused: 'Your sign-in was not accepted. Please reload the page, or sign in again.',
  not_found: 'There is nothing here with that name.',
  conflict: 'This is not possible in the present state.',
  idempotency_mismatch: 'This key was already used for another question.',
  internal: 'Something went wrong on our side. Please try again.',
  approval_waits: 'Waiting for your approval: {title} Decide at {url}',
  question_waits: 'The assistant asks: {title} Answer at {url}',
};
