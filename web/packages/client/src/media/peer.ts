import { freshKey } from "../key.ts";
import { Cell, type Readable } from "../cell.ts";
import type { IceServer, Signal } from "../heard.ts";

/** What this side sends at the moment. */
export interface Tracks {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}

export const NOTHING: Tracks = { audio: null, video: null };

/** `reconnecting` keeps the last picture. */
export type PeerState = "connecting" | "connected" | "reconnecting" | "closed";

/** Which ways a connection may take: any, or through a relay alone, which shows nobody's address. */
export type Paths = "all" | "relay";

export interface PeerSetup {
  readonly iceServers: readonly IceServer[];
  readonly paths: Paths;
  /** Whether the other side is a client of this kind, and understands more than offer, answer and candidate. */
  readonly isOurs: boolean;
  /** Who gives way if both offer at the same time. */
  readonly isPolite: boolean;
  readonly tracks: Tracks;
  send(signal: Signal): void;
}

/** A path that was lost may come back by itself for so long. */
const PATIENCE = 1_000;
/** A new path that is not found by then is looked for again. */
const LOOK_AGAIN = 3_000;

/** The connection to one other person: sends and takes signals, and shows what the other sends. */
export class Peer {
  readonly remote = new MediaStream();
  readonly isOurs: boolean;
  readonly #connection: RTCPeerConnection;
  readonly #state = new Cell<PeerState>("connecting");
  /** What the tracks of this side travel under. */
  readonly #label = new MediaStream();
  readonly #isPolite: boolean;
  readonly #gone = new AbortController();
  #send: (signal: Signal) => void;
  #tracks: Tracks;
  /** Names the connection towards a client of this kind. */
  #name: string | undefined;
  /** Names it by the other side's description, which keeps its origin for as long as it lives. */
  #origin: string | undefined;
  /** Candidates may overtake the description that they belong to. */
  #early: RTCIceCandidateInit[] = [];
  /** Signals are taken one after the other, as they came. */
  #turn: Promise<void> = Promise.resolve();
  #restart: ReturnType<typeof setTimeout> | undefined;

