/** The application's tools, as the settings name them, and the keys of the tokens that go there. */
import type { AppToolSettings } from '../config/app-tools.ts';
import { VERSION } from '../config/version.ts';
import type { AppToolStore } from '../store/app-tool-store.ts';
import type { AppToolsOptions } from '../turn/app-tools/turn-tools.ts';

export interface OpenAppTools {
  options: AppToolsOptions;
  jwks(): Promise<{ keys: object[] }>;
}

export interface AppToolsNeeds {
  settings: AppToolSettings;
  store: AppToolStore;
  /** The gateway's public address, known once it listens. */
  issuer(): string;
  onCall: AppToolsOptions['onCall'];
}

export async function openAppTools({ settings, store, issuer, onCall }: AppToolsNeeds): Promise<OpenAppTools> {
  // Loaded here: a gateway without an application's tools has no use for it.
  const [{ openApplication }, { signingKeys }, { tokenSource }] = await Promise.all([
    import('../app-tools/application.ts'),
    import('../app-tools/signing-keys.ts'),
    import('../app-tools/token-source.ts'),
  ]);
  const keys = signingKeys({ store, clock: Date.now });
  await keys.current(); // made at the start, so that it is published before it is needed
  const { url, timeoutMs, maxResultBytes, ask, maxCalls } = settings;
  const token = tokenSource({ ...settings, keys, issuer, clock: Date.now });
  const application = openApplication({ url, version: VERSION, timeoutMs, maxResultBytes, token });
  return { options: { application, ask, maxCalls, onCall }, jwks: keys.published };
}
