import type { CallType, Heard, IncomingCall, LiveCall, LiveRoom, Notification, OfCall, Waits } from "./heard.ts";
import type { Reach } from "./connection.ts";
import type { RefusalCode } from "./problem.ts";
import type { Person, Presence } from "./types.ts";

/** Why a call that one makes is over before it began. */
export type RingEnd =
  | { readonly why: "declined"; readonly reason: string | undefined }
  | { readonly why: "missed" }
  | { readonly why: "cancelled" }
  | { readonly why: "refused"; readonly code: RefusalCode };

interface Rung {
  readonly calleeId: string;
  readonly callType: CallType;
}

/** The call that one is making. */
export type Outgoing =
  | (Rung & { readonly state: "calling" })
  | (Rung & OfCall & { readonly state: "sent"; /** How they are told meanwhile. */ readonly by?: "push" | "sms" })
  | (Rung & OfCall & { readonly state: "ringing" })
  | (Rung & OfCall & { readonly state: "accepted" })
  | (Rung & { readonly state: "over"; readonly end: RingEnd });

/** Somebody who waits to be let in, wherever one keeps the door. */
export interface Waiting extends OfCall, Waits {}

/** Everything that concerns this person, outside of a room. */
export interface Situation {
  readonly reach: Reach;
  /** Known once the server was reached. */
  readonly self: Person | undefined;
  /** Who rings for this person. */
  readonly rings: readonly IncomingCall[];
  readonly outgoing: Outgoing | undefined;
  /** All calls of this person that run. */
  readonly calls: readonly LiveCall[];
  /** Rooms that this person may sit in again. */
  readonly rooms: readonly LiveRoom[];
  readonly waiting: readonly Waiting[];
  /** Of those who are watched. */
  readonly presence: Readonly<Record<string, Presence>>;
  /** Notifications that are not read yet. */
  readonly unread: number;
  /** The last thing that this person was notified of while being here. */
  readonly notified: Notification | undefined;
}

/** What this side itself does or learns. */
interface Own {
  reach: Reach;
  "ring-begun": Rung;
  "ring-sent": OfCall & { readonly expiresAt: string | null };
  "ring-refused": { readonly code: RefusalCode };
  "ring-given-up": object;
  "ring-closed": object;
  "ring-settled": { readonly callId: string };
}

type Events = Heard & Own;
export type CallEvent = { [E in keyof Events]: { readonly event: E; readonly news: Events[E] } }[keyof Events];

export const NOTHING_YET: Situation = {
  reach: "connecting",
  self: undefined,
  rings: [],
  outgoing: undefined,
  calls: [],
  rooms: [],
  waiting: [],
  presence: {},
  unread: 0,
  notified: undefined,
};

/** The situation after `event`. Pure. What a room hears changes nothing here. */
export function reduce(situation: Situation, { event, news }: CallEvent): Situation {
  switch (event) {
    case "reach":
      return { ...situation, reach: news };
    case "sync": {
      const { self, rings, calls, rooms, unread } = news;
      const waiting = rooms.flatMap(({ roomId, callId, waiting }) =>
        waiting.map((one) => ({ ...one, roomId, callId })),
      );
      return {
        ...situation,
        self,
        rings,
        calls,
        rooms,
        unread,
        waiting,
        outgoing: caughtUp(situation.outgoing, calls),
      };
    }
    case "incoming-video-call":
      return { ...situation, rings: [...situation.rings.filter((ring) => ring.callId !== news.callId), news] };
    case "presence-changed":
      return { ...situation, presence: { ...situation.presence, [news.userId]: news.presence } };
    case "notification":
      return { ...situation, unread: news.unread, notified: news };
    case "participant-waiting":
      return { ...situation, waiting: [...withoutWaiting(situation, news.roomId, news.userId), news] };
    case "user-joined":
    case "user-left":
    case "no-longer-waiting":
      return { ...situation, waiting: withoutWaiting(situation, news.roomId, news.userId) };
    case "joined-room":
      return { ...situation, waiting: atTheDoor(situation, news) };
    case "call-answered-elsewhere":
    case "call-cancelled":
    case "ring-settled":
      return { ...situation, rings: situation.rings.filter((ring) => ring.callId !== news.callId) };
    case "call-missed":
    case "call-rejected":
    case "call-ended":
      return withoutCall(
        { ...situation, outgoing: outgoingAfter(situation.outgoing, { event, news } as CallEvent) },
        news,
      );
    default: {
      const outgoing = outgoingAfter(situation.outgoing, { event, news } as CallEvent);
      return outgoing === situation.outgoing ? situation : { ...situation, outgoing };
    }
  }
}

