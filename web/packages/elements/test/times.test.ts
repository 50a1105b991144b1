import { expect, test } from "vitest";
import { clock, clockOfDay, dayAndClock, duration, stopwatch } from "../src/times.ts";

const AT = Date.parse("2026-03-03T13:30:00Z");

test("times are written in the person's zone and manner", () => {
  expect(clock(AT, { locale: "de", zone: "Europe/Vienna" })).toBe("14:30");
  expect(clock(AT, { locale: "en-US", zone: "America/New_York" })).toBe("8:30 AM");
  expect(dayAndClock(AT, { locale: "en-GB", zone: "UTC" })).toBe("Tue 3 Mar, 13:30");
});

test("the day is told only if it is another one where the reader is", () => {
  const reader = { locale: "de", zone: "Pacific/Auckland" };
  expect(clockOfDay(AT, AT - 3_600_000, reader)).toBe("2:30");
  expect(clockOfDay(AT, AT - 86_400_000, reader)).toBe("Mi., 4. März, 2:30");
});

test("a duration has the unit that fits", () => {
  expect(duration(8_900, { locale: "en" })).toBe("8 sec");
  expect(duration(240_000, { locale: "en" })).toBe("4 min");
  expect(duration(-5, { locale: "en" })).toBe("0 sec");
  expect(duration(3_700_000, { locale: "en" })).toBe("1 hr");
});

test("a stopwatch shows hours only when there are some", () => {
  expect(stopwatch(252_000)).toBe("04:12");
  expect(stopwatch(3_852_000)).toBe("1:04:12");
});
