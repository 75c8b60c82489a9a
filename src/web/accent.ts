/**
 * Draws a page in somebody's own colour, so that all of it can still be read: where the colour does not stand out from the
 * ground (4.5:1, WCAG AA), a darker or lighter one of the same hue takes its place.
 */

type Rgb = readonly [number, number, number];

/** Does nothing with what is no colour. */
export function showAccent(accent: string | null, root: HTMLElement): void {
  const colour = accent === null ? null : parse(accent);
  if (colour === null) return;
  const [light, dark] = [readable(colour, LIGHT), readable(colour, DARK)];
  const set = (name: string, onLight: string, onDark: string) =>
    root.style.setProperty(name, `light-dark(${onLight}, ${onDark})`);
  set('--accent', hex(light), hex(dark));
  set('--on-accent', hex(inkOn(light)), hex(inkOn(dark)));
  set('--accent-ground', hex(mix(light, LIGHT.ground, 0.9)), hex(mix(dark, DARK.ground, 0.84)));
}

/** The colour itself, or the nearest of its hue that can be read on the ground. */
export function readable(colour: Rgb, { ground, toward }: typeof LIGHT): Rgb {
  for (let step = 0; step < STEPS; step++) {
    const tried = mix(colour, toward, step / STEPS);
    if (contrast(tried, ground) >= LEAST_CONTRAST) return tried;
  }
  return toward;
}

/** White or near black, whichever is easier to read on it: one of the two always is. */
export function inkOn(colour: Rgb): Rgb {
  return contrast(WHITE, colour) >= contrast(INK, colour) ? WHITE : INK;
}

/** From 1 to 21, as WCAG counts it. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Null for what is not `#rrggbb`. */
export function parse(colour: string): Rgb | null {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return null;
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as unknown as Rgb;
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((value, at) => Math.round(value + ((to[at] ?? 0) - value) * share)) as unknown as Rgb;
}

function hex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [18, 20, 29];

/** The grounds of `tokens.css`, and where a colour goes that can't be read on them. The raised surfaces are a little nearer. */
export const LIGHT: { ground: Rgb; toward: Rgb } = { ground: [246, 247, 249], toward: [0, 0, 0] };
export const DARK: { ground: Rgb; toward: Rgb } = { ground: [24, 27, 31], toward: WHITE };

const LEAST_CONTRAST = 4.5;
const STEPS = 40;
