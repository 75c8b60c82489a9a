/** Paliadin's own methods, in addition to ACP's. */
export const extension = {
  health: '_paliadin/health',
  turn: '_paliadin/turn',
  /** A stretch of a file, before the turn that it belongs to. */
  attachment: '_paliadin/attachment',
  reset: '_paliadin/reset',
  acknowledge: '_paliadin/acknowledge',
  attach: '_paliadin/attach',
  sessions: '_paliadin/sessions',
  hibernate: '_paliadin/hibernate',
  /** A request that stays open as long as somebody watches the terminal. */
  watchScreen: '_paliadin/watch_screen',
  /** A notification: nobody watches any more. */
  leaveScreen: '_paliadin/leave_screen',
  /** A notification: what the terminal shows. */
  screen: '_paliadin/screen',
  retire: '_paliadin/retire',
  shutdown: '_paliadin/shutdown',
  /** A notification: the agent has the prompt. */
  running: '_paliadin/running',
  /** A notification: an approval is no longer asked for. */
  approvalClosed: '_paliadin/approval_closed',
  /** A notification about the agent's conversation. */
  notice: '_paliadin/notice',
  /** A notification: the answer of a turn that was given up. */
  late: '_paliadin/late',
  /** From the host to the gateway: the application's tools, for the person whose turn runs. */
  appToolsList: '_paliadin/app_tools_list',
  /** From the host to the gateway: one call of such a tool. Open until it has its result. */
  appToolsCall: '_paliadin/app_tools_call',
  /** A notification to the gateway: the agent does not wait for the call any more. */
  appToolsCancel: '_paliadin/app_tools_cancel',
} as const;
