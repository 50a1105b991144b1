import type { LocalState, Participant, RoomState } from "@bedside/client";
import { expect, test } from "vitest";
import { newsBetween } from "../src/call-news.ts";
import { noticesOf } from "../src/call-notices.ts";

type Media = NonNullable<Participant["media"]>;

const ON = { state: "on", track: {} as MediaStreamTrack, deviceId: "1" } as const;
const LOCAL: LocalState = {
  ...{ camera: ON, microphone: ON, screen: { state: "off" } },
  ...{ isMuted: false, notice: "none", facing: "user" },
};
const MEDIA = {
  ...{ stream: {} as MediaStream, connection: "connected", quality: { bars: 3, whose: undefined } },
  ...{ verification: { state: "pending" }, isSoundOnly: false, isSendingSoundOnly: false },
} as const satisfies Media;

function jane(to: Partial<Participant> = {}, media: Partial<Media> = {}): Participant {
  const shown = { audio: true, video: true, screen: false, handRaised: false };
  const about = { userId: "jane", name: "Jane", role: "practitioner", isAway: false, client: undefined };
  return { ...about, ...shown, media: { ...MEDIA, ...media }, ...to };
}

function room(to: Partial<RoomState> = {}): RoomState {
  return {
    ...{ stage: { state: "inside" }, roomId: "r", callId: "c", selfId: "ada", others: [jane()], atTheDoor: [] },
    ...{
      ranFor: undefined,
      isLocked: false,
      mayShareScreen: true,
      chat: [],
      readUpTo: {},
      invited: [],
      typing: [],
      isHandRaised: false,
      isSaving: false,
      ...to,
    },
  };
}

const keys = (to: Partial<RoomState> = {}, local: Partial<LocalState> = {}, reach: "online" | "offline" = "online") =>
  noticesOf(room(to), { ...LOCAL, ...local }, reach).map(({ key }) => key);
const failed = (problem: "denied" | "missing" | "failed" | "insecure") => ({ state: "failed", problem }) as const;

test("nothing is said while all is well", () => {
  expect(keys()).toEqual([]);
});

test("whoever speaks into a muted microphone can turn it on at once", () => {
  const [notice] = noticesOf(room(), { ...LOCAL, isMuted: true, notice: "talking-while-muted" }, "online");
  expect(notice).toMatchObject({ key: "call.notice.muted", action: "unmute" });
});

test.each([
  [{ camera: failed("denied") }, "call.notice.camera-denied"],
  [{ microphone: failed("missing") }, "call.notice.microphone-missing"],
  [{ camera: failed("missing"), microphone: failed("missing") }, "call.notice.both-missing"],
  [{ camera: failed("failed") }, "call.notice.camera-busy"],
  [{ camera: failed("insecure"), microphone: failed("insecure") }, "call.notice.insecure"],
  [{ microphone: { state: "interrupted", deviceId: "1" } }, "call.notice.microphone-gone"],
  [{ notice: "no-sound" }, "call.notice.no-sound"],
] as const)("of %o it says %s", (local, key) => {
  expect(keys({}, local)).toEqual([key]);
});

test.each(["yours", "theirs", "both", "unknown"] as const)("it says whose network is weak: %s", (whose) => {
  const others = [jane({}, { quality: { bars: 1, whose } })];
  expect(keys({ others })).toEqual([`call.notice.weak-${whose}`]);
  expect(keys({ others: [jane({}, { quality: { bars: 2, whose } })] })).toEqual([]);
});

test("saving data is offered to whoever has the weak network, and once", () => {
  const others = [jane({}, { quality: { bars: 1, whose: "yours" } })];
  const action = (isSaving: boolean) => noticesOf(room({ others, isSaving }), LOCAL, "online")[0]?.action;
  expect(action(false)).toBe("save-data");
  expect(action(true)).toBeUndefined();
});

test("that somebody listens in comes before a network that is gone, and that before everything else", () => {
  const others = [jane({}, { verification: { state: "broken" }, isSoundOnly: true })];
  const all = keys(
    { others, atTheDoor: [{ userId: "omar", name: "Omar", since: "2026-11-21T08:00:00Z" }] },
    { camera: failed("denied") },
    "offline",
  );
  expect(all).toEqual([
    "call.notice.tampered",
    "call.notice.offline",
    "call.notice.camera-denied",
    "call.notice.sound-only-unknown",
    "call.notice.door",
  ]);
});

const told = (before: Partial<RoomState>, after: Partial<RoomState>) =>
  newsBetween(room(before), room(after)).map(({ key }) => key);

test.each([
  [{ others: [] }, { others: [jane()] }, "call.news.joined"],
  [{}, { others: [] }, "call.news.left"],
  [{}, { others: [jane({ isAway: true })] }, "call.news.lost"],
  [{ others: [jane({}, { connection: "reconnecting" })] }, {}, "call.news.back"],
  [{}, { others: [jane({ handRaised: true })] }, "call.news.hand"],
  [{}, { others: [jane({ screen: true })] }, "call.news.shares"],
  [{ others: [jane({ screen: true })] }, {}, "call.news.shares-no-more"],
] as const)("%o and then %o is told as %s", (before, after, key) => {
  expect(told(before as Partial<RoomState>, after as Partial<RoomState>)).toEqual([key]);
});

test("messages of others are read out, one's own are not", () => {
  const message = (userId: string, id: string) => ({ id, roomId: "r", userId, name: userId, text: id, sentAt: "" });
  const [news, ...more] = newsBetween(room(), room({ chat: [message("ada", "1"), message("jane", "2")] }));
  expect(news).toEqual({ key: "call.news.wrote", values: { name: "jane", text: "2" } });
  expect(more).toEqual([]);
});

test("whoever comes in is not told of everybody who is there", () => {
  expect(told({ stage: { state: "entering" }, others: [] }, {})).toEqual([]);
});
