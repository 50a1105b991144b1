import { expect, test } from "vitest";
import { begun, lasts } from "../src/ring-time.ts";

const RING = { requestedAt: "2026-03-03T13:30:00Z", expiresAt: "2026-03-03T13:30:30Z" };
const ASKED = Date.parse(RING.requestedAt);

test("a ring that is heard late has gone on since it was asked for", () => {
  expect(lasts(RING)).toBe(30_000);
  expect(begun(RING, ASKED + 8_000)).toBe(ASKED);
});

test("where clocks differ, a ring begins when it is heard", () => {
  expect(begun(RING, ASKED + 3_600_000)).toBe(ASKED + 3_600_000);
  expect(begun(RING, ASKED - 60_000)).toBe(ASKED - 60_000);
});
