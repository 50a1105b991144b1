import type { Appointment, WorkingHours } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import calendarPlus from "lucide-static/icons/calendar-plus.svg?raw";
import left from "lucide-static/icons/chevron-left.svg?raw";
import right from "lucide-static/icons/chevron-right.svg?raw";
import { type Busy, columns, hoursShown, minuteOf, shiftsOn } from "../calendar-grid.ts";
import { api, fragment, keepInFragment, me, Page } from "../page.ts";
import { open } from "../parts/ask.ts";
import { CHANGED } from "../parts/visit-acts.ts";
import { visitRow } from "../parts/visit.ts";
import { clockTime, dayKey, dayOf, daysLater, longDay, mondayOf } from "../times.ts";
import { otherName } from "../visits.ts";
import { locale, say } from "../words.ts";

interface Week {
  readonly visits: readonly Appointment[];
  readonly hours: WorkingHours | undefined;
}

type Span = "day" | "week";

/** What the address says. */
function asked(): Span | undefined {
  const view = fragment().get("view");
  return view === "day" || view === "week" ? view : undefined;
}

/** What one presses on is as long as this. */
const STEP = 30;

/** The practitioner's calendar by day and week: what is taken, when they work, and what is free with one press. */
export class CalendarPage extends Page<Week> {
  protected readonly heading = "calendar.title";
  #span: Span = asked() ?? (window.innerWidth < 700 ? "day" : "week");
  #day = dayOf(fragment().get("day") ?? "") ?? daysLater(new Date(), 0);
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.followNews();
    window.addEventListener(CHANGED, () => void this.load(), { signal: this.gone });
    this.#clock = setInterval(() => this.requestUpdate(), 60_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  /** A phone has room for two days of a week; today is one of them. */
  protected override async load(): Promise<void> {
    await super.load();
    await this.updateComplete;
    const today = this.querySelector<HTMLElement>(".week .day-name[aria-current]");
    if (today?.parentElement) today.parentElement.scrollLeft = today.offsetLeft - today.offsetWidth;
  }

