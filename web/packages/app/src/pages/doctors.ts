import type { List, Practitioner } from "@bedside/client";
import { html, nothing, type TemplateResult } from "lit";
import { api, codeOf, Page } from "../page.ts";
import { say, sentence } from "../words.ts";

export class DoctorsPage extends Page<List<Practitioner>> {
  protected readonly heading = "doctors.title";
  #said = "";

  protected fetch(signal: AbortSignal): Promise<List<Practitioner>> {
    return api.practitioners(signal);
  }

  protected view({ items, nextCursor }: List<Practitioner>): TemplateResult {
    if (items.length === 0) return html`<p class="card soft">${say("doctors.empty")}</p>`;
    const more = html`<button class="quiet" @click=${this.#more}>${say("common.more")}</button>`;
    return html`<ul class="tiles">
        ${items.map(tile)}
      </ul>
      ${nextCursor ? more : nothing}
      <p class="said" role="status">${this.#said}</p>`;
  }

  async #more(): Promise<void> {
    if (this.loaded.state !== "ready" || !this.loaded.value.nextCursor) return;
    const { items, nextCursor } = this.loaded.value;
    try {
      const next = await api.practitioners(AbortSignal.timeout(30_000), { cursor: nextCursor });
      this.#said = "";
      this.show({ state: "ready", value: { ...next, items: [...items, ...next.items] } });
    } catch (failure) {
      this.#said = sentence(codeOf(failure));
      this.requestUpdate();
    }
  }
}
customElements.define("doctors-page", DoctorsPage);

function tile(one: Practitioner): TemplateResult {
  return html`<li class="card tile">
    <span class="avatar" aria-hidden="true">${one.initials}</span>
    <div>
      <h2>${[one.title, one.name].filter(Boolean).join(" ")}</h2>
      ${one.specialization ? html`<p>${one.specialization}</p>` : nothing}
      ${one.languages.length > 0 ? html`<p class="soft">${say("doctors.speaks", { languages: languages(one) })}</p>` : nothing}
      <p class="presence ${one.presence}">${say(`presence.${one.presence}`)}</p>
    </div>
    <a
      class="button quiet"
      href=${`/patient/appointments#book=${encodeURIComponent(one.id)}`}
      aria-label=${say("doctors.book-with", { name: one.name })}
      >${say("doctors.book")}</a
    >
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
