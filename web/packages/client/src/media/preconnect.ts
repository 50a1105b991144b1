import type { Connection } from "../connection.ts";
import type { CallRinging, IceServer, OfCall, RingSignal, Signal } from "../heard.ts";
import type { EarlyPeers, Other } from "./mesh.ts";
import { Peer } from "./peer.ts";

/** The caller keeps a connection for at most so many ringing devices. */
const AT_MOST = 2;
const NOTHING = { audio: null, video: null };

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
  #iceServers: readonly IceServer[] = [];
  #early: readonly Early[] = [];

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    connection.on("sync", ({ iceServers }) => (this.#iceServers = iceServers), signal);
    connection.on("call-ringing", (news) => this.#rings(news), signal);
    connection.on("ring-signal", (news) => this.#take(news), signal);
    for (const over of [
      "call-cancelled",
      "call-missed",
      "call-rejected",
      "call-answered-elsewhere",
      "call-ended",
    ] as const) {
      connection.on(over, (news) => this.#drop((one) => one.callId === (news as OfCall).callId), signal);
    }
    signal.addEventListener("abort", () => this.#drop(() => true), { once: true });
  }

  /** Without a relay there is no way that shows no address. */
  get isPossible(): boolean {
    const hasRelay = this.#iceServers.some(({ urls }) => urls.some((url) => /^turns?:/.test(url)));
    return hasRelay && typeof RTCPeerConnection !== "undefined";
  }

  /** The connection to that person's device, which is then the caller's to close. */
  take({ userId, client }: Other): Peer | undefined {
    const own = this.#connection.deviceId;
    return this.#release(
      (one) =>
        one.deviceId === client?.device ||
        (one.deviceId === own && one.userId === userId && client?.device !== undefined),
    );
  }

  takeNamed(signal: Signal): Peer | undefined {
    return signal.connection === undefined ? undefined : this.#release((one) => one.peer.continues(signal));
  }

  /** A device rings that can connect already: the caller offers. */
  #rings({ callId, deviceId, preconnect }: CallRinging): void {
    const others = this.#early.filter((one) => one.callId === callId);
    if (!preconnect || !this.isPossible || others.length >= AT_MOST) return;
    if (others.some((one) => one.deviceId === deviceId)) return;
    this.#begin({ callId, deviceId, userId: undefined }).offer();
  }

  #take({ callId, deviceId, userId, signal }: RingSignal): void {
    const known = this.#early.find((one) => one.callId === callId && one.deviceId === deviceId);
    const isRung = deviceId === this.#connection.deviceId;
    const peer = known?.peer ?? (isRung && this.isPossible ? this.#begin({ callId, deviceId, userId }) : undefined);
    if (signal.type === "offer" || peer?.continues(signal)) peer?.take(signal);
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
        // What does not arrive is made up for in the room.
        void sent.catch(() => undefined);
      },
    });
    this.#early = [...this.#early, { ...of, peer }];
    return peer;
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