function outgoingAfter(outgoing: Outgoing | undefined, { event, news }: CallEvent): Outgoing | undefined {
  if (event === "ring-begun") return { state: "calling", ...news };
  if (!outgoing || outgoing.state === "over") return event === "ring-closed" ? undefined : outgoing;
  const { calleeId, callType } = outgoing;
  const over = (end: RingEnd): Outgoing => ({ state: "over", calleeId, callType, end });
  const of = ({ callId, roomId }: OfCall) => ({ calleeId, callType, callId, roomId });
  switch (event) {
    case "ring-sent":
      if (outgoing.state !== "calling") return outgoing;
      // The two have rung each other, so nobody needs to answer.
      return { state: news.expiresAt === null ? "accepted" : "sent", ...of(news) };
    case "ring-refused":
      return over({ why: "refused", code: news.code });
    case "ring-given-up":
      return over({ why: "cancelled" });
    case "ring-closed":
      return undefined;
    case "call-ringing":
      if (!concerns(outgoing, news) || outgoing.state === "accepted") return outgoing;
      return { state: "ringing", ...of(news) };
    case "call-reaching":
      return outgoing.state === "sent" && outgoing.callId === news.callId ? { ...outgoing, by: news.by } : outgoing;
    case "call-accepted":
      return concerns(outgoing, news) ? { state: "accepted", ...of(news) } : outgoing;
    case "call-missed":
      return concerns(outgoing, news) ? over({ why: "missed" }) : outgoing;
    case "call-rejected":
      return concerns(outgoing, news) ? over({ why: "declined", reason: news.reason ?? undefined }) : outgoing;
    case "call-ended":
      return concerns(outgoing, news) ? undefined : outgoing;
    default:
      return outgoing;
  }
}

/** News may overtake the answer that says which call it is. */
function concerns(outgoing: Outgoing, news: OfCall): boolean {
  return outgoing.state === "calling" || ("callId" in outgoing && outgoing.callId === news.callId);
}

/** After a time without connection. */
function caughtUp(outgoing: Outgoing | undefined, calls: readonly LiveCall[]): Outgoing | undefined {
  if (outgoing?.state !== "sent" && outgoing?.state !== "ringing") return outgoing;
  const { calleeId, callType } = outgoing;
  const call = calls.find(({ callId }) => callId === outgoing.callId);
  if (!call) return { state: "over", calleeId, callType, end: { why: "missed" } };
  return call.status === "ringing" ? outgoing : { ...outgoing, state: "accepted" };
}

function withoutCall(situation: Situation, { callId }: OfCall): Situation {
  const others = <T extends OfCall>(list: readonly T[]) => list.filter((one) => one.callId !== callId);
  const { rings, calls, rooms, waiting } = situation;
  return { ...situation, rings: others(rings), calls: others(calls), rooms: others(rooms), waiting: others(waiting) };
}

function withoutWaiting(situation: Situation, roomId: string, userId: string): readonly Waiting[] {
  return situation.waiting.filter((one) => one.roomId !== roomId || one.userId !== userId);
}

function atTheDoor(
  { waiting }: Situation,
  { roomId, callId, waiting: here }: Heard["joined-room"],
): readonly Waiting[] {
  return [...waiting.filter((one) => one.roomId !== roomId), ...here.map((one) => ({ ...one, roomId, callId }))];
}
