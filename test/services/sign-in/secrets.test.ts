import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { hashSecret } from '../../../src/services/sign-in/secrets.ts';
import { aUser, temporarySqliteStore } from '../../store/temporary-store.ts';
import { aCode, aToken } from '../../support/credentials.ts';
import { signInOf } from './sign-in-of.ts';

test('the database stores no secret, only hashes', async () => {
  const { store, file } = await temporarySqliteStore();
  const { user } = await aUser(store);
  const browser = { cookies: [], sessionKey: null, cookiesWithoutKey: [] };
  const entered = await signInOf(store).withCode(await aCode(store, user.id), { browser, client: 'x', replace: false });
  if (!entered.signedIn) throw new Error('nobody was signed in here before');
  const secrets = [await aCode(store, user.id), entered.secret, entered.sessionKey, await aToken(store, user.subject)];
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = JSON.stringify(
    ['sign_in_codes', 'browser_sessions', 'api_tokens'].flatMap((table) => db.prepare(`select * from ${table}`).all()),
  );
  db.close();
  for (const secret of secrets) {
    expect(rows).toContain(hashSecret(secret));
    expect(rows).not.toContain(secret);
    expect(Buffer.from(secret.replace('pal_', ''), 'base64url')).toHaveLength(32);
  }
});
