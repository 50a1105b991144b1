/** The two grounds on which the practice's colour stands as text. */
const PAPER = { light: "#ffffff", dark: "#1a2029" };
const ENOUGH = 4.5;

type Colour = readonly [number, number, number];

/** The practice's colour, made darker by day and lighter by night until everybody can read it. */
export function accentOf(colour: string): { readonly light: string; readonly dark: string } | undefined {
  const parsed = parse(colour);
  if (!parsed) return undefined;
  return { light: readable(parsed, parse(PAPER.light), 0), dark: readable(parsed, parse(PAPER.dark), 255) };
}

/** Puts it on, or takes it off. */
export function paint(colour: string | null | undefined): void {
  const accent = colour ? accentOf(colour) : undefined;
  const { style } = document.documentElement;
  if (accent) style.setProperty("--bedside-accent", `light-dark(${accent.light}, ${accent.dark})`);
  else style.removeProperty("--bedside-accent");
}

export function contrast(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  return a && b ? ratio(a, b) : 1;
}

function readable(colour: Colour, ground: Colour | undefined, towards: number): string {
  for (let part = 0; part <= 1; part += 0.05) {
    const mixed = colour.map((value) => Math.round(value + (towards - value) * part)) as unknown as Colour;
    if (!ground || ratio(mixed, ground) >= ENOUGH) return text(mixed);
  }
  return text([towards, towards, towards]);
}

function ratio(one: Colour, other: Colour): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** As WCAG has it. */
function luminance(colour: Colour): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(colour: string): Colour | undefined {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  return hex ? (hex.slice(1).map((part) => Number.parseInt(part, 16)) as unknown as Colour) : undefined;
}

function text(colour: Colour): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
