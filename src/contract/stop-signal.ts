/** The part of AbortSignal that is needed here: the contract knows neither Node’s nor the browser’s types. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
