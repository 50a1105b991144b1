import type { RefusalCode } from "./problem.ts";
import type { Person, Presence } from "./types.ts";

/** With a picture or without. */
export type CallType = "video" | "audio";

/** News of one call. */
export interface OfCall {
  readonly callId: string;
  readonly roomId: string;
}

export interface OfRoom {
  readonly roomId: string;
}

/** A ring as the callee hears it. */
export interface IncomingCall extends OfCall {
  readonly callType: CallType;
  readonly callerId: string;
  readonly callerName: string;
  readonly specialization?: string;
  readonly reason?: string;
  readonly appointmentId?: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
}

/** A device of the callee rings. */
export interface CallRinging extends OfCall {
  readonly deviceId: string;
  /** Whether that device can connect while it rings. */
  readonly preconnect?: boolean;
}

/** Nothing has rung yet, and the callee is told by another way. */
export interface CallReaching {
  readonly callId: string;
  readonly by: "push" | "sms";
}

export interface CallAccepted extends OfCall {
  /** The device at which it was answered. */
  readonly deviceId: string;
}

export interface CallRejected extends OfCall {
  readonly reason?: string | null;
}

export interface CallEnded extends OfCall {
  readonly endedBy?: string | null;
  readonly reason: string;
  readonly durationSeconds: number;
}

export interface LiveCall extends OfCall {
  readonly status: "ringing" | "waiting" | "active";
  readonly callType: CallType;
  readonly callerId: string;
  readonly calleeId: string;
}

/** A room that somebody may sit in again, or in front of which they wait. */
export interface LiveRoom extends OfCall {
  readonly participants: readonly string[];
  readonly position: number | null;
  /** Who is at the door, for those who keep it. */
  readonly waiting: readonly Waits[];
}

/** The whole of what a client must know when it comes or comes back. */
export interface Sync {
  readonly self: Person;
  readonly rings: readonly IncomingCall[];
  readonly calls: readonly LiveCall[];
  readonly rooms: readonly LiveRoom[];
  readonly unread: number;
  readonly iceServers: readonly IceServer[];
}

/** What a client says of itself on entering; others are spoken to as the plainest client there is. */
export interface ClientAnnouncement {
  readonly name: string;
  /** Takes part in the comparison of codes. */
  readonly verify?: boolean;
  /** The device, as `call-ringing` names it. */
  readonly device?: string;
}

export interface Member {
  readonly userId: string;
  readonly name: string;
}

/** Somebody at the door, and since when. */
export interface Waits extends Member {
  readonly since: string;
}

/** What somebody shows in the room. */
export interface Shown {
  readonly audio: boolean;
  readonly video: boolean;
  readonly screen: boolean;
  readonly handRaised: boolean;
}

export interface Seated extends Member, Shown {
  readonly role: string;
  readonly client?: ClientAnnouncement | null;
}

export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface ChatMessage extends OfRoom, Member {
  readonly id: string;
  readonly text: string;
  readonly sentAt: string;
}

export interface JoinedRoom extends OfCall {
  readonly userId: string;
  readonly status: "Waiting" | "InProgress";
  readonly participants: readonly Seated[];
  /** Who is at the door, for those who keep it. */
  readonly waiting: readonly Waits[];
  /** When the two met, and how many seconds ago: clocks differ. */
  readonly startedAt?: string | null;
  readonly durationSeconds?: number | null;
  readonly iceServers: readonly IceServer[];
  readonly chat: readonly ChatMessage[];
  readonly isLocked?: boolean;
  readonly mayShareScreen?: boolean;
  readonly version: number;
}

export interface WaitingRoom extends OfRoom {
  readonly position: number;
  /** What the practice has said to whoever waits. */
  readonly message?: string;
}

export interface MemberOfRoom extends OfRoom {
  readonly userId: string;
}

export interface MemberWaits extends MemberOfRoom, Waits {}

export interface MemberJoined extends MemberOfRoom, Member {
  readonly role: string;
  readonly client?: ClientAnnouncement | null;
}

export interface MemberLeft extends MemberOfRoom {
  readonly reason: string;
}

export interface Denied extends MemberOfRoom {
  readonly reason?: string | null;
}

/** Somebody was asked in. Whoever asked them hears the link, and knows the name. */
export interface Invited extends MemberOfRoom {
  readonly name?: string;
  readonly role?: string;
}

/**
 * An offer or an answer, or a candidate in one of its two spellings: bare, or named by its type. Everything below
 * those is said between clients of this kind only.
 */
export interface Signal {
  readonly type?: string;
  readonly sdp?: string;
  readonly candidate?: string | { readonly candidate?: string };
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  /** Which connection it is of, so that a late signal of an older one harms nothing. */
  readonly connection?: string;
  /** The offer looks for a new path for a connection that the other side should have. */
  readonly isRestart?: boolean;
  /** `verify-commit`: what `verify-open` will open. */
  readonly hash?: string;
  readonly value?: string;
  readonly fingerprint?: string;
  /** `sending`: whether the picture is left out for the network's sake. */
  readonly isSoundOnly?: boolean;
  /** `sending`: whether this side's own way to the server is weak. */
  readonly isWeak?: boolean;
  /** `wish`: whether to send little. */
  readonly isSaving?: boolean;
}

