import type { Appointment, CallRecord, Notice } from "@bedside/client/clinic";
import { expect, test } from "vitest";
import { countOf } from "../src/news.ts";

test("what waits is counted once, whether it stands in one list or in two", () => {
  const notice = (change: Partial<Notice>) => ({ id: "n", at: "", topic: "appointment-accepted", ...change }) as Notice;
  const count = countOf({
    requests: [{ id: "a1" } as Appointment],
    missed: [{ id: "c1" } as CallRecord],
    notices: [
      notice({ topic: "appointment-requested", appointmentId: "a1" }),
      notice({ topic: "missed-call", callId: "c1" }),
      notice({ appointmentId: "a2" }),
      notice({ appointmentId: "a3", readAt: "2026-03-03T10:00:00Z" }),
    ],
  });
  expect(count).toBe(3);
});
