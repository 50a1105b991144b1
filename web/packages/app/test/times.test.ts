import type { Appointment } from "@bedside/client";
import { expect, test } from "vitest";
import { clockTime, dayKey, daysAgo, grouped, instantOf, when } from "../src/times.ts";

const BERLIN = { locale: "en-GB", zone: "Europe/Berlin" };
const NOW = new Date("2026-03-03T09:00:00Z");

test("an instant is shown in the reader's zone", () => {
  expect(clockTime("2026-03-03T13:30:00Z", BERLIN)).toBe("14:30");
  expect(when("2026-03-03T13:30:00Z", NOW, BERLIN)).toBe("Tue 3 Mar, 14:30");
});

test("the year is shown only when it is another one", () => {
  expect(when("2027-03-03T13:30:00Z", NOW, BERLIN)).toContain("2027");
  expect(when("2026-12-31T22:30:00Z", NOW, BERLIN)).not.toContain("2026");
  // Half past eleven in the evening there is already next year here.
  expect(when("2026-12-31T23:30:00Z", NOW, BERLIN)).toContain("2027");
});

test("a day begins at the reader's midnight", () => {
  expect(dayKey(new Date("2026-03-03T23:30:00Z"), BERLIN)).toBe("2026-03-04");
  expect(dayKey(new Date("2026-03-03T23:30:00Z"), { zone: "America/New_York" })).toBe("2026-03-03");
});

test("an empty date or time is no instant", () => {
  expect(instantOf("", "14:30")).toBeUndefined();
  expect(instantOf("2026-03-03", "")).toBeUndefined();
  expect(instantOf("2026-03-03", "14:30")).toBe(new Date(2026, 2, 3, 14, 30).toISOString());
});

test("today comes before requests, before what is later, before what was", () => {
  const list = [
    appointment("was", "2026-03-01T10:00:00Z", "Accepted"),
    appointment("tomorrow", "2026-03-04T10:00:00Z", "Accepted"),
    appointment("asked", "2026-03-05T10:00:00Z", "Pending"),
    appointment("evening", "2026-03-03T18:00:00Z", "Accepted"),
    appointment("noon", "2026-03-03T11:00:00Z", "Accepted"),
    appointment("declined", "2026-03-06T11:00:00Z", "Declined"),
  ];
  expect(grouped(list, NOW, BERLIN).map(([group, members]) => [group, ...members.map((one) => one.id)])).toEqual([
    ["today", "noon", "evening"],
    ["requests", "asked"],
    ["later", "tomorrow"],
    ["earlier", "declined", "was"],
  ]);
});

test("a request that nobody answered in time is not offered any more", () => {
  const groups = grouped([appointment("stale", "2026-03-03T08:00:00Z", "Pending")], NOW, BERLIN);
  expect(groups.map(([group]) => group)).toEqual(["earlier"]);
});

function appointment(id: string, scheduledDate: string, status: Appointment["status"]): Appointment {
  const person = { id: "p", name: "Ada Patient", firstName: "Ada", lastName: "Patient" };
  return {
    id,
    scheduledDate,
    status,
    createdAt: scheduledDate,
    durationMinutes: 30,
    patient: person,
    practitioner: { ...person, id: "d" },
    provider: "built-in",
    type: "Remote",
    waitingRoom: false,
  };
}

test("some days ago is the beginning of that day, over the end of a month too", () => {
  const at = new Date(2026, 2, 3, 17, 45);
  expect(daysAgo(at, 0)).toBe(new Date(2026, 2, 3).toISOString());
  expect(daysAgo(at, 7)).toBe(new Date(2026, 1, 24).toISOString());
});
