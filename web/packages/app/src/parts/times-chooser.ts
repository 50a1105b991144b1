import type { Free } from "@bedside/client/clinic";
import { html, nothing, type TemplateResult } from "lit";
import { clockTime, dayKey, daysLater } from "../times.ts";
import { locale, say } from "../words.ts";

/** What was chosen of the free times, and what happens when something else is. */
export interface Choice {
  readonly free: Free;
  readonly day: string;
  readonly at: string | undefined;
  readonly onDay: (day: string) => void;
  readonly onTime: (at: string) => void;
}

/** Days with their free times; or any day and time, with whoever has not said when they work. */
export function timesChooser(choice: Choice): TemplateResult {
  if (!choice.free.hasHours) return anyTime();
  const byDay = timesByDay(choice.free);
  const times = byDay.get(choice.day) ?? [];
  return html`<fieldset>
      <legend>${say("book.day")}</legend>
      <div class="chips days scroll-x">
        ${days().map((at) => dayChip(at, byDay.get(dayKey(at))?.length ?? 0, choice))}
      </div>
    </fieldset>
    <fieldset aria-live="polite">
      <legend>${say("book.time")}</legend>
      ${
        times.length > 0
          ? html`<div class="chips">${times.map((at) => timeChip(at, choice))}</div>`
          : html`<p class="soft">${say("book.no-times")}</p>`
      }
    </fieldset>
    ${zone()}`;
}

/** The first day that has a free time. */
export function firstDay(free: Free): string {
  return dayKey(free.items[0] ? new Date(free.items[0]) : new Date());
}

/** The free times by the day that they have where the reader is. */
export function timesByDay(free: Free): Map<string, string[]> {
  const days = new Map<string, string[]>();
  for (const at of free.items) {
    const key = dayKey(new Date(at));
    days.set(key, [...(days.get(key) ?? []), at]);
  }
  return days;
}

const DAYS_SHOWN = 14;

function days(): Date[] {
  const today = new Date();
  return Array.from({ length: DAYS_SHOWN }, (_, n) => daysLater(today, n));
}

function dayChip(at: Date, times: number, { day, onDay }: Choice): TemplateResult {
  const key = dayKey(at);
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale(), options).format(at);
  return html`<label class=${times === 0 ? "none" : ""}>
    <input type="radio" name="day" value=${key} .checked=${key === day} @change=${() => onDay(key)} />
    <small>${format({ weekday: "short" })}</small>
    <strong>${format({ day: "numeric" })}</strong>
    <small>${format({ month: "short" })}</small>
    <span class="unseen">${say("book.free-count", { count: times })}</span>
  </label>`;
}

function timeChip(value: string, { at, onTime }: Choice): TemplateResult {
  return html`<label>
    <input type="radio" name="at" value=${value} required .checked=${value === at} @change=${() => onTime(value)} />
    <span>${clockTime(value)}</span>
  </label>`;
}

function anyTime(): TemplateResult {
  return html`<div class="pair">
      <label><span>${say("book.day")}</span><input type="date" name="date" required min=${dayKey(new Date())} /></label>
      <label><span>${say("book.time")}</span><input type="time" name="time" required /></label>
    </div>
    ${zone()}`;
}

function zone(): TemplateResult | typeof nothing {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone
    ? html`<p class="soft small">${say("book.zone", { zone: timeZone.replace(/_/g, " ") })}</p>`
    : nothing;
}
