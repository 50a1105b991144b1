import type { Appointment } from "@bedside/client";

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

/** What a date field and a time field say, as an instant; nothing if they say nothing. */
export function instantOf(date: string, time: string): string | undefined {
  const at = new Date(`${date}T${time}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The beginning of the day that was so many days before, where the reader is. */
export function daysAgo(now: Date, days: number): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString();
}

/** The date as a date field takes it, in the reader's zone. */
export function dayKey(at: Date, reader: Reader = {}): string {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  // Swedish dates are ISO dates.
  return new Intl.DateTimeFormat("sv-SE", { ...parts, ...zoneOf(reader) }).format(at);
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
  for (const group of Object.values(groups)) group.sort((a, b) => start(a) - start(b));
  groups.earlier.reverse(); // The last one first: whoever looks back looks for it.
  return (Object.entries(groups) as [Group, Appointment[]][]).filter(([, members]) => members.length > 0);
}

function groupOf(one: Appointment, now: Date, reader: Reader): Group {
  const over = start(one) + one.durationMinutes * 60_000 <= now.getTime();
  if (one.status === "Pending" && !over) return "requests";
  if (one.status !== "Accepted") return "earlier";
  if (dayKey(new Date(one.scheduledDate), reader) === dayKey(now, reader)) return "today";
  return over ? "earlier" : "later";
}

const CLOCK = { hour: "2-digit", minute: "2-digit" } as const;

function start(one: Appointment): number {
  return Date.parse(one.scheduledDate);
}

function format(at: Date, reader: Reader, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(reader.locale, { ...options, ...zoneOf(reader) }).format(at);
}

function zoneOf(reader: Reader): { timeZone?: string } {
  return reader.zone ? { timeZone: reader.zone } : {};
}
