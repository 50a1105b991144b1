import { type Appointment, codeOf, type List, type ListWish } from "@bedside/client/clinic";
import { html, nothing, type TemplateResult } from "lit";
import { api, Page, tell } from "../page.ts";
import { daysAgo, type Group, grouped } from "../times.ts";
import { say, sentence } from "../words.ts";
import { visitRow } from "./visit.ts";
import { CHANGED } from "./visit-acts.ts";

/** How far back a list goes by itself. */
const DAYS_SHOWN = 7;
const MINUTE = 60_000;

/** A page with appointments: it looks again when one of them changes, and each minute at the clock. */
export abstract class AgendaPage<T extends { readonly list: List<Appointment> }> extends Page<T> {
  /** The list begins here, so that it opens on what matters now; nothing, once somebody asks for earlier ones. */
  protected since: string | undefined = daysAgo(new Date(), DAYS_SHOWN);
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.followNews();
    window.addEventListener(CHANGED, () => void this.load(), { signal: this.gone });
    this.#clock = setInterval(() => this.requestUpdate(), MINUTE);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  protected wish(): ListWish {
    return { limit: "100", ...(this.since && { from: this.since }) };
  }

  /** The groups that are asked for, each under its name. */
  protected groups(items: readonly Appointment[], shown: readonly Group[]): readonly TemplateResult[] {
    const now = new Date();
    return grouped(items, now)
      .filter(([group]) => shown.includes(group))
      .map(
        ([group, members]) =>
          html`<section aria-labelledby=${group}>
            <div class="part-head"><h2 id=${group}>${say(`group.${group}`)}</h2></div>
            <ul class="rows">
              ${members.map((one) => visitRow(one, now))}
            </ul>
          </section>`,
      );
  }

  protected moreAndEarlier({ nextCursor }: List<Appointment>): TemplateResult {
    const more = html`<button @click=${this.#more}>${say("common.more")}</button>`;
    const earlier = html`<button class="plain" @click=${this.#earlier}>${say("appointments.earlier")}</button>`;
    return html`<p class="actions">${nextCursor ? more : nothing} ${this.since ? earlier : nothing}</p>`;
  }

  readonly #earlier = () => {
    this.since = undefined;
    void this.load();
  };

  readonly #more = async () => {
    if (this.loaded.state !== "ready") return;
    const { value } = this.loaded;
    const cursor = value.list.nextCursor;
    if (!cursor) return;
    try {
      const next = await api.appointments(AbortSignal.timeout(30_000), { ...this.wish(), cursor });
      const list = { ...next, items: [...value.list.items, ...next.items] };
      this.show({ state: "ready", value: { ...value, list } });
    } catch (failure) {
      tell(sentence(codeOf(failure)));
    }
  };
}
