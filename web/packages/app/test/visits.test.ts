import type { Appointment } from "@bedside/client/clinic";
import { expect, test } from "vitest";
import { entranceOf, nextOf } from "../src/visits.ts";

const NOW = new Date("2026-03-03T10:00:00Z");

function visit(change: Partial<Appointment>): Appointment {
  const brief = (id: string) => ({ id, name: id, firstName: id, lastName: "" });
  return {
    ...{ id: "a1", status: "Accepted", type: "Remote", provider: "built-in", waitingRoom: true },
    ...{ scheduledDate: "2026-03-03T10:15:00Z", durationMinutes: 20, createdAt: "2026-03-01T10:00:00Z" },
    ...{ linkOpensAt: "2026-03-03T09:45:00Z", linkClosesAt: "2026-03-03T14:35:00Z" },
    ...{ patient: brief("ada"), practitioner: brief("jane"), videoCallLink: "https://clinic.example/join/t0ken" },
    ...change,
  };
}

test.each<[string, Partial<Appointment>, string]>([
  ["open from half an hour before", {}, "open"],
  ["early on the day before", { linkOpensAt: "2026-03-04T09:45:00Z", linkClosesAt: "2026-03-04T14:00:00Z" }, "early"],
  ["over when the link has closed", { linkClosesAt: "2026-03-03T10:00:00Z" }, "over"],
  ["pending until the practice answers", { status: "Pending", videoCallLink: null }, "pending"],
  ["void when it was cancelled", { status: "Cancelled" }, "void"],
  ["over when it is done", { status: "Completed" }, "over"],
  ["at the practice, where there is no call", { type: "InPerson" }, "at-practice"],
  ["not for staff, who have no link", { videoCallLink: null }, "not-yours"],
])("the call of an appointment is %s", (_, change, state) => {
  expect(entranceOf(visit(change), NOW).state).toBe(state);
});

test("our own links stay at the name by which one came, another provider's lead there", () => {
  expect(entranceOf(visit({}), NOW)).toEqual({ state: "open", link: "/join/t0ken" });
  const link = "https://meet.example.org/r00m";
  expect(entranceOf(visit({ videoCallLink: link, provider: "link" }), NOW)).toEqual({ state: "open", link });
});

test("the next one is what goes on or comes first, and confirmed", () => {
  const over = visit({ id: "over", scheduledDate: "2026-03-03T08:00:00Z" });
  const asked = visit({ id: "asked", scheduledDate: "2026-03-03T10:05:00Z", status: "Pending" });
  const runs = visit({ id: "runs", scheduledDate: "2026-03-03T09:50:00Z" });
  const later = visit({ id: "later" });
  expect(nextOf([later, asked, over, runs], NOW)?.id).toBe("runs");
  expect(nextOf([over, asked], NOW)).toBeUndefined();
});
