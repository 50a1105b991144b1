import type { Reading } from "./quality.ts";

/** How much picture is sent; the sound always goes first. */
export interface Step {
  readonly name: "full" | "medium" | "small" | "least" | "sound-only";
  /** Bits a second at most. */
  readonly maxBitrate: number;
  readonly scaleDown: number;
  readonly maxFramerate: number;
  /** Below this the step does not hold. */
  readonly needs: number;
}

const STEPS: readonly Step[] = [
  { name: "full", maxBitrate: 1_700_000, scaleDown: 1, maxFramerate: 30, needs: 500_000 },
  { name: "medium", maxBitrate: 700_000, scaleDown: 1.5, maxFramerate: 25, needs: 250_000 },
  { name: "small", maxBitrate: 300_000, scaleDown: 2, maxFramerate: 20, needs: 120_000 },
  { name: "least", maxBitrate: 120_000, scaleDown: 4, maxFramerate: 15, needs: 60_000 },
  { name: "sound-only", maxBitrate: 0, scaleDown: 4, maxFramerate: 1, needs: 0 },
];
const LAST = STEPS.length - 1;

/** A bad second is an accident. */
const BAD_FOR = 3;
/** The browser begins low and works its way up. */
const WARM_UP = 6;
const GOOD_FOR = 8;
/** Whoever has climbed too early waits twice as long before the next try, but not for ever. */
const GOOD_FOR_AT_MOST = 64;
/** A step that breaks within this time was climbed too early. */
const TOO_EARLY = 10;

/** Where the picture stands on its way down or up; the numbers count readings, one a second. */
export interface Adaptation {
  readonly level: number;
  /** How many readings still count for nothing. */
  readonly warmUp: number;
  readonly bad: number;
  readonly good: number;
  readonly patience: number;
  readonly sinceClimb: number;
}

export const AT_FULL: Adaptation = {
  level: 0,
  warmUp: WARM_UP,
  bad: 0,
  good: 0,
  patience: GOOD_FOR,
  sinceClimb: Number.POSITIVE_INFINITY,
};

/** Where the picture stands after one more reading. Pure. Down after three bad ones, up after eight good ones. */
export function adapt(now: Adaptation, reading: Reading): Adaptation {
  if (now.warmUp > 0) return { ...now, warmUp: now.warmUp - 1 };
  const isBad = doesNotHold(now.level, reading);
  const bad = isBad ? now.bad + 1 : 0;
  const good = isBad || reading.lossOut > 0.03 ? 0 : now.good + 1;
  const sinceClimb = now.sinceClimb + 1;
  if (bad >= BAD_FOR && now.level < LAST) return down({ ...now, sinceClimb }, reading);
  if (good >= now.patience && now.level > 0) {
    return { ...now, level: now.level - 1, bad: 0, good: 0, sinceClimb: 0 };
  }
  return { ...now, bad, good, sinceClimb };
}

function down(now: Adaptation, { available }: Reading): Adaptation {
  const isStarved = available !== undefined && available < (STEPS[LAST - 1]?.needs ?? 0);
  const wasTooEarly = now.sinceClimb <= TOO_EARLY;
  const patience = wasTooEarly ? Math.min(now.patience * 2, GOOD_FOR_AT_MOST) : GOOD_FOR;
  const level = isStarved ? LAST : now.level + 1;
  return { ...now, level, bad: 0, good: 0, patience, sinceClimb: Number.POSITIVE_INFINITY };
}

function doesNotHold(level: number, { available, lossOut, roundTrip }: Reading): boolean {
  const needs = STEPS[level]?.needs ?? 0;
  return (available !== undefined && available < needs) || (level < LAST && (lossOut > 0.1 || roundTrip > 1.5));
}

/** What limits the picture from above: how many it is sent to, and whether somebody wants to save data. */
export interface Ceiling {
  readonly others: number;
  readonly isSaving: boolean;
}

/** What is sent now. */
export function stepOf({ level }: Adaptation, { others, isSaving }: Ceiling): Step {
  const highest = isSaving ? LAST - 1 : Math.min(Math.max(others - 1, 0), LAST - 2);
  const step = STEPS[Math.max(level, highest)];
  if (!step) throw new Error("a level is one of the steps");
  return step;
}

/** Has the sender keep to `step`. A screen keeps its size, for it is to be read. */
export async function keepTo(sender: RTCRtpSender, step: Step, what: "camera" | "screen"): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  encoding.active = step.maxBitrate > 0;
  encoding.maxBitrate = Math.max(step.maxBitrate, 50_000);
  encoding.scaleResolutionDownBy = what === "screen" ? 1 : step.scaleDown;
  encoding.maxFramerate = step.maxFramerate;
  await sender.setParameters(parameters);
}

/** What is paused begins again with a whole picture. */
export async function pause(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  encoding.active = false;
  await sender.setParameters(parameters);
}

/** Sound goes before the picture, before everything. */
export async function putFirst(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  encoding.priority = "high";
  encoding.networkPriority = "high";
  await sender.setParameters(parameters);
}
