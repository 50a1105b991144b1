import { html, nothing, type TemplateResult } from "lit";
import alert from "lucide-static/icons/circle-alert.svg?raw";
import info from "lucide-static/icons/info.svg?raw";
import warn from "lucide-static/icons/triangle-alert.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { CallNotice } from "./call-notices.ts";
import { icon } from "./icon.ts";

export interface NoticeAction {
  readonly word: string;
  press(): void;
}

interface Saying {
  readonly mood: CallNotice["mood"];
  readonly words: string;
  readonly action?: NoticeAction | undefined;
  /** The name of the button that puts it away. */
  readonly close: string;
  dismiss?(): void;
}

const PICTURES = { info, warn, bad: alert };

/** One sentence over the picture, and what can be pressed. Styles: `call.css`. */
export function saying({ mood, words, action, close, dismiss }: Saying): TemplateResult {
  return html`<div class="notice ${mood}">
    ${icon(PICTURES[mood])}
    <p>${words}</p>
    ${action ? html`<button @click=${action.press}>${action.word}</button>` : nothing}
    ${
      dismiss
        ? html`<button class="plain soft dismiss" aria-label=${close} title=${close} @click=${dismiss}>
            ${icon(x)}
          </button>`
        : nothing
    }
  </div>`;
}
