import { codeOf, type List, type Practitioner, type Situation } from "@bedside/client";
import { html, nothing, type TemplateResult } from "lit";
import { api, Page, session } from "../page.ts";
import type { Callee } from "../ringing.ts";
import { say, sentence } from "../words.ts";

export class DoctorsPage extends Page<List<Practitioner>> {
  protected readonly heading = "doctors.title";
  #said = "";
  /** Who is being rung. */
  #callee: Callee | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { gone } = this;
    session.watch((bedside) => bedside?.state.watch((situation) => this.#areNow(situation.presence), gone), gone);
    session.watch(() => this.loaded.state === "ready" && this.#watch(this.loaded.value.items), gone);
  }

  protected async fetch(signal: AbortSignal): Promise<List<Practitioner>> {
    const list = await api.practitioners(signal);
    this.#watch(list.items);
    return list;
  }

  protected view({ items, nextCursor }: List<Practitioner>): TemplateResult {
    if (items.length === 0) return html`<p class="card soft">${say("doctors.empty")}</p>`;
    const more = html`<button class="quiet" @click=${this.#more}>${say("common.more")}</button>`;
    return html`<ul class="tiles">
        ${items.map((one) => tile(one, () => this.#ring(one)))}
      </ul>
      ${nextCursor ? more : nothing}
      <p class="said" role="status">${this.#said}</p>
      ${this.#callee ? this.#outgoing(this.#callee) : nothing}`;
  }

  #outgoing(callee: Callee): TemplateResult {
    return html`<outgoing-call .callee=${callee} @closed=${() => this.#ring(undefined)}></outgoing-call>`;
  }

  #ring(callee: Callee | undefined): void {
    this.#callee = callee;
    this.requestUpdate();
  }

  #watch(items: readonly Practitioner[]): void {
    session.value?.watchPresence(items.map((one) => one.id));
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
      this.#said = "";
      const all = [...items, ...next.items];
      this.show({ state: "ready", value: { ...next, items: all } });
      this.#watch(all);
    } catch (failure) {
      this.#said = sentence(codeOf(failure));
      this.requestUpdate();
    }
  }
}
customElements.define("doctors-page", DoctorsPage);

function tile(one: Practitioner, ring: () => void): TemplateResult {
  const call = html`<button aria-label=${say("doctors.call-with", { name: one.name })} @click=${ring}>
    ${say("doctors.call")}
  </button>`;
  return html`<li class="card tile">
    <span class="avatar" aria-hidden="true">${one.initials}</span>
    <div>
      <h2>${[one.title, one.name].filter(Boolean).join(" ")}</h2>
      ${one.specialization ? html`<p>${one.specialization}</p>` : nothing}
      ${one.languages.length > 0 ? html`<p class="soft">${say("doctors.speaks", { languages: languages(one) })}</p>` : nothing}
      <p class="presence ${one.presence}">${say(`presence.${one.presence}`)}</p>
    </div>
    <div class="actions">
      ${one.presence === "offline" ? nothing : call}
      <a
        class="button quiet"
        href=${`/patient/appointments#book=${encodeURIComponent(one.id)}`}
        aria-label=${say("doctors.book-with", { name: one.name })}
        >${say("doctors.book")}</a
      >
    </div>
  </li>`;
}

function languages(one: Practitioner): string {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  return one.languages.map((tag) => named(names, tag)).join(", ");
}

function named(names: Intl.DisplayNames, tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag; // Not a language tag: show what the practice wrote.
  }
}
