import type { List, Owed } from "@bedside/client/clinic";
import { html, nothing, type TemplateResult } from "lit";
import send from "lucide-static/icons/send.svg?raw";
import { api, attempt, fragment, keepInFragment, Page } from "../page.ts";
import { topicWords } from "../parts/how-told.ts";
import { empty } from "../parts/pieces.ts";
import { clockTime, nearDay, when } from "../times.ts";
import { isWord, say } from "../words.ts";

const STATES = ["waiting", "failed"] as const;
type State = (typeof STATES)[number];

/** What is still to be told, and what could not be, with why and the way on. */
export class MessagesPage extends Page<List<Owed>> {
  protected readonly heading = "messages.title";

  override connectedCallback(): void {
    super.connectedCallback();
    this.followNews();
  }

  protected fetch(signal: AbortSignal): Promise<List<Owed>> {
    return api.outbox(signal, { state: state() });
  }

  protected override tools(): TemplateResult {
    const choose = (one: State) => {
      keepInFragment({ state: one === "waiting" ? undefined : one });
      this.show({ state: "loading" });
      void this.load();
    };
    return html`<div class="tabs" role="group" aria-label=${say("messages.which")}>
      ${STATES.map(
        (one) =>
          html`<button aria-pressed=${String(state() === one)} @click=${() => choose(one)}>
            ${say(`messages.${one}`)}
          </button>`,
      )}
    </div>`;
  }

  protected view({ items, nextCursor }: List<Owed>): TemplateResult {
    const now = new Date();
    return html`<p class="soft narrow">${say(`messages.${state()}-what`)}</p>
      <br />
      ${
        items.length === 0
          ? empty(say(`messages.${state()}-none`), send)
          : html`<ul class="rows">
              ${items.map((one) => this.#row(one, now))}
            </ul>`
      }
      ${nextCursor ? html`<p><button @click=${this.#more}>${say("common.more")}</button></p>` : nothing}`;
  }

  #row(one: Owed, now: Date): TemplateResult {
    const at = one.failedAt ?? one.dueAt;
    const again = async () => {
      if (await attempt(() => api.sendAgain(one.id), "messages.is-sent-again")) await this.load();
    };
    const what = topicWords(one.topic);
    const name = one.person?.name || say("messages.program");
    // What has not been tried yet waits for its time; there is nothing to send again.
    const mayAgain = one.failedAt || one.tries > 0;
    return html`<li class="row message">
      <time datetime=${at}><strong>${clockTime(at)}</strong> <span>${nearDay(at, now)}</span></time>
      <div class="what">
        <div>
          <h2>${what}</h2>
          <p class="soft small">${say(`channel.${one.lane as "email"}`)} · ${name}</p>
          ${one.why ? html`<p class="small">${whyWords(one.why)} ${tried(one)}</p>` : nothing}
          ${one.receipt ? html`<p class="small">${receiptWords(one.receipt)}</p>` : nothing}
        </div>
      </div>
      <span class="status ${one.failedAt ? "missed" : one.tries > 0 ? "waiting" : ""}">
        ${say(one.failedAt ? "messages.has-failed" : one.tries > 0 ? "messages.tried" : "messages.in-time")}
      </span>
      ${
        mayAgain
          ? html`<div class="actions">
              <button aria-label=${say("messages.again-whom", { what, name, when: when(at, now) })} @click=${again}>
                ${say("messages.again")}
              </button>
            </div>`
          : nothing
      }
    </li>`;
  }

  readonly #more = async () => {
    if (this.loaded.state !== "ready" || !this.loaded.value.nextCursor) return;
    const { items, nextCursor: cursor } = this.loaded.value;
    await attempt(async () => {
      const next = await api.outbox(this.gone, { state: state(), cursor });
      this.show({ state: "ready", value: { ...next, items: [...items, ...next.items] } });
    });
  };
}
customElements.define("messages-page", MessagesPage);

function state(): State {
  return fragment().get("state") === "failed" ? "failed" : "waiting";
}

/** Why something was not taken. A reason that a newer server gives is shown as it is called there. */
export function whyWords(why: string): string {
  const key = `why.${why}`;
  return isWord(key) ? say(key) : why;
}

function tried({ tries }: Owed): string {
  return tries > 0 ? say("messages.tries", { count: tries }) : "";
}

function receiptWords(receipt: string): string {
  const key = `receipt.${receipt}`;
  return isWord(key) ? say(key) : receipt;
}
