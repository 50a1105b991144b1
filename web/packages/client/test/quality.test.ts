import { expect, test } from "vitest";
import { type Adaptation, adapt, AT_FULL, stepOf } from "../src/media/adapt.ts";
import { countersOf, qualityOf, type Reading, readingOf, type Whose } from "../src/media/quality.ts";

const FINE: Reading = { lossIn: 0, lossOut: 0, roundTrip: 0.05, available: 2_000_000, received: 80 };
const ALONE = { others: 1, isSaving: false };

function after(now: Adaptation, ...readings: Reading[]): Adaptation {
  return readings.reduce(adapt, now);
}

function times(count: number, reading: Partial<Reading>): Reading[] {
  return Array.from({ length: count }, () => ({ ...FINE, ...reading }));
}

const WARM = after(AT_FULL, ...times(10, {}));

test("the counters are those of all kinds together, and of the path that is in use", () => {
  const report = [
    { type: "inbound-rtp", packetsReceived: 100, packetsLost: 3, framesDecoded: 20 },
    { type: "inbound-rtp", packetsReceived: 50, packetsLost: 1 },
    { type: "remote-inbound-rtp", fractionLost: 0.04, roundTripTime: 0.2 },
    { type: "candidate-pair", nominated: true, state: "failed", availableOutgoingBitrate: 1 },
    {
      type: "candidate-pair",
      nominated: true,
      state: "succeeded",
      currentRoundTripTime: 0.1,
      availableOutgoingBitrate: 300_000,
    },
    { type: "codec", mimeType: "video/VP8" },
  ];
  const counters = countersOf(report, 5);
  expect(counters).toEqual({
    at: 5,
    received: 150,
    lost: 4,
    lostThere: 0.04,
    roundTrip: 0.1,
    available: 300_000,
    framesDecoded: 20,
  });
});

test("a browser that says little is no reason for alarm", () => {
  const nothing = countersOf([], 0);
  const reading = readingOf(nothing, countersOf([], 1000), undefined);
  expect(qualityOf(reading, { isOwnWeak: false, isOtherWeak: false }, false).bars).toBe(3);
});

test("loss counts against what came in the same time, and one bad second is smoothed", () => {
  const count = (received: number, lost: number) => ({ ...countersOf([], 0), received, lost });
  const first = readingOf(count(0, 0), count(90, 10), undefined);
  expect(first.lossIn).toBeCloseTo(0.1);
  const second = readingOf(count(90, 10), count(190, 10), first);
  expect(second.lossIn).toBeCloseTo(0.06);
});

test.each<[string, Partial<Reading>, boolean, number]>([
  ["all is well", {}, false, 3],
  ["some is lost on the way here", { lossIn: 0.05 }, false, 2],
  ["much is lost on the way there", { lossOut: 0.2 }, false, 1],
  ["it takes long", { roundTrip: 0.5 }, false, 2],
  ["nothing comes through", {}, true, 0],
])("the bars where %s", (_, reading, isStalled, bars) => {
  const weakness = { isOwnWeak: false, isOtherWeak: false };
  expect(qualityOf({ ...FINE, ...reading }, weakness, isStalled).bars).toBe(bars);
});

test.each<[boolean, boolean, Whose]>([
  [true, false, "yours"],
  [false, true, "theirs"],
  [true, true, "both"],
  [false, false, "unknown"],
])("whose network it is, if one's own is weak: %s, and theirs: %s", (isOwnWeak, isOtherWeak, whose) => {
  expect(qualityOf({ ...FINE, lossIn: 0.1 }, { isOwnWeak, isOtherWeak }, false).whose).toBe(whose);
  expect(qualityOf(FINE, { isOwnWeak, isOtherWeak }, false).whose).toBeUndefined();
});

test("a good network carries the whole picture from the start", () => {
  expect(stepOf(after(AT_FULL, ...times(60, {})), ALONE).name).toBe("full");
});

test("the first seconds, in which the browser feels its way, count for nothing", () => {
  expect(after(AT_FULL, ...times(6, { available: 50_000 })).level).toBe(0);
});

test("one bad second is an accident, three are not", () => {
  const bad = times(1, { lossOut: 0.3 });
  expect(after(WARM, ...bad, ...bad).level).toBe(0);
  expect(after(WARM, ...bad, ...bad, ...bad).level).toBe(1);
});

test("a network that bears no picture carries the sound alone, and at once", () => {
  expect(stepOf(after(WARM, ...times(3, { available: 40_000 })), ALONE).name).toBe("sound-only");
});

test("the picture comes back step by step as the network does", () => {
  const soundOnly = after(WARM, ...times(3, { available: 40_000 }));
  const steps = [1, 2, 3, 4].map((n) => stepOf(after(soundOnly, ...times(16 * n, {})), ALONE).name);
  expect(steps.at(-1)).toBe("full");
  expect(stepOf(after(soundOnly, ...times(8, {})), ALONE).name).toBe("least");
});

test("whoever climbs too early waits longer before the next try", () => {
  const low = after(WARM, ...times(3, { lossOut: 0.3 }));
  const tried = after(low, ...times(8, {}));
  expect(tried.level).toBe(0);
  const fell = after(tried, ...times(3, { lossOut: 0.3 }));
  expect(fell.level).toBe(1);
  expect(after(fell, ...times(8, {})).level).toBe(1);
  expect(after(fell, ...times(16, {})).level).toBe(0);
});

test("never-ending trouble never leaves the ladder", () => {
  const end = after(WARM, ...times(200, { lossOut: 1, available: 0, roundTrip: 5 }));
  expect(stepOf(end, ALONE).name).toBe("sound-only");
});

test("each of several gets less, and whoever saves data gets the least", () => {
  const names = [1, 2, 3, 4].map((others) => stepOf(WARM, { others, isSaving: false }).name);
  expect(names).toEqual(["full", "medium", "small", "small"]);
  expect(stepOf(WARM, { others: 1, isSaving: true }).name).toBe("least");
  const soundOnly = after(WARM, ...times(3, { available: 40_000 }));
  expect(stepOf(soundOnly, { others: 1, isSaving: true }).name).toBe("sound-only");
});
