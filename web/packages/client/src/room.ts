import { freshKey } from "./key.ts";
import { Cell, type Readable } from "./cell.ts";
import type { Connection } from "./connection.ts";
import type { ChatMessage, InvitationWish, Place, Said, Signal } from "./heard.ts";
import type { LocalMedia, LocalState } from "./media/local.ts";
import { type EarlyPeers, Mesh, NO_EARLY_PEERS } from "./media/mesh.ts";
import { Talk, type TalkState } from "./media/talk.ts";
import { NOTHING, type Peer, type Tracks } from "./media/peer.ts";
import { codeOf, Refused } from "./problem.ts";
import { type Attendee, atTheStart, reduceRoom, ROOM_NEWS, type RoomEvent, type RoomFacts } from "./room-state.ts";

/** Somebody else in the room: what the server tells of them, and what comes from them. */
export interface Participant extends Attendee {
  /** How it stands between the two; nothing until they begin to connect. */
  readonly media: TalkState | undefined;
}

/** Everything that a page shows of a room. */
export interface RoomState extends Omit<RoomFacts, "others"> {
  readonly others: readonly Participant[];
  /** Who is writing at the moment. */
  readonly typing: readonly string[];
  readonly isHandRaised: boolean;
  /** Whether little picture is asked for and sent. */
  readonly isSaving: boolean;
}

export interface RoomSetup {
  readonly connection: Connection;
  readonly place: Place;
  readonly local: LocalMedia;
  /** What was connected while it rang. */
  readonly early?: EarlyPeers;
  readonly signal: AbortSignal;
}

/** The room that was entered last over each connection. */
const newest = new WeakMap<Connection, Room>();
/** A server that has trouble is asked again after this time. */
const ENTER_AGAIN = 3_000;
/** How long somebody counts as writing after they were heard to. */
const TYPING_LASTS = 4_000;
const AFTER_ENTERING: ReadonlySet<string> = new Set(["user-joined", "user-back", "user-left", "webrtc-signal"]);
const TOO_SOON_AT_MOST = 200;
const PULSE_EVERY = 10_000;
/** A way to the server that takes longer is a weak one. */
const WEAK = 400;

/** One's stay in one room: enters it, connects to everybody there, and comes back to it after every interruption. */
export class Room {
  readonly #connection: Connection;
  readonly #local: LocalMedia;
  readonly #early: EarlyPeers;
  readonly #place: Place;
  readonly #gone = new AbortController();
  readonly #state: Cell<RoomState>;
  #facts: RoomFacts;
  #mesh: Mesh | undefined;
  #talks = new Map<string, { readonly peer: Peer; readonly talk: Talk; readonly end: AbortController }>();
  #typing = new Map<string, ReturnType<typeof setTimeout>>();
  /** What came before it was known who is there. */
  #tooSoon: RoomEvent[] = [];
  #isHandRaised = false;
  #isSaving = false;
  #isWeak = false;
  /** What the others were told last of what this side shows. */
  #told = { audio: false, video: false, screen: false };

