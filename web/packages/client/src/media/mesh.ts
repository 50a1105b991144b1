import { Cell, type Readable } from "../cell.ts";
import type { ClientAnnouncement, IceServer, Signal } from "../heard.ts";
import { Peer, type Tracks } from "./peer.ts";

/** Another person, as far as connecting to them goes. */
export interface Other {
  readonly userId: string;
  readonly client: ClientAnnouncement | undefined;
}

export interface MeshSetup {
  readonly selfId: string;
  readonly tracks: Tracks;
  /** Connections that were made while it rang, by device. */
  readonly early: EarlyPeers;
  send(to: string, signal: Signal): void;
}

/** Connections that are there before the room is entered. */
export interface EarlyPeers {
  /** The call was accepted: this goes over what is connected, also before the room tells who is there. */
  use(callId: string, tracks: Tracks): void;
  forget(callId: string): void;
  take(other: Other): Peer | undefined;
  takeConnected(other: Other): Peer | undefined;
  takeNamed(signal: Signal): Peer | undefined;
}

export const NO_EARLY_PEERS: EarlyPeers = {
  use: () => undefined,
  forget: () => undefined,
  take: () => undefined,
  takeConnected: () => undefined,
  takeNamed: () => undefined,
};

/** One connection to each of the others in a room. */
export class Mesh {
  readonly #setup: MeshSetup;
  readonly #peers = new Cell<ReadonlyMap<string, Peer>>(new Map());
  readonly #others = new Map<string, Other>();
  #tracks: Tracks;
  #iceServers: readonly IceServer[] = [];

  constructor(setup: MeshSetup) {
    this.#setup = setup;
    this.#tracks = setup.tracks;
  }

  /** The connections that there are, by person. */
  get peers(): Readable<ReadonlyMap<string, Peer>> {
    return this.#peers;
  }

  /** What new connections use, and those that are there as soon as they look for a new path. */
  useServers(iceServers: readonly IceServer[]): void {
    this.#iceServers = iceServers;
    for (const peer of this.#peers.value.values()) peer.useServers(iceServers);
  }

  /** One has come in, and these are there; they make the offers. Connections to anybody else are over. */
  enter(others: readonly Other[]): void {
    const present = new Set(others.map(({ userId }) => userId));
    for (const userId of this.#peers.value.keys()) if (!present.has(userId)) this.forget(userId);
    for (const other of others) {
      this.#others.set(other.userId, other);
      // What they send over it already is to be seen; they look for the direct path.
      const early = this.#peers.value.has(other.userId) ? undefined : this.#setup.early.takeConnected(other);
      if (early) this.#adopt(other.userId, early, "answer");
    }
  }

  /** Somebody has come in: whoever is there already makes the offer. */
  meet(other: Other): void {
    this.#others.set(other.userId, other);
    const early = this.#setup.early.take(other);
    if (early) this.#adopt(other.userId, early);
    else this.#begin(other.userId).offer();
  }

  /** Somebody is back, perhaps with a page that knows nothing of before. */
  meetAgain(other: Other): void {
    this.#others.set(other.userId, other);
    const peer = this.#peers.value.get(other.userId);
    // A client of this kind that has forgotten the connection offers a new one itself; others must be offered one.
    if (peer?.isOurs && isOurs(other)) peer.restart();
    else this.meet(other);
  }

  /** Looks for new paths to everybody. */
  restart(): void {
    for (const peer of this.#peers.value.values()) peer.restart();
  }

  /** Looks for new paths to those whose path was lost, and to whom an offer was. */
  restartLost(): void {
    for (const peer of this.#peers.value.values()) if (peer.isAtOdds) peer.restart();
  }

  take(userId: string, signal: Signal): void {
    if (!this.#others.has(userId)) return;
    if (!this.#peers.value.get(userId)?.continues(signal)) this.#find(userId, signal);
    const peer = this.#peers.value.get(userId);
    // Their answer was lost: what they continue has never begun here.
    const isUnheard = signal.isRestart === true && peer?.isOfferingAnew === true;
    if (peer?.continues(signal) && !isUnheard) peer.take(signal);
    else if (signal.type === "offer") this.#takeOffer(userId, signal);
  }

  forget(userId: string): void {
    this.#others.delete(userId);
    this.#peers.value.get(userId)?.close();
    this.#put(userId, undefined);
  }

  /** Changes what is sent to everybody. */
  use(tracks: Tracks): void {
    this.#tracks = tracks;
    for (const peer of this.#peers.value.values()) peer.use(tracks);
  }

  close(): void {
    for (const peer of this.#peers.value.values()) peer.close();
    this.#peers.value = new Map();
  }

  /** Whatever comes first tells which of the connections from ringing it is. */
  #find(userId: string, signal: Signal): void {
    const early = this.#setup.early.takeNamed(signal);
    if (early) this.#adopt(userId, early, "answer");
  }

  #takeOffer(userId: string, signal: Signal): void {
    // This page does not know what is to be continued, so it begins anew.
    if (signal.isRestart) return this.#begin(userId).offer();
    // If both have begun, one of the two gives way, and both know which.
    if (this.#peers.value.get(userId)?.isOfferingAnew && !this.#isPoliteTo(userId)) return;
    this.#begin(userId).take(signal);
  }

  #adopt(userId: string, peer: Peer, how: "offer" | "answer" = "offer"): void {
    this.#peers.value.get(userId)?.close();
    peer.sendBy((signal) => this.#setup.send(userId, signal));
    peer.useServers(this.#iceServers);
    peer.use(this.#tracks);
    if (how === "offer") peer.restart();
    this.#put(userId, peer);
  }

  #begin(userId: string): Peer {
    this.#peers.value.get(userId)?.close();
    const other = this.#others.get(userId);
    const peer = new Peer({
      iceServers: this.#iceServers,
      paths: "all",
      isOurs: other !== undefined && isOurs(other),
      isPolite: this.#isPoliteTo(userId),
      tracks: this.#tracks,
      send: (signal) => this.#setup.send(userId, signal),
    });
    this.#put(userId, peer);
    return peer;
  }

  /** Any rule will do that both sides know; the order of coming is not one of them after a server's restart. */
  #isPoliteTo(userId: string): boolean {
    return this.#setup.selfId > userId;
  }

  #put(userId: string, peer: Peer | undefined): void {
    const peers = new Map(this.#peers.value);
    if (peer) peers.set(userId, peer);
    else peers.delete(userId);
    this.#peers.value = peers;
  }
}

function isOurs({ client }: Other): boolean {
  return client?.name === "bedside";
}
