import type {
  ChatMessage,
  ClientAnnouncement,
  Heard,
  JoinedRoom,
  Member,
  MemberJoined,
  Place,
  Seated,
  Shown,
  Waits,
} from "./heard.ts";
import type { RefusalCode } from "./problem.ts";

/** How one's stay in a room is over. */
export type RoomEnd =
  /** Somebody ended the call, or it ended by itself. */
  | { readonly why: "ended"; readonly by: string | undefined; readonly reason: string }
  | { readonly why: "left" }
  /** One was turned away at the door, perhaps with words. */
  | { readonly why: "denied"; readonly reason: string | undefined }
  | { readonly why: "removed" }
  /** The person went on at another device or in another tab. */
  | { readonly why: "taken" }
  | { readonly why: "refused"; readonly code: RefusalCode };

/** Where one stands. */
export type Stage =
  | { readonly state: "entering" }
  /** In the waiting room; 1 is next. */
  | { readonly state: "waiting"; readonly position: number; readonly message?: string }
  | { readonly state: "inside" }
  | { readonly state: "over"; readonly end: RoomEnd };

/** Somebody else in the room, as the server tells of them. */
export interface Attendee extends Member, Shown {
  readonly role: string;
  /** Their connection to the server broke; they have a minute to come back. */
  readonly isAway: boolean;
  /** What their client said of itself; nothing, if it is an unlike one. */
  readonly client: ClientAnnouncement | undefined;
}

/** Somebody who was asked in and may come. */
export interface Guest extends Member {
  readonly role: string;
  /** Their way in, known to whoever asked them. */
  readonly link: string | undefined;
}

/** What the server tells of a room. */
export interface RoomFacts {
  readonly stage: Stage;
  readonly roomId: string | undefined;
  readonly callId: string | undefined;
  /** This person's id. */
  readonly selfId: string | undefined;
  readonly others: readonly Attendee[];
  /** Who waits to be let in, for those who keep the door. */
  readonly atTheDoor: readonly Waits[];
  /** For how many seconds the call had run when one came in; nothing if the two had not met. */
  readonly ranFor: number | undefined;
  readonly isLocked: boolean;
  /** Whether this person may show a screen here. */
  readonly mayShareScreen: boolean;
  readonly chat: readonly ChatMessage[];
  /** Up to which message each of the others has read. */
  readonly readUpTo: Readonly<Record<string, string>>;
  /** Who was invited while one is here. */
  readonly invited: readonly Guest[];
}

interface Own {
  refused: { readonly code: RefusalCode };
  left: object;
  "invited-by-oneself": Guest;
}

/** What the server says of a room and of those in it. */
export const ROOM_NEWS = [
  "joined-room",
  "waiting-room",
  "admission-denied",
  "participant-waiting",
  "seat-taken",
  "user-joined",
  "user-back",
  "user-reconnecting",
  "user-left",
  "video-toggled",
  "audio-toggled",
  "screen-share-started",
  "screen-share-stopped",
  "hand-raised",
  "chat-message",
  "chat-read",
  "room-locked",
  "invited",
  "call-ended",
] as const satisfies readonly (keyof Heard)[];

type Events = Heard & Own;
export type RoomEvent = { [E in keyof Events]: { readonly event: E; readonly news: Events[E] } }[keyof Events];

/** Before the server has said anything of the room. */
export function atTheStart(place: Place): RoomFacts {
  return {
    stage: { state: "entering" },
    roomId: "roomId" in place ? place.roomId : undefined,
    callId: "callId" in place ? place.callId : undefined,
    selfId: undefined,
    others: [],
    atTheDoor: [],
    ranFor: undefined,
    isLocked: false,
    mayShareScreen: false,
    chat: [],
    readUpTo: {},
    invited: [],
  };
}

/** The room after `event`. Pure. News of another room is ignored, and so is everything once it is over. */
export function reduceRoom(room: RoomFacts, { event, news }: RoomEvent): RoomFacts {
  if (room.stage.state === "over" || !isOf(room, news)) return room;
  switch (event) {
    case "joined-room":
      return entered(room, news);
    case "waiting-room":
      return waits(room, news);
    case "admission-denied":
      return over(room, { why: "denied", reason: news.reason ?? undefined });
    case "seat-taken":
      return over(room, { why: "taken" });
    case "call-ended":
      return over(room, { why: "ended", by: news.endedBy ?? undefined, reason: news.reason });
    case "refused":
      return over(room, { why: "refused", code: news.code });
    case "left":
      return over(room, { why: "left" });
    case "user-left":
      return left(room, news);
    case "participant-waiting":
      return { ...room, atTheDoor: [...but(room.atTheDoor, news.userId), news] };
    default:
      return room.stage.state === "inside" ? inside(room, { event, news } as RoomEvent) : room;
  }
}

