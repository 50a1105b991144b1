import type { Appointment, List, ListWish } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, type TemplateResult } from "lit";
import calendarPlus from "lucide-static/icons/calendar-plus.svg?raw";
import { api, fragment, keepInFragment } from "../page.ts";
import { AgendaPage } from "../parts/agenda.ts";
import { empty } from "../parts/pieces.ts";
import { dayOf, daysLater } from "../times.ts";
import { say, type WordKey } from "../words.ts";

interface Agenda {
  readonly list: List<Appointment>;
}

const STATUSES = ["Pending", "Accepted", "Completed", "Declined", "Cancelled", "NoShow"] as const;

/** The appointments of all, for those who keep them; the way into a call is for its two alone. */
export class AllAppointmentsPage extends AgendaPage<Agenda> {
  protected readonly heading = "appointments.title";
  #with = "";

  protected async fetch(signal: AbortSignal): Promise<Agenda> {
    return { list: await api.appointments(signal, this.wish()) };
  }

  protected override wish(): ListWish {
    const kept = fragment();
    const [status, from, to] = [kept.get("status"), dayOf(kept.get("from") ?? ""), dayOf(kept.get("to") ?? "")];
    return {
      ...super.wish(),
      ...(status && { status }),
      ...(from && { from: from.toISOString() }),
      ...(to && { to: daysLater(to, 1).toISOString() }),
    };
  }

  protected override tools(): TemplateResult {
    return html`<button class="main" @click=${this.#arrange}>
      ${icon(calendarPlus)} ${say("dashboard.arrange")}
    </button>`;
  }

  protected view({ list }: Agenda): TemplateResult {
    const found = list.items.map((one) => one.practitioner.name);
    const names = [...new Set(this.#with ? [this.#with, ...found] : found)].sort();
    const items = list.items.filter((one) => !this.#with || one.practitioner.name === this.#with);
    return html`${this.#filters(names)}
      <div class="stack">
        ${items.length === 0 ? empty(say("appointments.none")) : this.groups(items, ["requests", "today", "later", "earlier"])}
        ${this.moreAndEarlier(list)}
      </div>`;
  }

  #filters(names: readonly string[]): TemplateResult {
    const kept = fragment();
    const change = (event: Event) => {
      const field = event.target as HTMLInputElement;
      if (field.name === "with") {
        this.#with = field.value;
        return this.requestUpdate();
      }
      keepInFragment({ [field.name]: field.value });
      void this.load();
    };
    return html`<form class="filters" @change=${change} @submit=${(event: Event) => event.preventDefault()}>
      <label
        ><span>${say("book.practitioner")}</span
        ><select name="with">
          <option value="">${say("calls.any")}</option>
          ${names.map((name) => html`<option ?selected=${name === this.#with}>${name}</option>`)}
        </select></label
      >
      <label
        ><span>${say("appointments.status")}</span
        ><select name="status">
          <option value="">${say("calls.any")}</option>
          ${STATUSES.map(
            (one) =>
              html`<option value=${one} ?selected=${kept.get("status") === one}>
                ${say(`status.${one}` as WordKey)}
              </option>`,
          )}
        </select></label
      >
      <label><span>${say("calls.from")}</span><input type="date" name="from" .value=${kept.get("from") ?? ""} /></label>
      <label><span>${say("calls.to")}</span><input type="date" name="to" .value=${kept.get("to") ?? ""} /></label>
    </form>`;
  }

  readonly #arrange = async () => {
    const { arrange } = await import("../parts/arrange.ts");
    if (await arrange({})) await this.load();
  };
}
customElements.define("all-appointments-page", AllAppointmentsPage);
