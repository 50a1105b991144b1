import { type CallRecord, codeOf, type HistoryWish, type List } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import checkAll from "lucide-static/icons/check-check.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import { lookForNews, news } from "../news.ts";
import { api, attempt, fragment, keepInFragment, Page, tell } from "../page.ts";
import { callRow } from "../parts/call-row.ts";
import { empty } from "../parts/pieces.ts";
import { dayOf, daysLater } from "../times.ts";
import { say, sentence, type WordKey } from "../words.ts";

const OUTCOMES = ["completed", "missed", "declined", "cancelled", "failed"] as const;
const FILTERS = ["outcome", "from", "to"] as const;
type Filter = (typeof FILTERS)[number];

/** The record of one's calls: those that were missed first, then all of them, and all of them as a file. */
export class CallsPage extends Page<List<CallRecord>> {
  protected readonly heading = "calls.title";

  override connectedCallback(): void {
    super.connectedCallback();
    this.followNews();
    // Whatever is called back or marked changes what is missed.
    news.watch(() => this.loaded.state === "ready" && void this.load(), this.gone);
  }

  protected fetch(signal: AbortSignal): Promise<List<CallRecord>> {
    return api.calls(signal, wish());
  }

  protected override tools(): TemplateResult {
    const query = (format: string) => new URLSearchParams({ ...wish(), format }).toString();
    return html`<details class="menu">
      <summary class="button">${icon(download)} ${say("calls.export")}</summary>
      <div class="sheet">
        <a class="button" href=${`/api/calls/export?${query("csv")}`} download="calls.csv">${say("calls.csv")}</a>
        <a class="button" href=${`/api/calls/export?${query("json")}`} download="calls.json">${say("calls.json")}</a>
      </div>
    </details>`;
  }

  protected view({ items, nextCursor }: List<CallRecord>): TemplateResult {
    const now = new Date();
    const { missed } = news.value;
    const isNarrowed = FILTERS.some((name) => fragment().has(name));
    return html`<div class="stack">
      ${missed.length > 0 ? missedCalls(missed, now) : nothing}
      <section aria-labelledby="all-calls">
        <div class="part-head"><h2 id="all-calls">${say("calls.all")}</h2></div>
        ${this.#filters()}
        ${
          items.length === 0
            ? empty(say(isNarrowed ? "calls.none-fits" : "calls.empty"), phone)
            : html`<ul class="rows">
                ${items.map((call) => callRow(call, now))}
              </ul>`
        }
        ${nextCursor ? html`<p><button @click=${this.#more}>${say("common.more")}</button></p>` : nothing}
      </section>
    </div>`;
  }

  #filters(): TemplateResult {
    const kept = fragment();
    const change = (event: Event) => {
      const field = event.target as HTMLInputElement;
      keepInFragment({ [field.name as Filter]: field.value });
      void this.load();
    };
    return html`<form class="filters" @change=${change} @submit=${(event: Event) => event.preventDefault()}>
      <label class="broad"
        ><span>${say("calls.outcome")}</span
        ><select name="outcome">
          <option value="">${say("calls.any")}</option>
          ${OUTCOMES.map(
            (one) =>
              html`<option value=${one} ?selected=${kept.get("outcome") === one}>
                ${say(`outcome.${one}` as WordKey)}
              </option>`,
          )}
        </select></label
      >
      <label><span>${say("calls.from")}</span><input type="date" name="from" .value=${kept.get("from") ?? ""} /></label>
      <label><span>${say("calls.to")}</span><input type="date" name="to" .value=${kept.get("to") ?? ""} /></label>
    </form>`;
  }

  readonly #more = async () => {
    if (this.loaded.state !== "ready" || !this.loaded.value.nextCursor) return;
    const { items, nextCursor } = this.loaded.value;
    try {
      const next = await api.calls(AbortSignal.timeout(30_000), { ...wish(), cursor: nextCursor });
      this.show({ state: "ready", value: { ...next, items: [...items, ...next.items] } });
    } catch (failure) {
      tell(sentence(codeOf(failure)));
    }
  };
}
customElements.define("calls-page", CallsPage);

/** What the address says of which calls are meant; the last day is meant, too. */
function wish(): HistoryWish {
  const kept = fragment();
  const [outcome, from, to] = [kept.get("outcome"), dayOf(kept.get("from") ?? ""), dayOf(kept.get("to") ?? "")];
  return {
    ...(outcome && { outcome }),
    ...(from && { from: from.toISOString() }),
    ...(to && { to: daysLater(to, 1).toISOString() }),
  };
}

export function missedCalls(missed: readonly CallRecord[], now: Date): TemplateResult {
  const seeAll = async () => {
    await attempt(() => Promise.all(missed.map(({ id }) => api.seen(id))));
    await lookForNews();
  };
  return html`<section aria-labelledby="missed">
    <div class="part-head">
      <h2 id="missed">${say("calls.missed")} <span class="count figures">${missed.length}</span></h2>
      ${
        missed.length > 1
          ? html`<button class="plain compact" @click=${seeAll}>${icon(checkAll)} ${say("calls.seen-all")}</button>`
          : nothing
      }
    </div>
    <ul class="rows">
      ${missed.map((call) => callRow(call, now))}
    </ul>
  </section>`;
}
