import { html, type TemplateResult } from "lit";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";

/** The text of one lucide drawing: `import mic from "lucide-static/icons/mic.svg?raw"`. */
export type Icon = string;

/** A drawing beside words that say the same, so it is nothing for those who listen. */
export function icon(drawing: Icon): TemplateResult {
  // The texts are files of ours, built in without their frames; nothing that somebody wrote comes here.
  return html`<svg
    class="icon"
    aria-hidden="true"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    ${unsafeSVG(drawing)}
  </svg>`;
}