  constructor({ connection, place, local, early = NO_EARLY_PEERS, signal }: RoomSetup) {
    this.#connection = connection;
    this.#local = local;
    this.#early = early;
    this.#place = place;
    this.#facts = atTheStart(place);
    this.#state = new Cell(this.#view());
    signal.addEventListener("abort", () => this.#depart(), { once: true });
    this.#listen(this.#gone.signal);
    this.#followNetwork(this.#gone.signal);
    local.state.watch((now) => this.#show(now), this.#gone.signal);
    // Otherwise `sync` comes with the connection, and then it is time.
    if (connection.isConnected) void this.#enter();
  }

  /** Where one stands, who is there and how well they are heard and seen. */
  get state(): Readable<RoomState> {
    return this.#state;
  }

  /** Goes out; the others stay. */
  async leave(): Promise<void> {
    const left = this.#ask("leave-room", {});
    this.#apply({ event: "left", news: {} });
    // Whoever cannot be told finds the seat empty in a minute.
    await left.catch(() => undefined);
  }

  /** Ends the call for everybody. */
  async end(): Promise<void> {
    await this.#ask("end-call", {});
  }

  /** Sends a screen instead of the camera's picture. Must follow a click; refused where the practice alone may. */
  async shareScreen(): Promise<void> {
    await this.#local.shareScreen();
    if (this.#local.state.value.screen.state !== "on") return;
    try {
      await this.#ask("screen-share-start", {});
    } catch (refused) {
      this.#local.stopScreen();
      throw refused;
    }
  }

  /** Back to the camera's picture, or none. */
  stopScreen(): void {
    this.#local.stopScreen();
  }

  raiseHand(): Promise<void> {
    return this.#hand(true);
  }

  lowerHand(): Promise<void> {
    return this.#hand(false);
  }

  /** Asks for little picture and sends little, until `stopSavingData`. */
  saveData(): void {
    this.#setSaving(true);
  }

  /** The picture may be as good as the network allows again. */
  stopSavingData(): void {
    this.#setSaving(false);
  }

  /** Writes to everybody. The same `requestId` sent again is written once. */
  chat(text: string, requestId: string = freshKey()): Promise<ChatMessage> {
    return this.#ask("chat-message", { text, requestId });
  }

  /** Says that one is writing; nobody minds if it is lost. */
  typing(): void {
    void this.#ask("chat-typing", {}).catch(() => undefined);
  }

  /** Says up to which message one has read. */
  async read(upTo: string): Promise<void> {
    await this.#ask("chat-read", { upTo });
  }

  /** Lets somebody in who waits. */
  async admit(userId: string): Promise<void> {
    await this.#ask("admit-participant", { userId });
  }

  /** Lets everybody in who waits. */
  async admitAll(): Promise<void> {
    await this.#ask("admit-all", {});
  }

  /** Turns somebody away who waits, with words for them if there are any. */
  async deny(userId: string, reason?: string): Promise<void> {
    await this.#ask("deny-participant", { userId, ...(reason && { reason }) });
  }

  /** Says something to somebody who waits, or to all who do. */
  async tellWaiting(text: string, userId?: string): Promise<void> {
    await this.#ask("waiting-message", { text, ...(userId !== undefined && { userId }) });
  }

  /** Shows somebody out. */
  async remove(userId: string): Promise<void> {
    await this.#ask("remove-participant", { userId });
  }

  /** Sends somebody from the room back to the waiting room. */
  async sendBack(userId: string): Promise<void> {
    await this.#ask("return-to-waiting", { userId });
  }

  /** Nobody else comes in. */
  async lock(): Promise<void> {
    await this.#ask("lock-room", { isLocked: true });
  }

  async unlock(): Promise<void> {
    await this.#ask("lock-room", { isLocked: false });
  }

  /** Asks somebody else in, who gets a link of their own. */
  async invite(wish: InvitationWish): Promise<Said["invite-participant"][1]> {
    const answer = await this.#ask("invite-participant", wish);
    const { name, role } = wish;
    this.#apply({ event: "invited-by-oneself", news: { userId: answer.userId, name, role, link: answer.link } });
    return answer;
  }

  #listen(signal: AbortSignal): void {
    const connection = this.#connection;
    connection.on("sync", () => void this.#enter(), signal);
    for (const event of ROOM_NEWS) {
      connection.on(event, (news) => this.#hear({ event, news } as RoomEvent), signal);
    }
    connection.on("webrtc-signal", (news) => this.#hear({ event: "webrtc-signal", news }), signal);
    connection.on("chat-typing", (news) => this.#isHere(news) && this.#writes(news.userId), signal);
  }

  /** What the server told, and then what follows from it for the connections. */
  #apply(event: RoomEvent): void {
    const before = this.#facts;
    this.#facts = reduceRoom(before, event);
    if (this.#facts === before) return;
    this.#sendEarly();
    if (this.#facts.stage.state === "over") this.#gone.abort();
    if (this.#facts.stage.state === "inside") this.#connect(event);
    else this.#disconnect();
    if (event.event === "chat-message") this.#stopsWriting(event.news.userId);
    this.#publish();
  }

  #connect({ event, news }: RoomEvent): void {
    switch (event) {
      case "joined-room":
        this.#mesh ??= this.#meshOf(news.userId);
        this.#mesh.useServers(news.iceServers);
        this.#mesh.enter(this.#facts.others);
        this.#mesh.restartLost();
        return this.#showAgain();
      case "user-joined":
        return this.#mesh?.meet(this.#other(news.userId));
      case "user-back":
        return this.#mesh?.meetAgain(this.#other(news.userId));
      case "user-left":
        this.#stopsWriting(news.userId);
        return this.#mesh?.forget(news.userId);
    }
  }

  #meshOf(selfId: string): Mesh {
    const mesh = new Mesh({
      selfId,
      tracks: tracksOf(this.#local.state.value),
      early: this.#early,
      send: (to, signal) => this.#signalTo(to, signal),
    });
    mesh.peers.watch((peers) => this.#follow(peers), this.#gone.signal);
    return mesh;
  }

  /** Each connection has somebody who watches over it, for as long as it lasts. */
  #follow(peers: ReadonlyMap<string, Peer>): void {
    for (const [userId, { peer, end }] of this.#talks) {
      if (peers.get(userId) === peer) continue;
      end.abort();
      this.#talks.delete(userId);
    }
    for (const [userId, peer] of peers) if (!this.#talks.has(userId)) this.#accompany(userId, peer);
    this.#publish();
  }

  #accompany(userId: string, peer: Peer): void {
    const end = new AbortController();
    const talk = new Talk({
      peer,
      client: this.#other(userId).client,
      signal: end.signal,
      ceiling: () => ({ others: this.#facts.others.length, isSaving: this.#isSaving }),
      sends: () => (this.#local.state.value.screen.state === "on" ? "screen" : "camera"),
      isOwnWeak: () => this.#isWeak,
      isQuiet: () => this.#isQuiet(userId),
      stalled: () => void this.#roam(),
    });
    this.#talks.set(userId, { peer, talk, end });
    talk.state.watch(() => this.#publish(), end.signal);
  }

  /** Somebody quick may come, and offer, before `joined-room` is here; then that is heard after it. */
  #hear(event: RoomEvent): void {
    const { stage } = this.#facts;
    if (stage.state !== "inside" && AFTER_ENTERING.has(event.event)) {
      this.#tooSoon = [...this.#tooSoon, event].slice(-TOO_SOON_AT_MOST);
      return;
    }
    if (event.event === "webrtc-signal") {
      if (this.#isHere(event.news)) this.#take(event.news.userId, event.news.signal);
      return;
    }
    this.#apply(event);
    if (event.event === "joined-room") this.#hearAgain(event.news.version);
  }

  /** What is in `joined-room` already is no news. */
  #hearAgain(version: number): void {
    for (const event of this.#tooSoon.splice(0)) {
      const { version: its = Number.POSITIVE_INFINITY } = event.news as { version?: number };
      if (its > version) this.#hear(event);
    }
  }

  #take(userId: string, signal: Signal): void {
    this.#mesh?.take(userId, signal);
    const talk = this.#talks.get(userId);
    if (talk?.peer.continues(signal)) talk.talk.take(signal);
  }

  #signalTo(to: string, signal: Signal): void {
    const { roomId } = this.#facts;
    // Kept until the connection is back it would come too late: then there are new offers.
    if (!this.#connection.isConnected || roomId === undefined) return;
    void this.#connection.ask("webrtc-signal", { roomId, to, signal }).catch(() => undefined);
  }

  async #enter(): Promise<void> {
    const { state } = this.#facts.stage;
    if (state === "over" || this.#gone.signal.aborted) return;
    newest.set(this.#connection, this);
    try {
      await this.#connection.ask("join-room", { ...this.#where(), client: this.#announcement() });
      // The page went while it was asked, and came not back.
      const isLast = newest.get(this.#connection) === this;
      if (isLast && this.#gone.signal.aborted) void this.#ask("leave-room", {}).catch(() => undefined);
    } catch (failure) {
      const code = codeOf(failure);
      if (code === "unreachable") return; // On coming back, `sync` lets it try again.
      const isPassing = code === "unavailable" || code === "rate-limited";
      // Who was in is not thrown out for it: picture and sound go on.
      if (isPassing && state !== "entering") return void setTimeout(() => void this.#enter(), ENTER_AGAIN);
      this.#apply({ event: "refused", news: { code } });
    }
  }

  #announcement() {
    return { name: "bedside", verify: true, device: this.#connection.deviceId };
  }

  /** On another network the ways to everybody are other ones, also the one to the server. */
  #followNetwork(signal: AbortSignal): void {
    const roam = () => void this.#roam();
    globalThis.addEventListener?.("online", roam, { signal });
    const network = (globalThis.navigator as { connection?: EventTarget } | undefined)?.connection;
    network?.addEventListener("change", roam, { signal });
    const pulse = setInterval(() => void this.#feelPulse(), PULSE_EVERY);
    signal.addEventListener("abort", () => clearInterval(pulse), { once: true });
  }

  /** If the server is there, new paths are looked for now; if not, on coming back to it. */
  async #roam(): Promise<void> {
    await this.#feelPulse();
    if (this.#connection.isConnected) this.#mesh?.restart();
  }

  async #feelPulse(): Promise<void> {
    const milliseconds = await this.#connection.feelPulse();
    this.#isWeak = milliseconds === undefined || milliseconds > WEAK;
  }

  /** What this side sends has changed. */
  #show(local: LocalState): void {
    this.#mesh?.use(tracksOf(local));
    this.#sendEarly();
    if (this.#facts.stage.state !== "inside") return;
    const shown = shownOf(local);
    const tell = (event: "toggle-audio" | "toggle-video", isEnabled: boolean) =>
      void this.#ask(event, { isEnabled }).catch(() => undefined);
    if (shown.audio !== this.#told.audio) tell("toggle-audio", shown.audio);
    if (shown.video !== this.#told.video) tell("toggle-video", shown.video);
    // That it begins is told by `shareScreen`, which must be allowed to.
    if (this.#told.screen && !shown.screen) void this.#ask("screen-share-stop", {}).catch(() => undefined);
    this.#told = shown;
  }

  /** Whoever has accepted is seen before the room says that they are there; nobody is seen in front of its door. */
  #sendEarly(): void {
    const { callId, stage, atTheDoor } = this.#facts;
    if (callId === undefined) return;
    if (stage.state === "over") return this.#early.forget(callId);
    const isApart = stage.state === "waiting" || atTheDoor.length > 0;
    this.#early.use(callId, isApart ? NOTHING : tracksOf(this.#local.state.value));
  }

  /** A server that was restarted does not know it any more. */
  #showAgain(): void {
    const shown = shownOf(this.#local.state.value);
    // A screen that was stopped meanwhile is said to be stopped.
    this.#told = { audio: !shown.audio, video: !shown.video, screen: true };
    this.#show(this.#local.state.value);
    if (shown.screen) void this.#ask("screen-share-start", {}).catch(() => this.#local.stopScreen());
    if (this.#isHandRaised) void this.#hand(true).catch(() => undefined);
  }

  async #hand(isRaised: boolean): Promise<void> {
    await this.#ask("raise-hand", { isRaised });
    this.#isHandRaised = isRaised;
    this.#publish();
  }

  #setSaving(isSaving: boolean): void {
    this.#isSaving = isSaving;
    this.#publish();
  }

  #writes(userId: string): void {
    clearTimeout(this.#typing.get(userId));
    this.#typing.set(
      userId,
      setTimeout(() => this.#stopsWriting(userId), TYPING_LASTS),
    );
    this.#publish();
  }

  #stopsWriting(userId: string): void {
    clearTimeout(this.#typing.get(userId));
    if (this.#typing.delete(userId)) this.#publish();
  }

  #disconnect(): void {
    for (const { end } of this.#talks.values()) end.abort();
    this.#talks.clear();
    this.#mesh?.close();
    this.#mesh = undefined;
  }

  /** The page goes, and does not want to be in the room any more. */
  #depart(): void {
    const isThere = this.#facts.stage.state === "inside" || this.#facts.stage.state === "waiting";
    if (isThere) void this.leave();
    this.#gone.abort();
    this.#disconnect();
    for (const timer of this.#typing.values()) clearTimeout(timer);
  }

  #isQuiet(userId: string): boolean {
    const other = this.#facts.others.find((one) => one.userId === userId);
    return other !== undefined && !other.audio && !other.video && !other.screen;
  }

  #isHere({ roomId }: { readonly roomId: string }): boolean {
    return roomId === this.#facts.roomId;
  }

  #other(userId: string): Attendee {
    const other = this.#facts.others.find((one) => one.userId === userId);
    if (!other) throw new Error("whoever is connected to is in the room");
    return other;
  }

  #where(): Place {
    const { roomId } = this.#facts;
    return roomId === undefined ? this.#place : { roomId };
  }

  #ask<E extends keyof Said>(event: E, payload: Omit<Said[E][0], "roomId" | "callId">): Promise<Said[E][1]> {
    if (this.#facts.stage.state === "over") return Promise.reject(new Refused("expired", "the room is over"));
    return this.#connection.ask(event, { ...payload, ...this.#where() } as Said[E][0]);
  }

  #publish(): void {
    this.#state.value = this.#view();
  }

  #view(): RoomState {
    const others = this.#facts.others.map((one) => ({ ...one, media: this.#talks.get(one.userId)?.talk.state.value }));
    const { isHandRaised: isHand, isSaving } = { isHandRaised: this.#isHandRaised, isSaving: this.#isSaving };
    return { ...this.#facts, others, typing: [...this.#typing.keys()], isHandRaised: isHand, isSaving };
  }
}

/** A screen goes in the place of the camera, so that the plainest client sees it too. */
function tracksOf({ camera, microphone, screen }: LocalState): Tracks {
  const picture = screen.state === "on" ? screen : camera;
  return {
    audio: microphone.state === "on" ? microphone.track : null,
    video: picture.state === "on" ? picture.track : null,
  };
}

function shownOf({ camera, microphone, screen, isMuted }: LocalState): {
  audio: boolean;
  video: boolean;
  screen: boolean;
} {
  return {
    audio: microphone.state === "on" && !isMuted,
    video: camera.state === "on",
    screen: screen.state === "on",
  };
}
