import { expect, test } from "vitest";
import type { ChatMessage, JoinedRoom, Seated } from "../src/heard.ts";
import { atTheStart, type RoomEvent, type RoomFacts, reduceRoom } from "../src/room-state.ts";

const SHOWN = { audio: true, video: true, screen: false, handRaised: false };
const JANE: Seated = { userId: "jane", name: "Jane Smith", role: "practitioner", ...SHOWN };
const ADA: Seated = { userId: "ada", name: "Ada Patient", role: "patient", ...SHOWN };

function joined(more: Partial<JoinedRoom> = {}): RoomEvent {
  const news: JoinedRoom = {
    ...{ roomId: "r1", callId: "c1", userId: "ada", status: "InProgress", participants: [ADA, JANE] },
    ...{ waiting: [], iceServers: [], chat: [], version: 8 },
    ...more,
  };
  return { event: "joined-room", news };
}

function message(id: string): ChatMessage {
  return { id, roomId: "r1", userId: "jane", name: "Jane Smith", text: id, sentAt: "2026-11-21T07:46:52.344Z" };
}

function after(...events: RoomEvent[]): RoomFacts {
  return events.reduce(reduceRoom, atTheStart({ callId: "c1" }));
}

const EVERYWHERE = { roomId: "r1", userId: "jane" };
const ENDED: RoomEvent = {
  event: "call-ended",
  news: { roomId: "r1", callId: "c1", endedBy: "jane", reason: "completed", durationSeconds: 3 },
};

test.each<[string, RoomEvent[], object]>([
  ["entering, before anything is heard", [], { state: "entering" }],
  ["waiting", [{ event: "waiting-room", news: { roomId: "r1", position: 2 } }], { state: "waiting", position: 2 }],
  [
    "waiting, and the queue moves",
    [
      { event: "waiting-room", news: { roomId: "r1", position: 2 } },
      { event: "waiting-room", news: { roomId: "r1", position: 1 } },
    ],
    { state: "waiting", position: 1 },
  ],
  ["inside", [joined()], { state: "inside" }],
  ["sent back", [joined(), { event: "waiting-room", news: { roomId: "r1", position: 1 } }], { state: "waiting" }],
  [
    "turned away",
    [
      { event: "waiting-room", news: { roomId: "r1", position: 1 } },
      { event: "admission-denied", news: { roomId: "r1", userId: "ada", reason: "call the desk" } },
    ],
    { state: "over", end: { why: "denied", reason: "call the desk" } },
  ],
  [
    "shown out",
    [joined(), { event: "user-left", news: { roomId: "r1", userId: "ada", reason: "removed" } }],
    { state: "over", end: { why: "removed" } },
  ],
  ["taken by another tab", [joined(), { event: "seat-taken", news: { roomId: "r1" } }], { end: { why: "taken" } }],
  ["ended", [joined(), ENDED], { state: "over", end: { why: "ended", by: "jane", reason: "completed" } }],
  ["over for good", [joined(), ENDED, joined()], { state: "over" }],
  ["refused", [{ event: "refused", news: { code: "not-found" } }], { end: { why: "refused", code: "not-found" } }],
  [
    "inside, whatever happens in another room",
    [joined(), { event: "seat-taken", news: { roomId: "r2" } }],
    { state: "inside" },
  ],
])("one is %s", (_, events, stage) => {
  expect(after(...events).stage).toMatchObject(stage);
});

test("news of another room is nobody's business before one's own is known", () => {
  const start = atTheStart({ callId: "c1" });
  expect(reduceRoom(start, joined({ callId: "c2", roomId: "r2" }))).toBe(start);
  expect(reduceRoom(start, { event: "seat-taken", news: { roomId: "r2" } })).toBe(start);
});

test("the others are those in the room, without oneself", () => {
  const { others, selfId } = after(joined());
  expect(others.map(({ userId }) => userId)).toEqual(["jane"]);
  expect(selfId).toBe("ada");
});

test.each<[string, RoomEvent, object]>([
  ["their camera", { event: "video-toggled", news: { ...EVERYWHERE, isEnabled: false } }, { video: false }],
  ["their microphone", { event: "audio-toggled", news: { ...EVERYWHERE, isEnabled: false } }, { audio: false }],
  ["their screen", { event: "screen-share-started", news: EVERYWHERE }, { screen: true }],
  ["their hand", { event: "hand-raised", news: { ...EVERYWHERE, isRaised: true } }, { handRaised: true }],
  ["their absence", { event: "user-reconnecting", news: EVERYWHERE }, { isAway: true }],
])("%s is seen", (_, event, shown) => {
  expect(after(joined(), event).others[0]).toMatchObject(shown);
});

test("who comes, goes and comes back is there once", () => {
  const omar: RoomEvent = {
    event: "user-joined",
    news: { roomId: "r1", userId: "omar", name: "Omar Haddad", role: "practitioner" },
  };
  const gone: RoomEvent = { event: "user-left", news: { roomId: "r1", userId: "omar", reason: "left" } };
  expect(after(joined(), omar, omar).others).toHaveLength(2);
  expect(after(joined(), omar, gone).others).toHaveLength(1);
  const back = after(
    joined(),
    { event: "user-reconnecting", news: EVERYWHERE },
    { event: "user-back", news: EVERYWHERE },
  );
  expect(back.others[0]?.isAway).toBe(false);
});

test("another device of somebody may be another kind of client", () => {
  const back: RoomEvent = { event: "user-back", news: { ...EVERYWHERE, client: { name: "bedside", device: "d2" } } };
  expect(after(joined(), back).others[0]?.client?.device).toBe("d2");
});

test("messages are there once and in order, also those that came before", () => {
  const says = (id: string): RoomEvent => ({ event: "chat-message", news: message(id) });
  const { chat } = after(
    joined({ chat: [message("1")] }),
    says("2"),
    says("2"),
    joined({ chat: [message("1"), message("2")] }),
    says("3"),
  );
  expect(chat.map(({ id }) => id)).toEqual(["1", "2", "3"]);
});

test("whoever waits reads what the practice says to them", () => {
  const waits: RoomEvent = { event: "waiting-room", news: { roomId: "r1", position: 1, message: "Five minutes." } };
  expect(after(waits).stage).toEqual({ state: "waiting", position: 1, message: "Five minutes." });
});

test("whoever comes back into a call knows how long it has run", () => {
  expect(after(joined({ durationSeconds: 75 })).ranFor).toBe(75);
});

test("whoever waits at the door is let in or leaves", () => {
  const waits: RoomEvent = {
    event: "participant-waiting",
    news: { roomId: "r1", callId: "c1", userId: "otto", name: "Otto", since: "2026-11-21T08:00:00Z" },
  };
  const comes: RoomEvent = {
    event: "user-joined",
    news: { roomId: "r1", userId: "otto", name: "Otto", role: "patient" },
  };
  expect(after(joined(), waits, waits).atTheDoor.map(({ userId }) => userId)).toEqual(["otto"]);
  expect(after(joined(), waits, comes).atTheDoor).toEqual([]);
});

test("whoever asked a guest in keeps the link, and the others see who may come", () => {
  const guest = { userId: "g1", name: "Ines", role: "interpreter" };
  const own = after(joined(), { event: "invited-by-oneself", news: { ...guest, link: "/join/x" } });
  expect(own.invited).toEqual([{ ...guest, link: "/join/x" }]);
  const heard = after(joined(), { event: "invited", news: { roomId: "r1", ...guest } });
  expect(heard.invited).toEqual([{ ...guest, link: undefined }]);
});
