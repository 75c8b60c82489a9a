/** Whether only this machine can reach a host of this name: `127.0.0.1`, `localhost`, `[::1]`. */
export function isLoopback(host: string): boolean {
  return /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/.test(host);
}
