/** Whether the gateway reaches the application's tools, and whether they ask for a token. */
import { appToolsOf } from '../../config/app-tools.ts';
import type { Config } from '../../config/load.ts';
import type { Check } from '../../contract/check.ts';
import { checksOf } from './checks.ts';

/** Null where the application offers none. */
export async function examineAppTools(config: Config): Promise<Check | null> {
  try {
    const settings = appToolsOf(config);
    return settings === null ? null : await examine(settings.url, config);
  } catch (error) {
    return failedBy(STEP, error);
  }
}

async function examine(url: string, { values }: Config): Promise<Check> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(HELLO),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why =
      name === 'TimeoutError' ? `no answer within ${ANSWER_MS / 1000} s` : (cause?.code ?? cause?.message ?? message);
    return failed(STEP, `${url} can’t be reached: ${why}`, 'start the application, or mend PALIADIN_APP_TOOLS_URL');
  }
  const { status } = response;
  if (status >= 300 && status < 400) {
    const remedy = 'set PALIADIN_APP_TOOLS_URL to the place itself: redirects are not followed';
    return failed(STEP, `${url} redirects (${status})`, remedy);
  }
  if (status < 300) {
    const remedy = 'verify the token of each request, and answer 401 without one: docs/app-tools.md';
    return failed(STEP, `${url} answers whoever calls, without a token`, remedy);
  }
  if (status !== 401 && status !== 403) {
    const remedy = 'it has to be an MCP server (Streamable HTTP) that answers 401 without a token: docs/app-tools.md';
    return failed(STEP, `${url} answers with the status ${status}`, remedy);
  }
  return passed(STEP, `${url} answers, and asks for a token (${status})`, adviceFor(values));
}

function adviceFor(values: Config['values']): string | undefined {
  const hasSignIn = [values.PALIADIN_JWT_SECRET, values.PALIADIN_JWT_SECRET_FILE, values.PALIADIN_JWT_JWKS_URL];
  if ([...hasSignIn, values.PALIADIN_TRUSTED_HEADER].every((value) => value === undefined)) {
    return 'nobody signs in through the application yet, so nobody has tools: set PALIADIN_JWT_SECRET or PALIADIN_JWT_JWKS_URL';
  }
  if (values.PALIADIN_PUBLIC_URL !== undefined) return undefined;
  return 'PALIADIN_PUBLIC_URL is not set, so the tokens’ issuer is this machine’s loopback: an application elsewhere can’t fetch the keys';
}

const STEP = 'application’s tools';
const ANSWER_MS = 5_000;
const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'paliadin-doctor', version: '1' } },
};

const { passed, failed, failedBy } = checksOf('gateway');