export interface Relayed extends MemberOfRoom {
  readonly signal: Signal;
}

/** A signal between the caller and one device that rings. */
export interface RingSignal {
  readonly callId: string;
  readonly deviceId: string;
  readonly userId: string;
  readonly signal: Signal;
}

/** Something that this person is notified of; the words are in the list of notifications. */
export interface Notification {
  readonly id: string;
  readonly topic: string;
  readonly callId: string | null;
  readonly appointmentId: string | null;
  /** How many are unread, this one with them. */
  readonly unread: number;
}

/** What the server says by itself. */
export interface Heard {
  sync: Sync;
  error: { readonly event: string; readonly code: RefusalCode; readonly message: string };
  "incoming-video-call": IncomingCall;
  "call-ringing": CallRinging;
  "call-reaching": CallReaching;
  "call-accepted": CallAccepted;
  "call-rejected": CallRejected;
  "call-cancelled": OfCall;
  "call-missed": OfCall;
  "call-answered-elsewhere": OfCall;
  "call-ended": CallEnded;
  "ring-signal": RingSignal;
  "joined-room": JoinedRoom;
  "waiting-room": WaitingRoom;
  "participant-waiting": MemberWaits & OfCall;
  "no-longer-waiting": OfCall & { readonly userId: string };
  "admission-denied": Denied;
  "seat-taken": OfRoom;
  "user-joined": MemberJoined;
  "user-back": MemberOfRoom & { readonly client?: ClientAnnouncement | null };
  "user-reconnecting": MemberOfRoom;
  "user-left": MemberLeft;
  "webrtc-signal": Relayed;
  "video-toggled": MemberOfRoom & { readonly isEnabled: boolean };
  "audio-toggled": MemberOfRoom & { readonly isEnabled: boolean };
  "screen-share-started": MemberOfRoom;
  "screen-share-stopped": MemberOfRoom;
  "hand-raised": MemberOfRoom & { readonly isRaised: boolean };
  "chat-message": ChatMessage;
  "chat-typing": MemberOfRoom;
  "chat-read": MemberOfRoom & { readonly upTo: string };
  "room-locked": MemberOfRoom & { readonly isLocked: boolean };
  invited: Invited;
  notification: Notification;
  "presence-changed": { readonly userId: string; readonly presence: Presence };
}

/** A room, or the call in it. */
export type Place = { readonly roomId: string } | { readonly callId: string };

export interface RingWish {
  readonly calleeId: string;
  readonly callType: CallType;
  readonly requestId: string;
  readonly reason?: string;
  readonly appointmentId?: string;
  readonly preconnect?: boolean;
}

/** Who is invited, and how they get the link: by mail, by SMS, or from whoever invites them. */
export interface InvitationWish {
  readonly name: string;
  readonly role: "interpreter" | "relative" | "student" | "colleague" | "other";
  readonly email?: string;
  readonly phone?: string;
}

type Somebody = Place & { userId: string };

/** What a client may say, and what the answer holds. */
export interface Said {
  "request-video-call": [RingWish, OfCall & { readonly expiresAt: string | null }];
  "accept-video-call": [{ callId: string }, OfCall];
  "reject-video-call": [{ callId: string; reason?: string }, OfCall];
  "cancel-video-call": [{ callId: string }, OfCall];
  "ring-signal": [{ callId: string; deviceId: string; signal: Signal }, object];
  "join-room": [Place & { client: ClientAnnouncement }, OfCall & { readonly waiting: boolean }];
  "leave-room": [Place, object];
  "end-call": [Place, object];
  "admit-participant": [Somebody, object];
  "admit-all": [Place, object];
  "deny-participant": [Somebody & { reason?: string }, object];
  "waiting-message": [Place & { userId?: string; text: string }, object];
  "return-to-waiting": [Somebody, object];
  "remove-participant": [Somebody, object];
  "lock-room": [Place & { isLocked: boolean }, object];
  "invite-participant": [
    Place & InvitationWish,
    { readonly userId: string; readonly link: string; readonly expiresAt: string },
  ];
  "toggle-video": [Place & { isEnabled: boolean }, object];
  "toggle-audio": [Place & { isEnabled: boolean }, object];
  "raise-hand": [Place & { isRaised: boolean }, object];
  "screen-share-start": [Place, object];
  "screen-share-stop": [Place, object];
  "chat-message": [Place & { text: string; requestId: string }, ChatMessage];
  "chat-typing": [Place, object];
  "chat-read": [Place & { upTo: string }, object];
  "webrtc-signal": [{ roomId: string; to: string; signal: Signal }, object];
  "set-presence": [{ presence: "online" | "away" | "dnd" }, object];
  "watch-presence": [{ userIds: string[] }, object];
  /** Costs the server nothing: the cheapest question there is. */
  join: [object, object];
}
