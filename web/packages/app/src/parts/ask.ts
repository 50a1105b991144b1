import { icon } from "@bedside/elements/icon";
import { html, nothing, render, type TemplateResult } from "lit";
import copy from "lucide-static/icons/copy.svg?raw";
import { say } from "../words.ts";

/** How a question looks. */
export interface Question {
  readonly title: string;
  readonly text?: string | undefined;
  readonly yes: string;
  readonly no?: string;
  readonly look?: "main" | "go" | "stop";
  /** Asks for words, too, which may be left out. */
  readonly words?: string;
}

/** Asks before something that cannot be taken back. Escape is no, and answers nothing. */
export function ask(question: Question): Promise<{ readonly words: string } | undefined> {
  const { title, text, yes, no = say("ask.keep"), look = "stop", words } = question;
  const inside = html`<form method="dialog">
    <h2 id="question">${title}</h2>
    ${text ? html`<p class="soft">${text}</p>` : nothing}
    ${
      words
        ? html`<label><span>${words}</span><textarea name="words" rows="2" maxlength="500"></textarea></label>`
        : nothing
    }
    <div class="actions end">
      <button value="no" ?autofocus=${!words}>${no}</button>
      <button class=${look} value="yes">${yes}</button>
    </div>
  </form>`;
  const dialog = open(inside, "question");
  return new Promise((answered) => {
    dialog.addEventListener("close", () => {
      const written = new FormData(dialog.querySelector("form") ?? undefined).get("words");
      dialog.remove();
      answered(dialog.returnValue === "yes" ? { words: String(written ?? "").trim() } : undefined);
    });
  });
}

/** Shows a link that is to be opened or handed over by the person themselves. */
export function showLink(title: string, text: string, link: string, openIt = true): void {
  const address = new URL(link, location.origin).href;
  const close = () => dialog.close();
  const inside = html`<div>
    <h2 id="link-title">${title}</h2>
    <p>${text}</p>
    ${copyField(say("link.address"), address)}
    <div class="actions end">
      <button @click=${close}>${say("common.close")}</button>
      ${
        openIt
          ? html`<a class="button go" href=${address} target="_blank" rel="noopener" @click=${close}
              >${say("link.open")}</a
            >`
          : nothing
      }
    </div>
  </div>`;
  const dialog = open(inside, "link-title");
  dialog.addEventListener("close", () => dialog.remove());
}

/** What is to be carried elsewhere, and a button for it. */
export function copyField(name: string, text: string): TemplateResult {
  const copyIt = async (event: Event) => {
    const field = (event.currentTarget as HTMLElement).closest(".field");
    field?.querySelector("input")?.select();
    // Pages without TLS have no clipboard; what is selected can be copied all the same.
    const isCopied = await (navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    ) ?? document.execCommand("copy"));
    const told = field?.querySelector("small");
    if (told) told.textContent = say(isCopied ? "link.copied" : "link.copy-yourself");
  };
  return html`<div class="field">
    <span class="label">${name}</span>
    <span class="link-box">
      <input readonly aria-label=${name} .value=${text} @focus=${select} />
      <button type="button" @click=${copyIt}>${icon(copy)} ${say("link.copy")}</button>
    </span>
    <small role="status"></small>
  </div>`;
}

/** A dialog of one's own making; whoever opens it takes it away. */
export function open(inside: TemplateResult, labelledBy: string, size = ""): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = size;
  dialog.setAttribute("aria-labelledby", labelledBy);
  render(inside, dialog);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function select(event: Event): void {
  (event.target as HTMLInputElement).select();
}
