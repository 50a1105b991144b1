import { freshKey } from "./key.ts";
import { type CallEvent, NOTHING_YET, reduce, type Situation } from "./calls.ts";
import { Cell, type Readable } from "./cell.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { CallType, Heard, IceServer, OfCall, Place } from "./heard.ts";
import { LocalMedia } from "./media/local.ts";
import { canConnect, RingingPeers } from "./media/preconnect.ts";
import { codeOf, type RefusalCode } from "./problem.ts";
import { Room } from "./room.ts";

/** How to ring somebody. */
export interface RingOptions {
  /** With a picture, if nothing is said. */
  readonly callType?: CallType;
  /** What the callee reads beside the caller's name. */
  readonly reason?: string;
  /** The appointment of the two, whose room is used then. */
  readonly appointmentId?: string;
}

/** Somebody who waits, as in `waiting` of the state. */
export interface AtADoor {
  readonly roomId: string;
  readonly userId: string;
}

export interface EnterOptions {
  /** The camera and the microphone; nothing is opened on entering. */
  readonly local: LocalMedia;
  /** Leaves the room when it is aborted. */
  readonly signal: AbortSignal;
}

const HEARD = [
  "sync",
  "call-ringing",
  "call-reaching",
  "call-accepted",
  "call-rejected",
  "call-cancelled",
  "call-missed",
  "call-answered-elsewhere",
  "call-ended",
  "joined-room",
  "participant-waiting",
  "no-longer-waiting",
  "user-joined",
  "user-left",
  "presence-changed",
  "notification",
] as const satisfies readonly (keyof Heard)[];

/** Connects to the server, and stays connected until `options.signal` is aborted. */
export function connect(options: ConnectionOptions): Bedside {
  return new Bedside(new Connection(options), options.signal);
}

