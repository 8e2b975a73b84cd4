/**
 * The client's brand colour, made readable. Ratios are WCAG 2.2 contrast ratios (relative luminance, 1.4.3): text on
 * the brand colour, and brand-coloured text on our surfaces, always reach 4.5.
 */

export type Palette = {
  /** Header, buttons: white text on it. */
  brand: string;
  onBrand: string;
  /** Brand-coloured words and icons on `surface` and on `tint`. */
  text: string;
  /** Own bubbles, picked options. */
  tint: string;
  /** Outline of own attachments. */
  line: string;
};

export const READABLE = 4.5;
const FALLBACK = "#005861";
/** Behind the agent's words, where links stand (`--jt-speech-them`). */
const SPEECH = { light: "#edf2f2", dark: "#202e32" } as const;
const SURFACE = { light: "#ffffff", dark: "#131d20" } as const;
/** Of text and tint in the dark theme: the tint must stay darker than what is written on it. */
const TINT = { light: 0.14, dark: 0.24 } as const;

export function palette(colour: string, theme: "light" | "dark" = "light"): Palette {
  const brand = towards(valid(colour), "#000000", (c) => contrast(c, "#ffffff") >= READABLE);
  const surface = SURFACE[theme];
  const tint = mix(brand, surface, TINT[theme]);
  const text = towards(brand, theme === "light" ? "#000000" : "#ffffff", (c) =>
    [tint, surface, SPEECH[theme]].every((behind) => contrast(c, behind) >= READABLE),
  );
  return { brand, onBrand: "#ffffff", text, tint, line: mix(brand, surface, 0.42) };
}

/** WCAG contrast of two `#rrggbb` colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((byte) => {
    const c = byte / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The first of 101 steps from `colour` to `end` that passes; `end` always does for the tests used here. */
function towards(colour: string, end: string, passes: (colour: string) => boolean): string {
  for (let step = 0; step < 100; step += 1) {
    const candidate = mix(end, colour, step / 100);
    if (passes(candidate)) return candidate;
  }
  return end;
}

/** `share` of `a`, the rest of `b`, in sRGB. */
function mix(a: string, b: string, share: number): string {
  const other = channels(b);
  return `#${channels(a)
    .map((byte, i) => Math.round(byte * share + (other[i] ?? 0) * (1 - share)))
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function valid(colour: string): string {
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour.toLowerCase() : FALLBACK;
}
