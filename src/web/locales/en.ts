/** Everything the chat page says by itself. What a failure means comes from the server, localised. */
import { cardWords } from './card.ts';

export const en = {
  languageName: 'English',
  appName: 'Paliadin',

  // Header
  startOver: 'Start over',
  dashboard: 'Dashboard',
  settings: 'Settings',
  signedInAs: (name: string) => `Signed in as ${name}`,
  appearance: 'Appearance',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  saveAsMarkdown: 'Save all as Markdown',
  search: 'Search',
  searchTitle: 'Search your questions and answers',
  searchField: 'Words to look for',
  searching: 'Searching…',
  foundNothing: 'Nothing found.',
  foundNothingYet: 'Nothing found by now. There are earlier questions.',
  found: (count: number, more: boolean) => `${count}${more ? ' or more' : ''} found, newest first`,
  close: 'Close',
  notify: 'Tell me when an answer is ready',
  on: 'On',
  off: 'Off',
  notifyForbidden: 'This browser does not allow notifications from this page.',
  answerReady: 'Your answer is ready',
  noAnswerReady: 'Your question has ended without an answer',
  signOut: 'Sign out',

  // First screen
  welcome: 'What would you like to know?',
  welcomeText:
    'Ask in your own words. The assistant can look things up in the application, and it remembers this conversation.',
  startersLabel: 'Questions to begin with',

  // Sign-in
  signingIn: 'Signing in…',

  // Conversation
  conversation: 'Conversation',
  loading: 'Loading the conversation…',
  loadEarlier: 'Load earlier questions',
  loadingEarlier: 'Loading…',
  newConversation: 'New conversation. The assistant no longer knows what is above.',
  movedConversation:
    'The conversation goes on on another of the assistant’s computers. It is told the last questions and answers, and nothing from before.',
  notices: {
    'new-conversation': 'The assistant no longer had the conversation above. A new one begins here.',
    moved: 'From here on another of the assistant’s computers answers. It was told the last questions and answers.',
    terminal: 'Before this, something was asked at the assistant’s own terminal.',
    background: 'Before this, the assistant went on with a task of its own.',
  },
  busyElsewhere: 'The assistant is busy with something that was asked at its terminal. Your question is next.',
  jumpToLatest: 'Jump to latest',
  showAll: 'Show all',
  showLess: 'Show less',
  askedFrom: (page: string) => `Asked from ${page}`,

  // Files
  attach: 'Attach files',
  filesToSend: 'Files for this question',
  files: 'Files of this question',
  file: 'File',
  attached: (name: string) => `Attached: ${name}`,
  sendingFile: (name: string) => `Sending ${name}`,
  removeFile: (name: string) => `Remove ${name}`,
  removedFile: (name: string) => `Removed: ${name}`,
  saveFile: (name: string) => `Save ${name}`,
  fileGone: (name: string) => `${name} could not be fetched.`,
  dropHere: 'Drop the files to attach them',
  tooManyFiles: (most: number) => `A question can have ${most} files.`,
  fileTooLarge: (most: string) => `This file is too large: it may have ${most}.`,
  fileNotSent: 'It could not be sent. Remove it and try again.',

  // A turn while it is open
  sending: 'Sending…',
  queued: (position: number | null) =>
    position === null || position <= 1 ? 'Waiting: next in line' : `Waiting: number ${position} in line`,
  delivering: 'Handing over the question…',
  thinking: 'Working on it…',
  writing: 'Writing…',
  stopping: 'Stopping…',
  waitingForDecision: 'Waiting for your decision',
  waitingForAnswer: 'Waiting for your answer',
  hostSilent: 'The assistant’s computer does not respond. Waiting for it…',
  hostAway: 'The connection to the assistant’s computer broke. Reconnecting…',
  agentWaits: 'The assistant asks for permission',
  agentAsks: 'The assistant has a question',
  allowOnce: 'Allow once',
  deny: 'Deny',
  denyWhy: 'Deny and say why',
  denyReason: 'What should the assistant know?',
  answer: 'Answer',
  noAnswer: 'Go on without an answer',
  ownAnswer: 'Or in your own words',
  card: cardWords.en,
  decided: {
    allowed: 'Allowed',
    denied: 'Denied',
    answered: 'Answered',
    unanswered: 'Not answered',
    policy: 'Not allowed for you',
    timeout: 'Denied, because nobody decided in time',
    terminal: 'Decided elsewhere',
  },
  leftForHost: 'Left for later: the assistant’s computer can’t be reached',
  leftUntil: (when: string) => `It is answered when that is back, until ${when} at the latest.`,
  awayText: 'Nothing was sent. You can leave the question: it is answered when the computer is back.',
  awayOrElsewhere:
    'Nothing was sent. You can leave the question until the computer is back, or go on on another one: a new conversation begins there, which is told the last questions and answers.',
  leaveQuestion: 'Leave the question',
  goElsewhere: 'Go on elsewhere',
  withdraw: 'Withdraw',
  steps: 'Steps',
  stepRunning: 'running',
  stepDone: 'done',
  stepFailed: 'failed',

  // A turn that has ended
  answered: 'Answer complete',
  stopped: 'Stopped',
  emptyAnswer: 'The assistant finished without writing an answer.',
  failed: 'No answer',
  failedPartly: 'The answer is incomplete',
  unknown: 'Not certain',
  late: 'Late answer',
  lateText: 'It arrived after the wait for it had ended.',
  details: 'Details for the owner',
  used: (tools: string) => `Used ${tools}`,
  rows: (count: number, formatted: string) => (count === 1 ? '1 row' : `${formatted} rows`),
  copyAnswer: 'Copy answer',
  copyCode: 'Copy code',
  copied: 'Copied',
  copyFailed: 'This browser does not allow copying',
  askAgain: 'Ask again',
  sendAgain: 'Send again',

  // Feedback
  good: 'Good answer',
  bad: 'Bad answer',
  commentGood: 'What was good about it?',
  commentBad: 'What should have been different?',
  commentSend: 'Send comment',
  commentSkip: 'No comment',
  thanks: 'Thank you, noted.',

  // Markdown
  table: 'Table',
  taskDone: 'Done:',
  taskOpen: 'To do:',
  code: 'Code',
  openInApp: (path: string) => `Open ${path}`,
  askThis: (question: string) => `Ask: ${question}`,
  newTab: 'opens in a new tab',

  // Composer
  question: 'Your question',
  placeholder: 'Ask a question…',
  send: 'Send',
  stop: 'Stop',
  fromPage: 'From page',
  dropPage: 'Leave the page out',
  tooLong: (size: string, most: string) => `Too long: ${size} of at most ${most}. Please shorten it.`,
  nearLimit: (size: string, most: string) => `${size} of ${most}`,
  notSent: 'Not sent',
  dismiss: 'Dismiss',
  keys: 'Enter sends, Shift + Enter starts a line, Esc stops',

  // Dialog
  startOverTitle: 'Start a new conversation?',
  startOverText:
    'The assistant forgets this conversation and begins afresh. What was said stays readable above a dividing line.',
  startOverStops: 'What it is working on now is stopped.',
  cancel: 'Cancel',

  // Connection
  reconnecting: 'Reconnecting…',
  polled: 'Something between here and the server holds back live updates. The page asks every few seconds instead.',
  unreachable: 'The server can’t be reached. Trying again…',
  notReached: 'The server could not be reached. Your question is kept here; send it again in a moment.',
  notDone: 'The server could not be reached. Please try again in a moment.',
  timedOut: 'The server did not answer in time. Please try again in a moment.',
  notSignedIn: 'Please sign in again first.',
  refused: 'The server gave an answer that was not understood. Please try again in a moment.',
  failedToLoad: 'Earlier questions could not be loaded. Please try again.',
  notSaved: 'The file could not be saved. Please try again.',
};

export type Messages = typeof en;
