import { html, type TemplateResult } from "lit";
import check from "lucide-static/icons/check.svg?raw";
import copy from "lucide-static/icons/copy.svg?raw";
import { icon } from "./icon.ts";

type CopyWord = "call.copy" | "call.copied";

/** Puts a link into the clipboard, and says that it has. */
export function copyButton(
  link: string,
  isCopied: boolean,
  copied: () => void,
  say: (key: CopyWord) => string,
): TemplateResult {
  const take = async () => {
    // Where the page may not, the link is still there to be marked.
    await navigator.clipboard?.writeText(link).then(copied, () => undefined);
  };
  return html`<button type="button" @click=${take}>
    ${icon(isCopied ? check : copy)} <span aria-live="polite">${say(isCopied ? "call.copied" : "call.copy")}</span>
  </button>`;
}
