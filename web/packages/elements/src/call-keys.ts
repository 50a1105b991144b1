/** What a key of the call page does. */
export type KeyCommand =
  "microphone" | "camera" | "chat" | "people" | "hand" | "devices" | "screen" | "talk" | "keys" | "toolbar";

/** The part of a `KeyboardEvent` that counts. */
export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The keys in the order in which they are explained. */
export const KEYS = [
  ["m", "microphone"],
  ["v", "camera"],
  [" ", "talk"],
  ["s", "screen"],
  ["c", "chat"],
  ["p", "people"],
  ["r", "hand"],
  ["d", "devices"],
  ["?", "keys"],
  ["F2", "toolbar"],
] as const satisfies readonly (readonly [string, KeyCommand])[];

/** Single characters can be turned off: whoever speaks to their computer would press them by talking. */
export function commandOf(stroke: Stroke, characters: "on" | "off"): KeyCommand | undefined {
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return undefined;
  if (stroke.key.length === 1 && characters === "off") return undefined;
  const pressed = stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key;
  return KEYS.find(([key]) => key === pressed)?.[1];
}

/** Whether the key belongs to what has the focus: writing does, and a button has the space bar. */
export function isTaken(key: string, at: EventTarget | undefined): boolean {
  if (!(at instanceof HTMLElement)) return false;
  if (at.isContentEditable || at.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range])"))
    return true;
  return key === " " && at.matches("button, a, input, summary, video");
}
