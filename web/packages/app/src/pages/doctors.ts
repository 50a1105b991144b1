import { codeOf, type Free, type List, type Practitioner } from "@bedside/client/clinic";
import type { CallType, Situation } from "@bedside/client";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import calendarPlus from "lucide-static/icons/calendar-plus.svg?raw";
import clock from "lucide-static/icons/clock.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import search from "lucide-static/icons/search.svg?raw";
import stethoscope from "lucide-static/icons/stethoscope.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import { api, fragment, keepInFragment, Page, session, tell } from "../page.ts";
import { empty, portrait, presenceMark, reachPractice } from "../parts/pieces.ts";
import { callee } from "../callee.ts";
import { clockTime, nearDay } from "../times.ts";
import { locale, say, sentence } from "../words.ts";

/** Whom one looks for. */
interface Wish {
  readonly text: string;
  readonly language: string;
  readonly now: boolean;
}

/** The practitioners of the practice: who is there, when they have time, and two ways to them. */
export class DoctorsPage extends Page<List<Practitioner>> {
  protected readonly heading = "doctors.title";
  /** When each can be booked next; nothing as long as it is not known. */
  readonly #free = new Map<string, Free>();
  #wish: Wish = {
    text: fragment().get("find") ?? "",
    language: fragment().get("speaks") ?? "",
    now: fragment().has("now"),
  };
  #followed = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    const { gone } = this;
    session.watch((bedside) => bedside?.state.watch((situation) => this.#areNow(situation.presence), gone), gone);
    session.watch(() => this.loaded.state === "ready" && this.#watch(this.loaded.value.items), gone);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#followed.abort();
  }

  protected async fetch(signal: AbortSignal): Promise<List<Practitioner>> {
    const list = await api.practitioners(signal);
    this.#watch(list.items);
    void this.#lookForTimes(list.items, signal);
    return list;
  }

  protected view({ items, nextCursor }: List<Practitioner>): TemplateResult {
    if (items.length === 0) return html`${empty(say("doctors.empty"), stethoscope)}${reachPractice()}`;
    const found = items.filter((one) => this.#fits(one));
    const more = html`<p><button @click=${this.#more}>${say("common.more")}</button></p>`;
    return html`${this.#filters(items)}
      <p class="unseen" role="status">${say("doctors.found", { count: found.length })}</p>
      <ul class="tiles">
        ${found.map((one) => this.#tile(one))}
      </ul>
      ${found.length === 0 ? empty(say("doctors.none-fits"), search) : nothing} ${nextCursor ? more : nothing}`;
  }

  #filters(items: readonly Practitioner[]): TemplateResult {
    const tags = [...new Set(items.flatMap((one) => one.languages))].sort();
    const change = (wish: Partial<Wish>) => {
      this.#wish = { ...this.#wish, ...wish };
      const { text, language, now } = this.#wish;
      keepInFragment({ find: text, speaks: language, now: now ? "1" : undefined });
      this.requestUpdate();
    };
    return html`<form class="filters" role="search" @submit=${(event: Event) => event.preventDefault()}>
      <label class="search"
        ><span>${say("doctors.search")}</span
        ><input
          type="search"
          .value=${this.#wish.text}
          placeholder=${say("doctors.search-hint")}
          @input=${(event: Event) => change({ text: (event.target as HTMLInputElement).value })}
      /></label>
      ${
        tags.length > 1
          ? html`<label
              ><span>${say("doctors.language")}</span
              ><select @change=${(event: Event) => change({ language: (event.target as HTMLSelectElement).value })}>
                <option value="">${say("doctors.any-language")}</option>
                ${tags.map((tag) => html`<option value=${tag} ?selected=${tag === this.#wish.language}>${named(tag)}</option>`)}
              </select></label
            >`
          : nothing
      }
      <label class="check"
        ><input
          type="checkbox"
          .checked=${this.#wish.now}
          @change=${(event: Event) => change({ now: (event.target as HTMLInputElement).checked })}
        /><span>${say("doctors.only-now")}</span></label
      >
    </form>`;
  }

  #fits({ name, title, specialization, languages, presence }: Practitioner): boolean {
    const { text, language, now } = this.#wish;
    const words = [title, name, specialization].filter(Boolean).join(" ").toLocaleLowerCase();
    const hasText = text
      .toLocaleLowerCase()
      .trim()
      .split(/\s+/)
      .every((word) => words.includes(word));
    return hasText && (!language || languages.includes(language)) && (!now || presence === "online");
  }

  #tile(one: Practitioner): TemplateResult {
    const full = titledName(one);
    const speaks = one.languages.map(named).join(", ");
    return html`<li class="card tile">
      <div class="who">
        ${portrait(one)}
        <div>
          <h2>${full}</h2>
          ${one.specialization ? html`<p>${one.specialization}</p>` : nothing}
          <p>${presenceMark(one.presence)}</p>
          ${speaks ? html`<p class="soft small">${say("doctors.speaks", { languages: speaks })}</p>` : nothing}
          ${this.#nextTime(one)}
        </div>
      </div>
      <div class="actions">
        ${this.#callButtons(one)}
        <a
          class="button"
          href=${`/patient/book#with=${encodeURIComponent(one.id)}`}
          aria-label=${say("doctors.book-with", { name: one.name })}
          >${icon(calendarPlus)} ${say("doctors.book")}</a
        >
      </div>
    </li>`;
  }

  #callButtons(one: Practitioner): TemplateResult | typeof nothing {
    if (one.presence === "offline") return nothing;
    const { id, name, picture } = one;
    const ring = (callType: CallType) => () => {
      callee.value = { id, name: titledName(one), callType, canBook: true, ...(picture && { picture }) };
    };
    const busy = one.presence === "busy";
    return html`<button
        class="main"
        ?disabled=${busy}
        aria-label=${say("doctors.call-with", { name })}
        @click=${ring("video")}
      >
        ${icon(video)} ${say("doctors.call")}
      </button>
      <button
        class="round"
        ?disabled=${busy}
        aria-label=${say("doctors.voice-with", { name })}
        title=${say("doctors.voice")}
        @click=${ring("audio")}
      >
        ${icon(phone)}
      </button>`;
  }

  #nextTime(one: Practitioner): TemplateResult | typeof nothing {
    const free = this.#free.get(one.id);
    if (!free) return html`<p class="small soft">&nbsp;</p>`;
    const [first] = free.items;
    if (first) {
      const at = `${nearDay(first, new Date())}, ${clockTime(first)}`;
      return html`<p class="small">${icon(clock)} ${say("doctors.next", { time: at })}</p>`;
    }
    return html`<p class="small soft">${say(free.hasHours ? "doctors.no-time" : "doctors.any-time")}</p>`;
  }

  /** One after the other, those on top first: nobody waits for this. */
  async #lookForTimes(items: readonly Practitioner[], signal: AbortSignal): Promise<void> {
    for (const { id } of items) {
      try {
        this.#free.set(id, await api.free(id, {}, signal));
      } catch {
        return;
      }
      this.requestUpdate();
    }
  }

  #watch(items: readonly Practitioner[]): void {
    this.#followed.abort();
    this.#followed = new AbortController();
    const ids = items.map((one) => one.id);
    session.value?.watchPresence(ids, this.#followed.signal);
  }

  #areNow(now: Situation["presence"]): void {
    if (this.loaded.state !== "ready") return;
    const { items } = this.loaded.value;
    if (items.every((one) => (now[one.id] ?? one.presence) === one.presence)) return;
    const changed = items.map((one) => ({ ...one, presence: now[one.id] ?? one.presence }));
    this.show({ state: "ready", value: { ...this.loaded.value, items: changed } });
  }

  async #more(): Promise<void> {
    if (this.loaded.state !== "ready" || !this.loaded.value.nextCursor) return;
    const { items, nextCursor } = this.loaded.value;
    try {
      const next = await api.practitioners(AbortSignal.timeout(30_000), { cursor: nextCursor });
      const all = [...items, ...next.items];
      this.show({ state: "ready", value: { ...next, items: all } });
      this.#watch(all);
      void this.#lookForTimes(next.items, this.gone);
    } catch (failure) {
      tell(sentence(codeOf(failure)));
    }
  }
}
function titledName({ title, name }: Practitioner): string {
  return [title, name].filter(Boolean).join(" ");
}
customElements.define("doctors-page", DoctorsPage);

/** "German" for `de`; a tag that is none is shown as the practice wrote it. */
function named(tag: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
