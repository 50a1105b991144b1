import type { Corner } from "./stage-corner.ts";

/** How this person likes the call page; kept in this browser. */
export interface Taste {
  readonly characters: "on" | "off";
  readonly self: "shown" | "hidden";
  readonly corner: Corner;
}

export const USUAL: Taste = { characters: "on", self: "shown", corner: "top-end" };
const KEPT = "bedside-call-taste";
const CORNERS: readonly string[] = ["top-start", "top-end", "bottom-start", "bottom-end"] satisfies Corner[];

export function keptTaste(): Taste {
  try {
    return tasteOf(JSON.parse(localStorage.getItem(KEPT) ?? "{}"));
  } catch {
    return USUAL; // A browser may forbid it.
  }
}

export function keepTaste(taste: Taste): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(taste));
  } catch {
    // Then it holds for this call.
  }
}

/** What was kept, perhaps by another version; anything that is not known is as usual. */
export function tasteOf(kept: unknown): Taste {
  const { characters, self, corner } = (kept ?? {}) as Record<string, unknown>;
  return {
    characters: characters === "off" ? "off" : "on",
    self: self === "hidden" ? "hidden" : "shown",
    corner: CORNERS.includes(String(corner)) ? (corner as Corner) : USUAL.corner,
  };
}
