import { html, type TemplateResult } from "lit";

/** How well somebody is heard and seen: so many of three bars, and the words for it. */
export function barsMark(bars: 0 | 1 | 2 | 3, words: string): TemplateResult {
  return html`<span class="bars" data-bars=${bars} title=${words}>
    <svg viewBox="0 0 20 16" width="20" height="16" aria-hidden="true" focusable="false">
      <rect x="1" y="10" width="4" height="5" rx="1.5"></rect>
      <rect x="8" y="6" width="4" height="9" rx="1.5"></rect>
      <rect x="15" y="1" width="4" height="14" rx="1.5"></rect>
    </svg>
    <span class="unseen">${words}</span>
  </span>`;
}
