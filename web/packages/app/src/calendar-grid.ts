import type { Appointment, WorkingHours } from "@bedside/client/clinic";
import { dayKey } from "./times.ts";

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
): { readonly from: number; readonly to: number } {
  const begins = [...visits.map(minuteOf), ...(hours?.week ?? []).map(({ from }) => minutes(from))];
  const ends = [
    ...visits.map((one) => minuteOf(one) + one.durationMinutes),
    ...(hours?.week ?? []).map(({ to }) => minutes(to)),
  ];
  const from = Math.min(FROM, ...begins.map((at) => Math.floor(at / 60)));
  const to = Math.max(TO, ...ends.map((at) => Math.ceil(at / 60)));
  return { from, to: Math.min(24, to) };
}

/** When somebody works on that day, the earliest first. */
export function shiftsOn(day: Date, { week, daysOff }: WorkingHours): [number, number][] {
  const key = dayKey(day);
  if (daysOff.some(({ from, to }) => from <= key && key <= to)) return [];
  const own = week.filter((shift) => shift.day === DAYS[day.getDay()]);
  return own.map(({ from, to }): [number, number] => [minutes(from), minutes(to)]).sort(([a], [b]) => a - b);
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