function inside(room: RoomFacts, { event, news }: RoomEvent): RoomFacts {
  switch (event) {
    case "user-joined":
      return {
        ...room,
        others: [...but(room.others, news.userId), attendee(news)],
        atTheDoor: but(room.atTheDoor, news.userId),
      };
    case "user-back":
      return change(room, news.userId, { isAway: false, ...(news.client && { client: news.client }) });
    case "user-reconnecting":
      return change(room, news.userId, { isAway: true });
    case "video-toggled":
      return change(room, news.userId, { video: news.isEnabled });
    case "audio-toggled":
      return change(room, news.userId, { audio: news.isEnabled });
    case "screen-share-started":
      return change(room, news.userId, { screen: true });
    case "screen-share-stopped":
      return change(room, news.userId, { screen: false });
    case "hand-raised":
      return change(room, news.userId, { handRaised: news.isRaised });
    case "room-locked":
      return { ...room, isLocked: news.isLocked };
    case "invited":
      return news.name === undefined
        ? room
        : invited(room, { role: "other", ...news, name: news.name, link: undefined });
    case "invited-by-oneself":
      return invited(room, news);
    case "chat-message":
      return { ...room, chat: written(room.chat, news) };
    case "chat-read":
      return { ...room, readUpTo: { ...room.readUpTo, [news.userId]: news.upTo } };
    default:
      return room;
  }
}

function entered(room: RoomFacts, joined: JoinedRoom): RoomFacts {
  const { roomId, callId, userId, participants, waiting, isLocked = false, mayShareScreen = false } = joined;
  const others = participants.filter((one) => one.userId !== userId).map(attendee);
  // What came before is all in there; what was here already may be longer than what the server repeats.
  const chat = joined.chat.reduce(written, room.chat);
  const stage: Stage = { state: "inside" };
  const ranFor = joined.durationSeconds ?? undefined;
  const here = { selfId: userId, others, atTheDoor: waiting, isLocked, mayShareScreen, chat };
  return { ...room, stage, roomId, callId, ranFor, ...here };
}

function waits(room: RoomFacts, { roomId, position, message }: Heard["waiting-room"]): RoomFacts {
  return {
    ...room,
    stage: { state: "waiting", position, ...(message !== undefined && { message }) },
    others: [],
    roomId,
  };
}

function invited(room: RoomFacts, { userId, name, role, link }: Guest): RoomFacts {
  return { ...room, invited: [...but(room.invited, userId), { userId, name, role, link }] };
}

function left(room: RoomFacts, { userId, reason }: Heard["user-left"]): RoomFacts {
  if (userId === room.selfId) return reason === "removed" ? over(room, { why: "removed" }) : room;
  return { ...room, others: but(room.others, userId), atTheDoor: but(room.atTheDoor, userId) };
}

function attendee({ userId, name, role, client, ...shown }: Seated | MemberJoined): Attendee {
  // Who has just come shows what they say next; until then, everything counts as on.
  const { audio = true, video = true, screen = false, handRaised = false } = shown as Partial<Shown>;
  return { userId, name, role, audio, video, screen, handRaised, isAway: false, client: client ?? undefined };
}

function over(room: RoomFacts, end: RoomEnd): RoomFacts {
  // Who was there stays, for the sentence that says who ended it.
  return { ...room, stage: { state: "over", end }, atTheDoor: [] };
}

function change(room: RoomFacts, userId: string, to: Partial<Attendee>): RoomFacts {
  return { ...room, others: room.others.map((one) => (one.userId === userId ? { ...one, ...to } : one)) };
}

function but<T extends { readonly userId: string }>(list: readonly T[], userId: string): readonly T[] {
  return list.filter((one) => one.userId !== userId);
}

/** Each message once, in the order of the server. */
function written(chat: readonly ChatMessage[], message: ChatMessage): readonly ChatMessage[] {
  return chat.some(({ id }) => id === message.id) ? chat : [...chat, message];
}

/** News that names neither room nor call is this side's own. Until the room is known, its call tells it. */
function isOf(room: RoomFacts, news: object): boolean {
  const { roomId, callId } = news as { roomId?: string; callId?: string };
  if (room.roomId !== undefined) return roomId === undefined || roomId === room.roomId;
  if (callId !== undefined) return callId === room.callId;
  // `waiting-room` names its room alone, and one waits in front of one door at a time.
  return roomId === undefined || "position" in news;
}