  protected async fetch(signal: AbortSignal): Promise<Week> {
    const [first, last] = [this.#days()[0], this.#days().at(-1)];
    if (!first || !last) return { visits: [], hours: undefined };
    const [from, to] = [first.toISOString(), daysLater(last, 1).toISOString()];
    const [visits, hours] = await Promise.all([
      api.appointmentsBetween(from, to, signal),
      api.hours(me().id, signal).catch(() => undefined),
    ]);
    return { visits: visits.filter(({ status }) => status !== "Declined" && status !== "Cancelled"), hours };
  }

  protected override tools(): TemplateResult {
    return html`<button class="main" @click=${() => this.#arrange()}>
      ${icon(calendarPlus)} ${say("dashboard.arrange")}
    </button>`;
  }

  protected view({ visits, hours }: Week): TemplateResult {
    const days = this.#days();
    const shown = hoursShown(visits, hours, days);
    const count = shown.to - shown.from;
    return html`${this.#head(days)}
      <div class="calendar ${this.#span}" .style=${`--days: ${days.length}; --hours: ${count}`}>
        <span class="day-name"></span>
        ${days.map(
          (day) =>
            html`<span class="day-name" aria-current=${isToday(day) ? "date" : nothing}>${this.#dayName(day)}</span>`,
        )}
        <div class="clock" aria-hidden="true">
          ${Array.from({ length: count }, (_, n) => html`<span>${String(shown.from + n).padStart(2, "0")}:00</span>`)}
        </div>
        ${days.map((day) => this.#column(day, visits, hours, shown))}
      </div>`;
  }

  #head(days: readonly Date[]): TemplateResult {
    const [first, last] = [days[0] ?? this.#day, days.at(-1) ?? this.#day];
    const range = new Intl.DateTimeFormat(locale(), { day: "numeric", month: "long", year: "numeric" });
    const title = this.#span === "day" ? longDay(first) : range.formatRange(first, last);
    const step = this.#span === "day" ? 1 : 7;
    const tab = (span: Span) =>
      html`<button aria-pressed=${this.#span === span} @click=${() => this.#go(this.#day, span)}>
        ${say(`calendar.${span}`)}
      </button>`;
    const move = (days: number, word: "calendar.before" | "calendar.after", picture: string) =>
      html`<button
        class="round"
        aria-label=${say(word)}
        title=${say(word)}
        @click=${() => this.#go(daysLater(this.#day, days), this.#span)}
      >
        ${icon(picture)}
      </button>`;
    return html`<div class="calendar-head">
      <h2 aria-live="polite">${title}</h2>
      ${move(-step, "calendar.before", left)} ${move(step, "calendar.after", right)}
      <button @click=${() => this.#go(daysLater(new Date(), 0), this.#span)}>${say("calendar.today")}</button>
      <div class="tabs" role="group" aria-label=${say("calendar.view")}>${tab("day")}${tab("week")}</div>
    </div>`;
  }

  #column(
    day: Date,
    visits: readonly Appointment[],
    hours: WorkingHours | undefined,
    shown: { from: number; to: number },
  ): TemplateResult {
    const row = (minute: number) => Math.round((minute - shown.from * 60) / 5) + 1;
    const area = (from: number, to: number) => `grid-row: ${row(from)} / ${Math.max(row(to), row(from) + 3)}`;
    const own = visits.filter((one) => dayKey(new Date(one.scheduledDate)) === dayKey(day));
    const busy = own.map((one) => ({ from: minuteOf(one), to: minuteOf(one) + one.durationMinutes, one }));
    const now = new Date();
    const minute = now.getHours() * 60 + now.getMinutes();
    return html`<div class="column" role="list" aria-label=${longDay(day)}>
      ${offTimes(day, hours, shown).map(([from, to]) => html`<div class="off" .style=${area(from, to)}></div>`)}
      ${freeSteps(day, shown, busy).map((at) => this.#free(day, at, area(at, at + STEP)))}
      ${columns(busy).map(({ from, to, one, column, of }) => this.#visit(one, `${area(from, to)}; ${beside(column, of)}`))}
      ${
        isToday(day) && minute >= shown.from * 60 && minute < shown.to * 60
          ? html`<div class="now" .style=${`grid-row: ${row(minute)}`}></div>`
          : nothing
      }
    </div>`;
  }

  #visit(one: Appointment, style: string): TemplateResult {
    const name = otherName(me(), one);
    const time = clockTime(one.scheduledDate);
    return html`<div role="listitem" class="at" .style=${style}>
      <button class="visit ${one.status}" @click=${() => showVisit(one)}>
        <strong>${name}</strong> ${time} · ${say(`type.${one.type}`)}
        <span class="unseen">${say(`status.${one.status}`)}</span>
      </button>
    </div>`;
  }

  #free(day: Date, minute: number, style: string): TemplateResult {
    const at = new Date(day.getFullYear(), day.getMonth(), day.getDate(), 0, minute);
    const label = say("calendar.free", { time: `${longDay(at)}, ${clockTime(at.toISOString())}` });
    // Forty of them in a week: by keyboard it is the button above that makes one.
    return html`<button
      class="free"
      tabindex="-1"
      aria-hidden="true"
      title=${label}
      .style=${style}
      @click=${() => this.#arrange(at)}
    >
      ${clockTime(at.toISOString())}
    </button>`;
  }

  #dayName(day: Date): string {
    const options = { weekday: "short", day: "numeric", month: "numeric" } as const;
    return new Intl.DateTimeFormat(locale(), options).format(day);
  }

  #days(): readonly Date[] {
    if (this.#span === "day") return [this.#day];
    const monday = mondayOf(this.#day);
    return Array.from({ length: 7 }, (_, n) => daysLater(monday, n));
  }

  #go(day: Date, span: Span): void {
    this.#day = day;
    this.#span = span;
    keepInFragment({ day: dayKey(day), view: span });
    void this.load();
  }

  async #arrange(at?: Date): Promise<void> {
    const { arrange } = await import("../parts/arrange.ts");
    if (await arrange(at ? { at } : {})) await this.load();
  }
}
customElements.define("calendar-page", CalendarPage);

function isToday(day: Date): boolean {
  return dayKey(day) === dayKey(new Date());
}

/** Those that overlap stand side by side. */
function beside(column: number, of: number): string {
  return `margin-inline: ${(column / of) * 100}% ${((of - column - 1) / of) * 100}%`;
}

function offTimes(day: Date, hours: WorkingHours | undefined, shown: { from: number; to: number }): [number, number][] {
  if (!hours || hours.week.length === 0) return [];
  const off: [number, number][] = [];
  let last = shown.from * 60;
  for (const [from, to] of shiftsOn(day, hours)) {
    if (from > last) off.push([last, from]);
    last = Math.max(last, to);
  }
  if (last < shown.to * 60) off.push([last, shown.to * 60]);
  return off;
}

/** The half hours that are still to come and that nobody has. */
function freeSteps(day: Date, shown: { from: number; to: number }, busy: readonly Busy[]): number[] {
  const now = new Date();
  const steps = Array.from({ length: ((shown.to - shown.from) * 60) / STEP }, (_, n) => shown.from * 60 + n * STEP);
  const isToCome = (at: number) => daysLater(day, 0).getTime() + at * 60_000 > now.getTime();
  return steps.filter((at) => isToCome(at) && busy.every(({ from, to }) => at + STEP <= from || at >= to));
}

/** One appointment with all that can be done to it. */
function showVisit(one: Appointment): void {
  const close = () => dialog.close();
  const inside = html`<div>
    <h2 id="visit-title">${longDay(new Date(one.scheduledDate))}</h2>
    <ul class="rows" @click=${(event: Event) => (event.target as Element).closest("button") && close()}>
      ${visitRow(one, new Date())}
    </ul>
    <div class="actions end"><button @click=${close}>${say("common.close")}</button></div>
  </div>`;
  const dialog = open(inside, "visit-title", "large");
  dialog.addEventListener("close", () => dialog.remove());
}
