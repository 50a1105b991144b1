/** Whose way to the network is the weak one; `unknown` if it is somewhere between the two. */
export type Whose = "yours" | "theirs" | "both" | "unknown";

/** How well the two hear and see each other. */
export interface Quality {
  /** From 0 (nothing comes through) to 3 (all is well). */
  readonly bars: 0 | 1 | 2 | 3;
  /** Whose network it is; nothing while all is well. */
  readonly whose: Whose | undefined;
}

/** What a connection has counted since it began. */
export interface Counters {
  readonly at: number;
  readonly received: number;
  readonly lost: number;
  /** As the other side says of what it receives, from 0 to 1. */
  readonly lostThere: number;
  /** In seconds. */
  readonly roundTrip: number;
  /** Bits a second that the way out is thought to bear; nothing where the browser does not say. */
  readonly available: number | undefined;
  readonly framesDecoded: number;
}

/** How it went between two counts, smoothed. */
export interface Reading {
  readonly lossIn: number;
  readonly lossOut: number;
  readonly roundTrip: number;
  readonly available: number | undefined;
  /** Packets that came since the last reading. */
  readonly received: number;
}

type Entry = Record<string, unknown> & { readonly type: string };

/** The counters in what `getStats` says. */
export function countersOf(report: Iterable<unknown>, at: number): Counters {
  const entries = [...report] as Entry[];
  const of = (type: string) => entries.filter((entry) => entry.type === type);
  const sum = (type: string, key: string) => of(type).reduce((total, entry) => total + number(entry[key]), 0);
  const most = (type: string, key: string) => Math.max(0, ...of(type).map((entry) => number(entry[key])));
  const pairs = of("candidate-pair").filter((pair) => pair.nominated === true && pair.state === "succeeded");
  const [pair] = pairs.sort((a, b) => number(b.lastPacketReceivedTimestamp) - number(a.lastPacketReceivedTimestamp));
  const available = pair?.availableOutgoingBitrate;
  return {
    at,
    received: sum("inbound-rtp", "packetsReceived"),
    lost: sum("inbound-rtp", "packetsLost"),
    lostThere: most("remote-inbound-rtp", "fractionLost"),
    roundTrip: number(pair?.currentRoundTripTime) || most("remote-inbound-rtp", "roundTripTime"),
    available: typeof available === "number" ? available : undefined,
    framesDecoded: sum("inbound-rtp", "framesDecoded"),
  };
}

/** The last reading counts for so much in the next one. */
const MEMORY = 0.6;

export function readingOf(before: Counters, now: Counters, last: Reading | undefined): Reading {
  const received = Math.max(0, now.received - before.received);
  const lost = Math.max(0, now.lost - before.lost);
  const lossIn = received + lost > 0 ? lost / (received + lost) : 0;
  const smooth = (value: number, old: number | undefined) =>
    old === undefined ? value : old * MEMORY + value * (1 - MEMORY);
  return {
    lossIn: smooth(lossIn, last?.lossIn),
    lossOut: smooth(now.lostThere, last?.lossOut),
    roundTrip: smooth(now.roundTrip, last?.roundTrip),
    available: now.available,
    received,
  };
}

/** Which side has said or found that its own way to the server is weak. */
export interface Weakness {
  readonly isOwnWeak: boolean;
  readonly isOtherWeak: boolean;
}

export function qualityOf(reading: Reading, { isOwnWeak, isOtherWeak }: Weakness, isStalled: boolean): Quality {
  const bars = isStalled ? 0 : barsOf(reading);
  if (bars === 3) return { bars, whose: undefined };
  if (isOwnWeak && isOtherWeak) return { bars, whose: "both" };
  if (isOwnWeak) return { bars, whose: "yours" };
  return { bars, whose: isOtherWeak ? "theirs" : "unknown" };
}

function barsOf({ lossIn, lossOut, roundTrip }: Reading): 1 | 2 | 3 {
  const loss = Math.max(lossIn, lossOut);
  if (loss < 0.03 && roundTrip < 0.35) return 3;
  return loss < 0.08 && roundTrip < 0.7 ? 2 : 1;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
