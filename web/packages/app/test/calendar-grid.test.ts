import type { WorkingHours } from "@bedside/client/clinic";
import { expect, test } from "vitest";
import { columns, shiftsOn } from "../src/calendar-grid.ts";

const TUESDAY = new Date(2026, 2, 3);

function hours(change: Partial<WorkingHours> = {}): WorkingHours {
  const week = ["monday", "tuesday", "wednesday"].flatMap((day) => [
    { day, from: "13:00", to: "18:00" },
    { day, from: "08:00", to: "12:00" },
  ]);
  return { week, daysOff: [], ...change };
}

test("a day has its shifts in their order, and a day off has none", () => {
  expect(shiftsOn(TUESDAY, hours())).toEqual([
    [480, 720],
    [780, 1080],
  ]);
  expect(shiftsOn(TUESDAY, hours({ daysOff: [{ from: "2026-03-02", to: "2026-03-03" }] }))).toEqual([]);
  expect(shiftsOn(new Date(2026, 2, 8), hours())).toEqual([]);
});

test("hours of another zone stand where they are for the reader", () => {
  const ahead = (-new Date(2026, 2, 3).getTimezoneOffset() + 24 * 60) % (24 * 60);
  const [first] = shiftsOn(TUESDAY, hours({ zoneinfo: "UTC" })).filter(([from]) => from === (480 + ahead) % 1440);
  expect(first).toBeDefined();
  // In Kiribati it is fourteen hours later: what begins at 13:00 there begins on the evening before in UTC.
  const there = shiftsOn(TUESDAY, hours({ zoneinfo: "Pacific/Kiritimati" }));
  expect(there.length).toBeGreaterThan(0);
  expect(there.every(([from, to]) => from >= 0 && to <= 1440 && from < to)).toBe(true);
});

test("what overlaps stands side by side, and what comes after has all the room again", () => {
  const busy = [
    { from: 600, to: 630 },
    { from: 615, to: 645 },
    { from: 630, to: 660 },
    { from: 700, to: 730 },
  ];
  expect(columns(busy).map(({ column, of }) => [column, of])).toEqual([
    [0, 2],
    [1, 2],
    [0, 2],
    [0, 1],
  ]);
});
