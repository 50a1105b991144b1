import { expect, test } from "vitest";
import { type CallEvent, NOTHING_YET, type Outgoing, reduce, type Situation } from "../src/calls.ts";
import type { IncomingCall, LiveCall, Sync } from "../src/heard.ts";

const OF = { callId: "c1", roomId: "r1" };
const OTHER = { callId: "c2", roomId: "r2" };
const RING: IncomingCall = {
  ...OF,
  callType: "video",
  callerId: "ada",
  callerName: "Ada Patient",
  requestedAt: "2026-11-21T07:44:43.791Z",
  expiresAt: "2026-11-21T07:45:13.791Z",
};
const BEGUN: CallEvent = { event: "ring-begun", news: { calleeId: "jane", callType: "video" } };
const SENT: CallEvent = { event: "ring-sent", news: { ...OF, expiresAt: "2026-11-21T07:45:13.791Z" } };
const RINGING: CallEvent = { event: "call-ringing", news: { ...OF, deviceId: "d1" } };
const REACHING: CallEvent = { event: "call-reaching", news: { callId: "c1", by: "push" } };

function after(...events: CallEvent[]): Situation {
  return events.reduce(reduce, NOTHING_YET);
}

function sync(news: Partial<Sync>): CallEvent {
  const self = { id: "ada", name: "Ada Patient" } as Sync["self"];
  return { event: "sync", news: { self, rings: [], calls: [], rooms: [], unread: 0, iceServers: [], ...news } };
}

function live(status: LiveCall["status"]): LiveCall {
  return { ...OF, status, callType: "video", callerId: "ada", calleeId: "jane" };
}

const ACCEPTED: CallEvent = { event: "call-accepted", news: { ...OF, deviceId: "desk" } };

test.each<[string, CallEvent[], Outgoing["state"] | undefined]>([
  ["nothing, before one rings", [], undefined],
  ["calling, until the server has it", [BEGUN], "calling"],
  ["sent, until a device rings", [BEGUN, SENT], "sent"],
  ["sent, while a phone is woken", [BEGUN, SENT, REACHING], "sent"],
  ["ringing", [BEGUN, SENT, RINGING], "ringing"],
  ["ringing, also if that overtakes the answer", [BEGUN, RINGING, SENT], "ringing"],
  ["accepted", [BEGUN, SENT, RINGING, ACCEPTED], "accepted"],
  ["accepted, and a second device that rings changes nothing", [BEGUN, SENT, ACCEPTED, RINGING], "accepted"],
  [
    "accepted at once, if the two rang each other",
    [BEGUN, { event: "ring-sent", news: { ...OF, expiresAt: null } }],
    "accepted",
  ],
  ["over, if nobody answered", [BEGUN, SENT, { event: "call-missed", news: OF }], "over"],
  ["over, if it was declined", [BEGUN, SENT, { event: "call-rejected", news: OF }], "over"],
  ["over, if the server refused", [BEGUN, { event: "ring-refused", news: { code: "busy" } }], "over"],
  ["over, if one gave up", [BEGUN, { event: "ring-given-up", news: {} }], "over"],
  ["still over, whatever comes later", [BEGUN, SENT, { event: "call-missed", news: OF }, ACCEPTED], "over"],
  [
    "ringing, whatever happens to another call",
    [BEGUN, SENT, RINGING, { event: "call-missed", news: OTHER }],
    "ringing",
  ],
  [
    "nothing, once it was put away",
    [BEGUN, { event: "ring-given-up", news: {} }, { event: "ring-closed", news: {} }],
    undefined,
  ],
  ["ringing again, after the last one was over", [BEGUN, SENT, { event: "call-missed", news: OF }, BEGUN], "calling"],
  ["accepted, if that was missed", [BEGUN, SENT, sync({ calls: [live("active")] })], "accepted"],
  [
    "ringing still, after a time without connection",
    [BEGUN, SENT, RINGING, sync({ calls: [live("ringing")] })],
    "ringing",
  ],
  ["over, if the end was missed", [BEGUN, SENT, RINGING, sync({})], "over"],
  ["calling still, if the connection broke before the answer", [BEGUN, sync({})], "calling"],
])("the call that one makes is %s", (_, events, state) => {
  expect(after(...events).outgoing?.state).toBe(state);
});