/** A person at their clinic: who rings, whom they ring, who is there, and the way into rooms. */
export class Bedside {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #state = new Cell<Situation>(NOTHING_YET);
  readonly #early: RingingPeers;
  #iceServers: readonly IceServer[] = [];
  readonly #watched: string[] = [];
  #isAsking = false;
  /** Counts rings, so that the answer to one that was given up is known for what it is. */
  #ring = 0;

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
    this.#early = new RingingPeers(connection, signal);
    connection.reach.watch((reach) => this.#apply({ event: "reach", news: reach }), signal);
    for (const event of HEARD) connection.on(event, (news) => this.#apply({ event, news } as CallEvent), signal);
    connection.on("sync", ({ iceServers }) => this.#synced(iceServers), signal);
    const rings = (news: Heard["incoming-video-call"]) => {
      this.#apply({ event: "incoming-video-call", news });
      // What a device acknowledges with tells the caller what it can do.
      return { preconnect: canConnect() };
    };
    connection.answer("incoming-video-call", rings, signal);
  }

  /** Who rings, whom one rings, who waits and who is there. */
  get state(): Readable<Situation> {
    return this.#state;
  }

  /** The operator's STUN and TURN servers, for `testNetwork`. */
  get iceServers(): readonly IceServer[] {
    return this.#iceServers;
  }

  /** Rings somebody. How it goes is `outgoing` in `state`. */
  async ring(calleeId: string, { callType = "video", reason, appointmentId }: RingOptions = {}): Promise<void> {
    const ring = ++this.#ring;
    this.#apply({ event: "ring-begun", news: { calleeId, callType } });
    const wish = {
      ...{ calleeId, callType, requestId: freshKey(), preconnect: canConnect() },
      ...(reason && { reason }),
      ...(appointmentId && { appointmentId }),
    };
    try {
      const answer = await this.#connection.ask("request-video-call", wish);
      // Given up before the answer came.
      if (ring !== this.#ring) await this.#tryToCancel(answer);
      else this.#apply({ event: "ring-sent", news: answer });
    } catch (failure) {
      if (ring === this.#ring) this.#apply({ event: "ring-refused", news: { code: codeOf(failure) } });
    }
  }

  /** Gives up ringing. */
  async cancel(): Promise<void> {
    const { outgoing } = this.#state.value;
    if (!outgoing || outgoing.state === "over" || outgoing.state === "accepted") return;
    this.#ring += 1;
    this.#apply({ event: "ring-given-up", news: {} });
    if (outgoing.state !== "calling") await this.#tryToCancel(outgoing);
  }

  /** Puts the call that one made out of sight: it was entered, or one knows how it ended. */
  closeOutgoing(): void {
    this.#apply({ event: "ring-closed", news: {} });
  }

  /** Answers a ring. The room of the answer is to be entered; a `Refused` says that it rings no more. */
  async answer(callId: string): Promise<OfCall> {
    return this.#settle(callId, () => this.#connection.ask("accept-video-call", { callId }));
  }

  /** Declines a ring, with words for the caller if there are any. */
  async refuse(callId: string, reason?: string): Promise<void> {
    const wish = { callId, ...(reason && { reason }) };
    await this.#settle(callId, () => this.#connection.ask("reject-video-call", wish));
    this.#early.forget(callId);
  }

  /** Lets somebody in who waits at a door that one keeps, from wherever one is. */
  async admit({ roomId, userId }: AtADoor): Promise<void> {
    await this.#connection.ask("admit-participant", { roomId, userId });
  }

  /** Turns them away, with words for them if there are any. */
  async deny({ roomId, userId }: AtADoor, reason?: string): Promise<void> {
    await this.#connection.ask("deny-participant", { roomId, userId, ...(reason && { reason }) });
  }

  /** Says something to them, which they read for as long as they wait. */
  async tellWaiting({ roomId, userId }: AtADoor, text: string): Promise<void> {
    await this.#connection.ask("waiting-message", { roomId, userId, text });
  }

  /** Follows who is there of these people, as `presence` in `state`, beside all others that are followed, until `signal`. */
  watchPresence(userIds: readonly string[], signal: AbortSignal): void {
    this.#watched.push(...userIds);
    this.#askPresence();
    const leave = () => {
      for (const id of userIds) this.#watched.splice(this.#watched.indexOf(id), 1);
      this.#askPresence();
    };
    signal.addEventListener("abort", leave, { once: true });
  }

  /** Says whether one may be rung. */
  async setPresence(presence: "online" | "away" | "dnd"): Promise<void> {
    await this.#connection.ask("set-presence", { presence });
  }

  /** Enters a room, or waits in front of it, and comes back to it after every interruption. */
  enter(place: Place, { local, signal }: EnterOptions): Room {
    return new Room({ connection: this.#connection, place, local, early: this.#early, signal });
  }

  #askPresence(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    // Twenty buttons that come at once are one question.
    queueMicrotask(() => {
      this.#isAsking = false;
      // It belongs to the connection; with the next `sync` it is said again.
      if (!this.#connection.isConnected) return;
      // Presence is a comfort: without it a page shows how things were.
      void this.#connection.ask("watch-presence", { userIds: [...new Set(this.#watched)] }).catch(() => undefined);
    });
  }

  #synced(iceServers: readonly IceServer[]): void {
    this.#iceServers = iceServers;
    if (this.#watched.length > 0) this.#askPresence();
  }

  async #settle<T>(callId: string, act: () => Promise<T>): Promise<T> {
    try {
      const answer = await act();
      this.#apply({ event: "ring-settled", news: { callId } });
      return answer;
    } catch (failure) {
      // A ring that is over goes; one that could not be answered for the network's sake stays.
      if (isOver(codeOf(failure))) this.#apply({ event: "ring-settled", news: { callId } });
      throw failure;
    }
  }

  async #tryToCancel({ callId }: OfCall): Promise<void> {
    // Also a call that was answered in this very moment.
    await this.#connection.ask("end-call", { callId }).catch(() => undefined);
    this.#early.forget(callId);
  }

  #apply(event: CallEvent): void {
    if (!this.#signal.aborted) this.#state.value = reduce(this.#state.value, event);
  }
}

function isOver(code: RefusalCode): boolean {
  return code === "expired" || code === "not-now" || code === "not-found";
}
