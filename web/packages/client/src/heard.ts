import type { Person, Presence } from "./types.ts";

/** A ring as the callee hears it. */
export interface IncomingCall {
  readonly callId: string;
  readonly roomId: string;
  readonly callerId: string;
  readonly callerName: string;
  readonly reason?: string;
  readonly expiresAt: string;
}

/** News of one call. */
export interface OfCall {
  readonly callId: string;
  readonly roomId: string;
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
  readonly callerId: string;
  readonly calleeId: string;
}

/** The whole of what a client must know when it comes or comes back. */
export interface Sync {
  readonly self: Person;
  readonly rings: readonly IncomingCall[];
  readonly calls: readonly LiveCall[];
}

export interface Member {
  readonly userId: string;
  readonly name: string;
}

export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface JoinedRoom extends OfCall {
  readonly userId: string;
  readonly participants: readonly Member[];
  /** Who is at the door, for those who keep it. */
  readonly waiting: readonly Member[];
  readonly iceServers: readonly IceServer[];
}

export interface OfRoom {
  readonly roomId: string;
}

export interface MemberOfRoom extends OfRoom {
  readonly userId: string;
}

export interface MemberJoined extends MemberOfRoom, Member {}

/** An offer or an answer, or a candidate in one of its two spellings: bare, or named by its type. */
export interface Signal {
  readonly type?: string;
  readonly sdp?: string;
  readonly candidate?: string | { readonly candidate?: string };
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
}

export interface Relayed extends MemberOfRoom {
  readonly signal: Signal;
}

/** What the server says by itself. */
export interface Heard {
  sync: Sync;
  "incoming-video-call": IncomingCall;
  "call-ringing": OfCall;
  "call-accepted": OfCall;
  "call-rejected": CallRejected;
  "call-cancelled": OfCall;
  "call-missed": OfCall;
  "call-answered-elsewhere": OfCall;
  "call-ended": CallEnded;
  "joined-room": JoinedRoom;
  "waiting-room": OfRoom;
  "participant-waiting": MemberJoined;
  "admission-denied": OfRoom;
  "seat-taken": OfRoom;
  "user-joined": MemberJoined;
  "user-back": MemberOfRoom;
  "user-reconnecting": MemberOfRoom;
  "user-left": MemberOfRoom;
  "webrtc-signal": Relayed;
  "presence-changed": { readonly userId: string; readonly presence: Presence };
}

/** What a client may say, and what the answer holds. */
export interface Said {
  "request-video-call": [{ calleeId: string; requestId: string }, OfCall & { readonly expiresAt: string | null }];
  "accept-video-call": [{ callId: string }, OfCall];
  "reject-video-call": [{ callId: string; reason?: string }, OfCall];
  "cancel-video-call": [{ callId: string }, OfCall];
  "join-room": [{ callId: string }, OfCall & { readonly waiting: boolean }];
  "leave-room": [{ callId: string }, object];
  "end-call": [{ callId: string }, object];
  "admit-participant": [{ callId: string; userId: string }, object];
  "webrtc-signal": [{ roomId: string; to: string; signal: Signal }, object];
  "watch-presence": [{ userIds: string[] }, object];
}