test("why a call that one makes is over is told", () => {
  const declined = after(BEGUN, SENT, { event: "call-rejected", news: { ...OF, reason: "in surgery" } });
  expect(declined.outgoing).toMatchObject({ calleeId: "jane", end: { why: "declined", reason: "in surgery" } });
  const refused = after(BEGUN, { event: "ring-refused", news: { code: "offline" } });
  expect(refused.outgoing).toMatchObject({ end: { why: "refused", code: "offline" } });
});

test.each<[string, CallEvent]>([
  ["the caller gives up", { event: "call-cancelled", news: OF }],
  ["nobody answers", { event: "call-missed", news: OF }],
  ["another device answers", { event: "call-answered-elsewhere", news: OF }],
  ["this one answers", { event: "ring-settled", news: { callId: "c1" } }],
  ["it ends", { event: "call-ended", news: { ...OF, reason: "failed", durationSeconds: 0 } }],
  ["a sync does not know it any more", sync({})],
])("a ring goes when %s, and no other ring with it", (_, event) => {
  const other = { ...RING, ...OTHER };
  const rings = [RING, other].map((news): CallEvent => ({ event: "incoming-video-call", news }));
  const left = after(...rings, event.event === "sync" ? sync({ rings: [other] }) : event).rings;
  expect(left.map(({ callId }) => callId)).toEqual(["c2"]);
});

test("the same ring heard twice rings once", () => {
  const event: CallEvent = { event: "incoming-video-call", news: RING };
  expect(after(event, event).rings).toHaveLength(1);
});

test("whoever waits at a door stands there once, until they are in or gone", () => {
  const waits: CallEvent = {
    event: "participant-waiting",
    news: { ...OF, userId: "ada", name: "Ada Patient", since: "2026-11-21T08:00:00Z" },
  };
  const gone: CallEvent = { event: "no-longer-waiting", news: { ...OF, userId: "ada" } };
  const elsewhere: CallEvent = { event: "no-longer-waiting", news: { ...OF, roomId: "r2", userId: "ada" } };
  expect(after(waits, waits, elsewhere).waiting).toHaveLength(1);
  expect(after(waits, gone).waiting).toEqual([]);
});

test("presence is kept for each person", () => {
  const is = (userId: string, presence: "online" | "busy"): CallEvent => ({
    event: "presence-changed",
    news: { userId, presence },
  });
  expect(after(is("jane", "online"), is("omar", "online"), is("jane", "busy")).presence).toEqual({
    jane: "busy",
    omar: "online",
  });
});

test("news that changes nothing leaves the very same situation", () => {
  const before = after(sync({}));
  expect(reduce(before, { event: "chat-typing", news: { roomId: "r1", userId: "ada" } })).toBe(before);
});

test("the caller sees how somebody is told whose pages are closed, until one rings", () => {
  const by = (...events: CallEvent[]) => {
    const { outgoing } = after(BEGUN, SENT, ...events);
    return outgoing?.state === "sent" ? outgoing.by : undefined;
  };
  expect(by(REACHING)).toBe("push");
  expect(by({ event: "call-reaching", news: { callId: "c2", by: "sms" } })).toBe(undefined);
  expect(by(REACHING, { event: "call-reaching", news: { callId: "c1", by: "sms" } })).toBe("sms");
  expect(by(REACHING, RINGING)).toBe(undefined);
});

test("what one is notified of while here is counted, and the last of it is told", () => {
  const news = { id: "n1", topic: "appointment-requested", callId: null, appointmentId: "a1", unread: 3 };
  const situation = after(sync({ unread: 2 }), { event: "notification", news });
  expect([situation.unread, situation.notified]).toEqual([3, news]);
});
