import type { Presence } from "@bedside/client";
import { html, type TemplateResult } from "lit";
import type { Say } from "./words.ts";

/** A mark whose form tells the same as its colour, and the word beside it. */
export function presenceMark(presence: Presence, say: Say): TemplateResult {
  return html`<span class="presence ${presence}"><i aria-hidden="true"></i>${say(`presence.${presence}`)}</span>`;
}
