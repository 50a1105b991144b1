import type { Appointment, WorkingHours } from "@bedside/client/clinic";
import { dayKey, daysLater } from "./times.ts";

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
/** What a quiet week shows. */
const FROM = 8;
const TO = 18;

/** Something that takes time, in minutes of its day. */
export interface Busy {
  readonly from: number;
  readonly to: number;
}

/** The minute of the day at which it begins, where the reader is. */
export function minuteOf(one: Appointment): number {
  const at = new Date(one.scheduledDate);
  return at.getHours() * 60 + at.getMinutes();
}

/** The hours of the day that are worth showing: those of work, and whatever lies outside of them. */
export function hoursShown(
  visits: readonly Appointment[],
  hours: WorkingHours | undefined,
  days: readonly Date[],
): { readonly from: number; readonly to: number } {
  const shifts = hours ? days.flatMap((day) => shiftsOn(day, hours)) : [];
  const begins = [...visits.map(minuteOf), ...shifts.map(([from]) => from)];
  const ends = [...visits.map((one) => minuteOf(one) + one.durationMinutes), ...shifts.map(([, to]) => to)];
  const from = Math.min(FROM, ...begins.map((at) => Math.floor(at / 60)));
  const to = Math.max(TO, ...ends.map((at) => Math.ceil(at / 60)));
  return { from, to: Math.min(24, to) };
}

/**
 * When somebody works on that day of the reader's, in minutes of it, the earliest first. Hours are wall time of the
 * practitioner's zone, where that day may begin on the day before or end on the one after.
 */
export function shiftsOn(day: Date, { week, daysOff, zoneinfo }: WorkingHours): [number, number][] {
  const shifts: [number, number][] = [];
  for (const near of [-1, 0, 1]) {
    const there = daysLater(day, near);
    const key = dayKey(there);
    if (daysOff.some(({ from, to }) => from <= key && key <= to)) continue;
    for (const { from, to } of week.filter((shift) => shift.day === DAYS[there.getDay()])) {
      const [opens, closes] = [from, to].map((clock) => {
        const at = instantIn(zoneinfo ?? undefined, there, minutes(clock));
        return Math.min(24 * 60, Math.max(0, Math.round((at - day.getTime()) / 60_000)));
      }) as [number, number];
      if (opens < closes) shifts.push([opens, closes]);
    }
  }
  return shifts.sort(([a], [b]) => a - b);
}

/** Those that overlap get a column each, of as many as overlap. */
export function columns<T extends Busy>(
  busy: readonly T[],
): readonly (T & { readonly column: number; readonly of: number })[] {
  const placed: (T & { column: number; of: number })[] = [];
  let cluster: (T & { column: number; of: number })[] = [];
  let end = -1;
  const close = () => {
    const of = Math.max(0, ...cluster.map(({ column }) => column + 1));
    for (const one of cluster) one.of = of;
    cluster = [];
  };
  for (const one of busy.toSorted((a, b) => a.from - b.from)) {
    if (one.from >= end) close();
    const taken = new Set(cluster.filter(({ to }) => to > one.from).map(({ column }) => column));
    let column = 0;
    while (taken.has(column)) column += 1;
    const next = { ...one, column, of: 1 };
    cluster.push(next);
    placed.push(next);
    end = Math.max(end, one.to);
  }
  close();
  return placed;
}

/** "13:30" as minutes of the day. */
export function minutes(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return hour * 60 + minute;
}

/** The moment at which the wall clock of that zone shows so many minutes of that day. */
function instantIn(zone: string | undefined, day: Date, minute: number): number {
  if (!zone) return new Date(day.getFullYear(), day.getMonth(), day.getDate(), 0, minute).getTime();
  const wall = Date.UTC(day.getFullYear(), day.getMonth(), day.getDate(), 0, minute);
  // Twice, for the first guess may lie on the other side of a change of the clocks.
  const guess = wall - aheadOf(zone, wall);
  return wall - aheadOf(zone, guess);
}

/** By how much the clocks of that zone are ahead of UTC at that moment, in milliseconds. */
function aheadOf(zone: string, at: number): number {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(
    at,
  );
  return Date.parse(`${shown.replace(" ", "T")}Z`) - Math.floor(at / 1_000) * 1_000;
}