  constructor({ iceServers, paths, isOurs, isPolite, tracks, send }: PeerSetup) {
    this.isOurs = isOurs;
    this.#isPolite = isPolite;
    this.#tracks = tracks;
    this.#send = send;
    this.#connection = new RTCPeerConnection({
      iceServers: [...iceServers],
      iceTransportPolicy: paths,
      bundlePolicy: "max-bundle",
    });
    const { signal } = this.#gone;
    const on = <E extends keyof RTCPeerConnectionEventMap>(
      event: E,
      act: (news: RTCPeerConnectionEventMap[E]) => void,
    ) => this.#connection.addEventListener(event, act, { signal });
    on("icecandidate", ({ candidate }) => candidate && this.#say(candidate.toJSON()));
    // Some peers name no stream, so the tracks are gathered here.
    on("track", ({ track }) => this.remote.addTrack(track));
    on("connectionstatechange", () => this.#follow());
    on("iceconnectionstatechange", () => this.#follow());
  }

  get state(): Readable<PeerState> {
    return this.#state;
  }

  /** An offer of this side is under way, the first of this connection. */
  get isOfferingAnew(): boolean {
    return this.#connection.signalingState === "have-local-offer" && !this.#connection.currentRemoteDescription;
  }

  /** The path is lost, or nobody has answered what this side offered: the other side's offers may be waiting for that. */
  get isAtOdds(): boolean {
    return this.#state.value === "reconnecting" || this.#connection.signalingState === "have-local-offer";
  }

  /** The fingerprints of both certificates, once both are known. */
  get fingerprints(): { readonly own: string; readonly other: string } | undefined {
    const own = fingerprintOf(this.#connection.currentLocalDescription?.sdp);
    const other = fingerprintOf(this.#connection.currentRemoteDescription?.sdp);
    return own && other ? { own, other } : undefined;
  }

  /** Whether the signal belongs to what runs here; an offer that does not begins anew. */
  continues(signal: Signal): boolean {
    if (signal.connection !== undefined) return signal.connection === this.#name;
    if (signal.type !== "offer") return true;
    return this.#origin !== undefined && this.#origin === originOf(signal.sdp);
  }

  /** Begins the connection. */
  offer(): void {
    this.#name = this.isOurs ? freshKey() : undefined;
    this.#next(async () => {
      for (const kind of ["audio", "video"] as const) {
        const transceiver = this.#connection.addTransceiver(kind, { direction: "sendrecv", streams: [this.#label] });
        await this.#dress(transceiver);
      }
      await this.#describe();
    });
  }

  /** Looks for a new path for what runs. The picture stays until there is one. */
  restart(): void {
    this.#restartIn(LOOK_AGAIN);
    this.#next(async () => {
      this.#connection.restartIce();
      // What was never answered continues nothing: whoever has not heard of it takes it for the beginning.
      await this.#describe(this.#connection.currentRemoteDescription ? { isRestart: true } : {});
    });
  }

  /** From the next restart on, these servers, and all paths. */
  useServers(iceServers: readonly IceServer[]): void {
    this.#next(async () => {
      const before = this.#connection.getConfiguration();
      this.#connection.setConfiguration({ ...before, iceServers: [...iceServers], iceTransportPolicy: "all" });
    });
  }

  /** Says something beside the negotiation, about this connection. */
  say(signal: Signal): void {
    this.#say(signal);
  }

  /** From now on signals go this way. */
  sendBy(send: (signal: Signal) => void): void {
    this.#send = send;
  }

  take(signal: Signal): void {
    this.#next(() => this.#take(signal));
  }

  /** Changes what is sent, without asking the other side. */
  use(tracks: Tracks): void {
    this.#tracks = tracks;
    this.#next(async () => {
      for (const transceiver of this.#connection.getTransceivers()) await this.#dress(transceiver);
    });
  }

  statistics(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  /** What sends a picture, and what sends the sound. */
  sender(kind: "audio" | "video"): RTCRtpSender | undefined {
    return this.#connection.getTransceivers().find((one) => one.receiver.track.kind === kind)?.sender;
  }

  close(): void {
    clearTimeout(this.#restart);
    this.#gone.abort();
    this.#connection.close();
    this.#state.value = "closed";
  }

  async #take(signal: Signal): Promise<void> {
    const { type, sdp = "" } = signal;
    if (type === "offer") return this.#answer(signal);
    if (type === "answer") {
      if (this.#connection.signalingState !== "have-local-offer") return;
      await this.#connection.setRemoteDescription({ type, sdp });
      return this.#described(sdp);
    }
    const candidate = candidateOf(signal);
    if (!candidate) return;
    if (this.#connection.remoteDescription) await this.#connection.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  async #answer({ sdp = "", connection }: Signal): Promise<void> {
    const isCollision = this.#connection.signalingState !== "stable";
    if (isCollision && !this.#isPolite) return;
    // Takes back an offer of this side, if there is one.
    await this.#connection.setRemoteDescription({ type: "offer", sdp });
    this.#name = connection;
    await this.#described(sdp);
    for (const transceiver of this.#connection.getTransceivers()) {
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams?.(this.#label);
      await this.#dress(transceiver);
    }
    await this.#describe();
  }

  async #described(sdp: string): Promise<void> {
    this.#origin = originOf(sdp);
    for (const candidate of this.#early.splice(0)) {
      // One that is of an older description costs nothing but itself.
      await this.#connection.addIceCandidate(candidate).catch(() => undefined);
    }
  }

  async #describe(more: Pick<Signal, "isRestart"> = {}): Promise<void> {
    await this.#connection.setLocalDescription();
    const description = this.#connection.localDescription;
    if (description) this.#say({ type: description.type, sdp: description.sdp, ...(this.isOurs && more) });
  }

  /** Each kind has one place; without a track it is silent or dark. */
  async #dress({ sender, receiver }: RTCRtpTransceiver): Promise<void> {
    const track = receiver.track.kind === "audio" ? this.#tracks.audio : this.#tracks.video;
    if (sender.track !== track) await sender.replaceTrack(track);
  }

  #follow(): void {
    const { connectionState, iceConnectionState } = this.#connection;
    if (connectionState === "closed") return;
    const isLost =
      connectionState === "failed" || iceConnectionState === "failed" || iceConnectionState === "disconnected";
    if (isLost) {
      this.#state.value = "reconnecting";
      this.#restartIn(iceConnectionState === "disconnected" ? PATIENCE : 0);
    } else if (connectionState === "connected") {
      this.#state.value = "connected";
    }
  }

  #restartIn(milliseconds: number): void {
    clearTimeout(this.#restart);
    // The first connection has nothing to go back to: whoever offers it does so once they are there.
    const look = () => this.#state.value !== "connecting" && this.isAtOdds && this.restart();
    this.#restart = setTimeout(look, milliseconds);
  }

  #say(signal: Signal): void {
    this.#send(this.#name === undefined ? signal : { ...signal, connection: this.#name });
  }

  #next(step: () => Promise<void>): void {
    // A signal of a connection that is over, or that makes no sense, costs nothing but itself.
    this.#turn = this.#turn.then(() => (this.#gone.signal.aborted ? undefined : step())).catch(() => undefined);
  }
}

/** The candidate in either spelling; nothing for the empty one, with which Firefox says that there are no more. */
export function candidateOf(signal: Signal): RTCIceCandidateInit | undefined {
  const init: Signal = typeof signal.candidate === "object" ? (signal.candidate as Signal) : signal;
  if (typeof init.candidate !== "string" || init.candidate === "") return undefined;
  const { candidate, sdpMid = null, sdpMLineIndex = null } = init;
  // A candidate without its place is one of the first; all travel together.
  return { candidate, sdpMid, sdpMLineIndex: sdpMid === null ? (sdpMLineIndex ?? 0) : sdpMLineIndex };
}

/** What stays the same over all descriptions of one connection. */
export function originOf(sdp: string | undefined): string | undefined {
  return /^o=\S+ (\S+)/m.exec(sdp ?? "")?.[1];
}

/** The certificate that this description promises. Browsers hang up on any other. */
export function fingerprintOf(sdp: string | undefined): string | undefined {
  return /^a=fingerprint:(\S+ \S+)/m.exec(sdp ?? "")?.[1]?.toLowerCase();
}
