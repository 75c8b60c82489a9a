/** Sign-in by a proxy in front of the gateway. */
export interface ProxyAuthenticator {
  /** Names of headers, in lower case. */
  header: string;
  nameHeader: string | null;
}
