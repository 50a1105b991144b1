import type { WorkingHours } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import plus from "lucide-static/icons/plus.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import { api, attempt, me, Page } from "../page.ts";
import { notice } from "../parts/pieces.ts";
import { dayKey } from "../times.ts";
import { locale, say } from "../words.ts";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** When the practitioner works, with breaks, and when not at all; patients are offered these times. */
export class HoursPage extends Page<WorkingHours> {
  protected readonly heading = "hours.title";
  #isChanged = false;
  #said = "";

  protected fetch(signal: AbortSignal): Promise<WorkingHours> {
    return api.hours(me().id, signal);
  }

  protected view(hours: WorkingHours): TemplateResult {
    const unsaid = hours.week.length === 0 && hours.daysOff.length === 0;
    return html`<form class="narrow" @submit=${this.#save}>
      ${unsaid ? notice("info", say("hours.unsaid")) : nothing}
      <section class="card" aria-labelledby="week">
        <h2 id="week">${say("hours.week")}</h2>
        ${DAYS.map((day, n) => this.#day(hours, day, n))}
      </section>
      <section class="card" aria-labelledby="off">
        <h2 id="off">${say("hours.off")}</h2>
        ${hours.daysOff.length === 0 ? html`<p class="soft">${say("hours.no-off")}</p>` : nothing}
        ${hours.daysOff.map((_, n) => this.#absence(hours, n))}
        <div>
          <button type="button" @click=${() => this.#addAbsence(hours)}>${icon(plus)} ${say("hours.add-off")}</button>
        </div>
      </section>
      <label class="card"
        ><span>${say("hours.zone")}</span
        ><select
          @change=${(event: Event) => this.#change({ ...hours, zoneinfo: (event.target as HTMLSelectElement).value })}
        >
          ${zones(hours.zoneinfo).map((zone) => html`<option ?selected=${zone === hours.zoneinfo}>${zone}</option>`)}
        </select></label
      >
      <div class="save-bar">
        <button class="main" ?disabled=${!this.#isChanged}>${say("common.save")}</button>
        <p role="status">${this.#said}</p>
      </div>
    </form>`;
  }

  #day(hours: WorkingHours, day: (typeof DAYS)[number], n: number): TemplateResult {
    // The second of January 2023 was a Monday.
    const name = new Intl.DateTimeFormat(locale(), { weekday: "long" }).format(new Date(2023, 0, 2 + n));
    const own = hours.week.filter((shift) => shift.day === day);
    const add = () => {
      const last = own.at(-1)?.to;
      const from = last && last < "20:00" ? last : "09:00";
      const to = last && last < "20:00" ? `${String(Number(last.slice(0, 2)) + 3).padStart(2, "0")}:00` : "12:00";
      this.#change({ ...hours, week: [...hours.week, { day, from, to }] });
    };
    return html`<div class="hours-day" role="group" aria-label=${name}>
      <span class="name">${name}</span>
      <div class="fields">
        ${own.length === 0 ? html`<p class="soft shift">${say("hours.closed")}</p>` : nothing}
        ${own.map((shift) => this.#shift(hours, shift, name))}
        <div>
          <button
            type="button"
            class="plain compact"
            aria-label=${`${say(own.length === 0 ? "hours.add" : "hours.add-more")}: ${name}`}
            @click=${add}
          >
            ${icon(plus)} ${say(own.length === 0 ? "hours.add" : "hours.add-more")}
          </button>
        </div>
      </div>
    </div>`;
  }

  #shift(hours: WorkingHours, shift: WorkingHours["week"][number], day: string): TemplateResult {
    const put = (changed: Partial<typeof shift>) => {
      this.#change({ ...hours, week: hours.week.map((one) => (one === shift ? { ...shift, ...changed } : one)) });
    };
    const time = (name: "from" | "to") =>
      html`<input
        type="time"
        required
        aria-label=${`${day}, ${say(`hours.${name}`)}`}
        .value=${shift[name] === "24:00" ? "00:00" : shift[name]}
        @change=${(event: Event) => put({ [name]: endOfDay(name, (event.target as HTMLInputElement).value) })}
      />`;
    return html`<div class="shift">
      ${time("from")}<span aria-hidden="true">–</span>${time("to")}
      <button
        type="button"
        class="plain round soft"
        aria-label=${say("hours.remove", { what: `${day}, ${shift.from}–${shift.to}` })}
        @click=${() => this.#change({ ...hours, week: hours.week.filter((one) => one !== shift) })}
      >
        ${icon(trash)}
      </button>
    </div>`;
  }

  #absence(hours: WorkingHours, n: number): TemplateResult {
    const off = hours.daysOff[n] ?? { from: "", to: "" };
    const put = (changed: Partial<typeof off>) => {
      const next = { ...off, ...changed };
      // Whoever sets the first day later than the last means one day.
      if (next.to < next.from) next.to = next.from;
      this.#change({ ...hours, daysOff: hours.daysOff.map((one, index) => (index === n ? next : one)) });
    };
    const date = (name: "from" | "to") =>
      html`<input
        type="date"
        required
        aria-label=${`${say("hours.off")}, ${say(`hours.${name}`)}`}
        .value=${off[name]}
        @change=${(event: Event) => put({ [name]: (event.target as HTMLInputElement).value })}
      />`;
    return html`<div class="shift">
      ${date("from")}<span aria-hidden="true">–</span>${date("to")}
      <button
        type="button"
        class="plain round soft"
        aria-label=${say("hours.remove", { what: off.from })}
        @click=${() => this.#change({ ...hours, daysOff: hours.daysOff.filter((_, index) => index !== n) })}
      >
        ${icon(trash)}
      </button>
    </div>`;
  }

  #addAbsence(hours: WorkingHours): void {
    const today = dayKey(new Date());
    this.#change({ ...hours, daysOff: [...hours.daysOff, { from: today, to: today }] });
  }

  #change(value: WorkingHours): void {
    this.#isChanged = true;
    this.#said = say("common.unsaved");
    this.show({ state: "ready", value });
  }

  readonly #save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (this.loaded.state !== "ready") return;
    const { value } = this.loaded;
    if (await attempt(() => api.putHours(me().id, value), "hours.saved")) {
      this.#isChanged = false;
      this.#said = "";
      this.requestUpdate();
    }
  };
}
customElements.define("hours-page", HoursPage);

/** Midnight at the end of a day is 24:00. */
function endOfDay(name: "from" | "to", time: string): string {
  return name === "to" && time === "00:00" ? "24:00" : time;
}

/** All zones that the browser knows, and the one that is chosen. */
export function zones(chosen: string | null | undefined): readonly string[] {
  return [...new Set([...(chosen ? [chosen] : []), ...Intl.supportedValuesOf("timeZone"), "UTC"])].sort();
}
