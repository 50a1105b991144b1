import type { IceServer, Signal } from "@bedside/client";

/** The connection to one other member: sends and takes signals, and shows what the other sends. */
export class Peer {
  readonly remote = new MediaStream();
  readonly #connection: RTCPeerConnection;
  readonly #send: (signal: Signal) => void;
  /** Candidates may overtake the description that they belong to. */
  #early: RTCIceCandidateInit[] = [];
  /** Signals are taken one after the other, as they came. */
  #turn: Promise<void> = Promise.resolve();
  #origin: string | undefined;

  constructor(
    iceServers: readonly IceServer[],
    local: MediaStream | undefined,
    send: (signal: Signal) => void,
    changed: () => void,
  ) {
    this.#send = send;
    this.#connection = new RTCPeerConnection({ iceServers: [...iceServers] });
    for (const track of local?.getTracks() ?? []) if (local) this.#connection.addTrack(track, local);
    this.#connection.addEventListener("icecandidate", ({ candidate }) => candidate && send(candidate.toJSON()));
    // Some peers name no stream, so the tracks are gathered here.
    this.#connection.addEventListener("track", ({ track }) => {
      this.remote.addTrack(track);
      changed();
    });
    this.#connection.addEventListener("connectionstatechange", changed);
  }

  get isConnected(): boolean {
    return this.#connection.connectionState === "connected";
  }

  get isOffering(): boolean {
    return this.#connection.signalingState === "have-local-offer";
  }

  /** Whether this offer continues what runs here; otherwise the other side has begun anew. */
  continues(offer: Signal): boolean {
    return this.#origin !== undefined && this.#origin === originOf(offer.sdp);
  }

  offer(): void {
    this.#next(async () => {
      // Whoever sends nothing still wants to see and hear.
      const kinds = this.#connection.getSenders().map((sender) => sender.track?.kind);
      for (const kind of ["audio", "video"]) {
        if (!kinds.includes(kind)) this.#connection.addTransceiver(kind, { direction: "recvonly" });
      }
      await this.#connection.setLocalDescription();
      this.#describe();
    });
  }

  take(signal: Signal): void {
    this.#next(() => this.#take(signal));
  }

  close(): void {
    this.#connection.close();
  }

  async #take(signal: Signal): Promise<void> {
    if (signal.type === "offer" || signal.type === "answer") {
      await this.#connection.setRemoteDescription({ type: signal.type, sdp: signal.sdp ?? "" });
      this.#origin = originOf(signal.sdp);
      for (const candidate of this.#early.splice(0)) await this.#connection.addIceCandidate(candidate);
      if (signal.type === "answer") return;
      await this.#connection.setLocalDescription();
      this.#describe();
      return;
    }
    const candidate = candidateOf(signal);
    if (!candidate) return;
    if (this.#connection.remoteDescription) await this.#connection.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  #describe(): void {
    const description = this.#connection.localDescription;
    if (description) this.#send({ type: description.type, sdp: description.sdp });
  }

  #next(step: () => Promise<void>): void {
    // A signal of a connection that is over, or that makes no sense, costs nothing but itself.
    this.#turn = this.#turn.then(step).catch(() => undefined);
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
function originOf(sdp: string | undefined): string | undefined {
  return /^o=\S+ (\S+)/m.exec(sdp ?? "")?.[1];
}
