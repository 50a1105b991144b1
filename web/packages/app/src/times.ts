import type { Appointment } from "@bedside/client/clinic";
import { endOf, startOf } from "./visits.ts";
import { locale } from "./words.ts";

/** How the reader writes times and where they are; a test says so, a browser knows. */
export interface Reader {
  readonly locale?: string;
  readonly zone?: string;
}

/** "Mon, 3 Mar, 14:30", with the year if it is not this one. */
export function when(instant: string, now: Date, reader: Reader = {}): string {
  const at = new Date(instant);
  const year = dayKey(at, reader).slice(0, 4) === dayKey(now, reader).slice(0, 4) ? {} : { year: "numeric" as const };
  return format(at, reader, { weekday: "short", day: "numeric", month: "short", ...year, ...CLOCK });
}

/** "14:30" */
export function clockTime(instant: string, reader: Reader = {}): string {
  return format(new Date(instant), reader, CLOCK);
}

/** "Mon, 3 Mar" */
export function day(instant: string, reader: Reader = {}): string {
  return format(new Date(instant), reader, { weekday: "short", day: "numeric", month: "short" });
}

/** "Monday, 3 March" */
export function longDay(at: Date, reader: Reader = {}): string {
  return format(at, reader, { weekday: "long", day: "numeric", month: "long" });
}

/** "Today", "Tomorrow", or the day. */
export function nearDay(instant: string, now: Date, reader: Reader = {}): string {
  const at = new Date(instant);
  const days = daysBetween(now, at, reader);
  if (days < -1 || days > 1) return day(instant, reader);
  const words = relative(reader).format(days, "day");
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

/** "in 12 minutes", "2 hours ago" */
export function fromNow(at: number, now: Date, reader: Reader = {}): string {
  const minutes = Math.round((at - now.getTime()) / 60_000);
  const words = relative(reader);
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 60 * 24) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 60 / 24), "day");
}

/** "04:12", and "1:04:12" from an hour on. */
export function stopwatch(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:` : ""}${twoDigits(minutes)}:${twoDigits(Math.floor(seconds) % 60)}`;
}

/** What a date field and a time field say, as an instant; nothing if they say nothing. */
export function instantOf(date: string, time: string): string | undefined {
  const at = new Date(`${date}T${time}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The beginning of the day that is so many days later, where the reader is. */
export function daysLater(from: Date, days: number): Date {
  return new Date(from.getFullYear(), from.getMonth(), from.getDate() + days);
}

/** The beginning of the day that was so many days before, where the reader is. */
export function daysAgo(now: Date, days: number): string {
  return daysLater(now, -days).toISOString();
}

/** The Monday of the week. */
export function mondayOf(at: Date): Date {
  return daysLater(at, -((at.getDay() + 6) % 7));
}

/** The date as a date field takes it, in the reader's zone. */
export function dayKey(at: Date, reader: Reader = {}): string {
  if (!reader.zone) return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join("-");
  const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  // Swedish dates are ISO dates.
  return format(at, { ...reader, locale: "sv-SE" }, parts);
}

/** A date field's value as the beginning of that day, where the reader is. */
export function dayOf(key: string): Date | undefined {
  const [year, month, date] = key.split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date) : undefined;
}

export type Group = "today" | "requests" | "later" | "earlier";

/** The list in the order of use: what is on today, what waits for an answer, what comes, what was. */
export function grouped(
  appointments: readonly Appointment[],
  now: Date,
  reader: Reader = {},
): [Group, readonly Appointment[]][] {
  const groups: Record<Group, Appointment[]> = { today: [], requests: [], later: [], earlier: [] };
  for (const one of appointments) groups[groupOf(one, now, reader)].push(one);
  for (const group of Object.values(groups)) group.sort((a, b) => startOf(a) - startOf(b));
  groups.earlier.reverse(); // The last one first: whoever looks back looks for it.
  return (Object.entries(groups) as [Group, Appointment[]][]).filter(([, members]) => members.length > 0);
}

function groupOf(one: Appointment, now: Date, reader: Reader): Group {
  const over = endOf(one) <= now.getTime();
  if (one.status === "Pending" && !over) return "requests";
  if (one.status !== "Accepted") return "earlier";
  if (dayKey(new Date(one.scheduledDate), reader) === dayKey(now, reader)) return "today";
  return over ? "earlier" : "later";
}

const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;
const DAY = 86_400_000;

function daysBetween(from: Date, to: Date, reader: Reader): number {
  return Math.round((Date.parse(dayKey(to, reader)) - Date.parse(dayKey(from, reader))) / DAY);
}

function format(at: Date, reader: Reader, options: Intl.DateTimeFormatOptions): string {
  const key = `${reader.locale ?? locale()} ${reader.zone ?? ""} ${JSON.stringify(options)}`;
  const known =
    formats.get(key) ?? new Intl.DateTimeFormat(reader.locale ?? locale(), { ...options, ...zoneOf(reader) });
  formats.set(key, known);
  return known.format(at);
}

function relative(reader: Reader): Intl.RelativeTimeFormat {
  const tag = reader.locale ?? locale();
  const known = relatives.get(tag) ?? new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  relatives.set(tag, known);
  return known;
}

function twoDigits(amount: number): string {
  return String(amount).padStart(2, "0");
}

/** Making one takes a slow phone longer than using it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();

function zoneOf(reader: Reader): { timeZone?: string } {
  return reader.zone ? { timeZone: reader.zone } : {};
}
