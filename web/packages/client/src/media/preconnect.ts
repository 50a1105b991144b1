import type { Connection } from "../connection.ts";
import type { CallAccepted, CallRinging, Heard, IceServer, OfCall, RingSignal, Signal } from "../heard.ts";
import type { EarlyPeers, Other } from "./mesh.ts";
import { NOTHING, Peer, type Tracks } from "./peer.ts";

/** The caller keeps a connection for at most so many ringing devices. */
const AT_MOST = 2;
/** Nobody waits longer for what takes half a second. */
const TRY_AGAIN = 4_000;

interface Early {
  readonly callId: string;
  /** The device that rings. */
  readonly deviceId: string;
  readonly userId: string | undefined;
  readonly peer: Peer;
}

/**
 * Connections that are made while it rings, through a relay alone and without sound or picture: nobody's address is
 * shown and no camera opens before the call is accepted. The room then takes them over.
 */
export class RingingPeers implements EarlyPeers {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  #iceServers: readonly IceServer[] = [];
  #early: readonly Early[] = [];

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
    connection.on("sync", (sync) => this.#catchUp(sync), signal);
    connection.on("call-ringing", (news) => this.#rings(news), signal);
    connection.on("ring-signal", (news) => this.#take(news), signal);
    connection.on("call-accepted", (news) => this.#keepOnly(news), signal);
    for (const over of [
      "call-cancelled",
      "call-missed",
      "call-rejected",
      "call-answered-elsewhere",
      "call-ended",
    ] as const) {
      connection.on(over, (news) => this.forget((news as OfCall).callId), signal);
    }
    signal.addEventListener("abort", () => this.#drop(() => true), { once: true });
  }

  #catchUp({ iceServers, calls }: Heard["sync"]): void {
    this.#iceServers = iceServers;
    // What ended while one was away is told to nobody any more.
    this.#drop((one) => !calls.some(({ callId }) => callId === one.callId));
  }

  use(callId: string, tracks: Tracks): void {
    for (const one of this.#early) if (one.callId === callId) one.peer.use(tracks);
  }

  /** It does not come to a room. */
  forget(callId: string): void {
    this.#drop((one) => one.callId === callId);
  }

  /** The connection to that person's device, which is then the room's to close. */
  take(other: Other): Peer | undefined {
    return this.#release((one) => this.#isTo(one, other));
  }

  takeConnected(other: Other): Peer | undefined {
    return this.#release((one) => this.#isTo(one, other) && one.peer.state.value === "connected");
  }

  takeNamed(signal: Signal): Peer | undefined {
    return signal.connection === undefined ? undefined : this.#release((one) => one.peer.continues(signal));
  }

  /** A device rings that can connect already: the caller offers. */
  #rings({ callId, deviceId, preconnect }: CallRinging): void {
    const others = this.#early.filter((one) => one.callId === callId);
    if (!preconnect || !this.#hasRelay || others.length >= AT_MOST) return;
    if (others.some((one) => one.deviceId === deviceId)) return;
    const peer = this.#begin({ callId, deviceId, userId: undefined });
    peer.offer();
    this.#tryAgain(peer);
  }

  /** What was said was lost, or is slow. The callee takes it for news of the same connection, or for its beginning. */
  #tryAgain(peer: Peer): void {
    const again = setInterval(() => peer.restart(), TRY_AGAIN);
    peer.state.watch((state) => state !== "connecting" && clearInterval(again), this.#signal);
  }

  #take({ callId, deviceId, userId, signal }: RingSignal): void {
    const known = this.#early.find((one) => one.callId === callId && one.deviceId === deviceId);
    const isRung = deviceId === this.#connection.deviceId;
    const peer = known?.peer ?? (isRung && this.#hasRelay ? this.#begin({ callId, deviceId, userId }) : undefined);
    if (signal.type === "offer" || peer?.continues(signal)) peer?.take(signal);
  }

  /** The other devices of the callee were not answered at; nothing goes to them. */
  #keepOnly({ callId, deviceId }: CallAccepted): void {
    this.#drop((one) => one.callId === callId && one.deviceId !== deviceId);
  }

  #isTo({ deviceId, userId }: Early, other: Other): boolean {
    const device = other.client?.device;
    const isOwn = deviceId === this.#connection.deviceId;
    return deviceId === device || (isOwn && userId === other.userId && device !== undefined);
  }

  #begin(of: Omit<Early, "peer">): Peer {
    const { callId, deviceId } = of;
    const peer = new Peer({
      iceServers: this.#iceServers,
      paths: "relay",
      isOurs: true,
      isPolite: deviceId === this.#connection.deviceId,
      tracks: NOTHING,
      send: (signal) => {
        const sent = this.#connection.ask("ring-signal", { callId, deviceId, signal });
        // What does not arrive is said again, or made up for in the room.
        void sent.catch(() => undefined);
      },
    });
    this.#early = [...this.#early, { ...of, peer }];
    return peer;
  }

  /** Without one there is no way that shows no address. */
  get #hasRelay(): boolean {
    return this.#iceServers.some(({ urls }) => urls.some((url) => /^turns?:/.test(url)));
  }

  #release(isWanted: (one: Early) => boolean): Peer | undefined {
    const found = this.#early.find(isWanted);
    if (!found) return undefined;
    this.#early = this.#early.filter((one) => one !== found);
    // The other devices of the same call ring no more.
    this.#drop((one) => one.callId === found.callId);
    return found.peer;
  }

  #drop(isOver: (one: Early) => boolean): void {
    for (const one of this.#early.filter(isOver)) one.peer.close();
    this.#early = this.#early.filter((one) => !isOver(one));
  }
}

/** Whether this is a browser in which calls work. Whether there is a relay as well is known by the time it rings. */
export function canConnect(): boolean {
  return typeof RTCPeerConnection !== "undefined";
}
