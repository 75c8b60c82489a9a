/** How the gateway's pages look, and how its pages and the loader are told. */

export interface Look {
  /** Instead of "Paliadin". */
  name: string | null;
  /** `#rrggbb` */
  accent: string | null;
  /** The heading of the first screen. */
  greeting: string | null;
  logo: { type: string; bytes: Buffer } | null;
}

export const LOGO_PATH = '/logo';

export const NO_LOOK: Look = { name: null, accent: null, greeting: null, logo: null };

/** Puts the look into a built page, so that nothing is drawn in another one first. */
export function pageWithLook(html: string, look: Look): string {
  const { name, accent, greeting } = look;
  const told = JSON.stringify({ name, accent, greeting, logo: look.logo && LOGO_PATH });
  const page = html.replace(
    '<meta name="paliadin-look" content="" />',
    () => `<meta name="paliadin-look" content="${escapeHtml(told)}" />`,
  );
  return name === null ? page : page.replace('<title>Paliadin</title>', () => `<title>${escapeHtml(name)}</title>`);
}

/** Puts into the loader what it shows before anything else is loaded. */
export function loaderWithLook(script: string, { name, accent }: Look): string {
  return script.replace('%PALIADIN%', () => [name ?? 'Paliadin', accent ?? DEFAULT_ACCENT].map(inScript).join('|'));
}

/** In a string of whatever quotes, and not the `|` that parts them. */
function inScript(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/** As in `web/tokens.css`. */
const DEFAULT_ACCENT = '#4353c9';
