/** Who signs in by a proxy in front of us. */
export interface ProxyAuthenticator {
  /** Names of headers, in lower case. */
  header: string;
  nameHeader: string | null;
}
