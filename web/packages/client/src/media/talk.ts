import { Cell, type Readable } from "../cell.ts";
import type { ClientAnnouncement, Signal } from "../heard.ts";
import { type Adaptation, adapt, AT_FULL, type Ceiling, keepTo, pause, putFirst, type Step, stepOf } from "./adapt.ts";
import type { Peer, PeerState } from "./peer.ts";
import { type Counters, countersOf, type Quality, qualityOf, type Reading, readingOf } from "./quality.ts";
import { canVerify, type Verification, Verifier } from "./verify.ts";

/** How it stands with one of the others. */
export interface TalkState {
  readonly stream: MediaStream;
  readonly connection: PeerState;
  /** Nothing until something was measured. */
  readonly quality: Quality | undefined;
  readonly verification: Verification;
  /** They leave their picture out, for their network's sake. */
  readonly isSoundOnly: boolean;
  /** This side leaves its picture out towards them. */
  readonly isSendingSoundOnly: boolean;
}

export interface TalkSetup {
  readonly peer: Peer;
  readonly client: ClientAnnouncement | undefined;
  readonly signal: AbortSignal;
  ceiling(): Ceiling;
  sends(): "camera" | "screen";
  /** Whether this side's own way to the server is weak. */
  isOwnWeak(): boolean;
  /** Nothing has come for a second, or for four, where something came before. */
  stalled(): void;
  /** The other side shows nothing, so that nothing may come. */
  isQuiet(): boolean;
}

const TICK = 500;
/** So many ticks to one reading. */
const READ_EVERY = 2;
/** What was said of the codes may have been lost with a connection to the server. */
const REPEAT_EVERY = 8;
/** Packets in a tick; less than this, and the other side may simply have nothing to send. */
const FLOW = 10;
/** After so many ticks with nothing a new path is looked for, and once more if that one was lost, too. */
const STILL_FOR: readonly [number, number] = [2, 8];

/** Watches over the connection to one other person: measures it, adapts what is sent, compares codes. */
export class Talk {
  readonly #setup: TalkSetup;
  readonly #state: Cell<TalkState>;
  readonly #verifier: Verifier | undefined;
  #tick = 0;
  #last: Counters | undefined;
  #lastRead: Counters | undefined;
  #reading: Reading | undefined;
  #adaptation: Adaptation = AT_FULL;
  #applied: Step | undefined;
  #appliedTo: "camera" | "screen" | undefined;
  #wasFlowing = false;
  #still = 0;
  #isOtherWeak = false;
  #isOtherSaving = false;
  #said = "";

  constructor(setup: TalkSetup) {
    this.#setup = setup;
    const { peer, client, signal } = setup;
    const isVerifying = client?.verify === true && canVerify();
    this.#verifier = isVerifying
      ? new Verifier(
          () => peer.fingerprints,
          (said) => peer.say(said),
        )
      : undefined;
    this.#state = new Cell<TalkState>({
      stream: peer.remote,
      connection: peer.state.value,
      quality: undefined,
      verification: { state: isVerifying ? "pending" : "none" },
      isSoundOnly: false,
      isSendingSoundOnly: false,
    });
    this.#verifier?.state.watch((verification) => this.#change({ verification }), signal);
    peer.state.watch((connection) => this.#follow(connection), signal);
    const clock = setInterval(() => void this.#measure(), TICK);
    signal.addEventListener("abort", () => clearInterval(clock), { once: true });
  }

  get state(): Readable<TalkState> {
    return this.#state;
  }

  /** Something said beside the negotiation. */
  take(signal: Signal): void {
    switch (signal.type) {
      case "verify-commit":
      case "verify-open":
        return this.#verifier?.take(signal);
      case "sending":
        this.#isOtherWeak = signal.isWeak === true;
        return this.#change({ isSoundOnly: signal.isSoundOnly === true });
      case "wish":
        this.#isOtherSaving = signal.isSaving === true;
        return;
    }
  }

  #follow(connection: PeerState): void {
    const wasLost = this.#state.value.connection === "reconnecting";
    this.#change({ connection });
    if (connection !== "connected") return;
    if (wasLost && this.#still >= STILL_FOR[0]) void this.#sendWhole();
    this.#verifier?.begin();
    const sound = this.#setup.peer.sender("audio");
    if (sound) void putFirst(sound).catch(() => undefined);
    this.#tell();
  }

  async #measure(): Promise<void> {
    const { peer, signal } = this.#setup;
    if (signal.aborted || peer.state.value === "connecting") return;
    const report = await peer.statistics().catch(() => undefined);
    if (!report || signal.aborted) return;
    const now = countersOf(report.values(), performance.now());
    this.#watchFlow(now);
    this.#last = now;
    this.#tick += 1;
    if (this.#tick % READ_EVERY === 0) this.#read(now);
  }

  /** A path that is lost shows here seconds before the browser says so. */
  #watchFlow(now: Counters): void {
    if (!this.#last) return;
    const came = now.received - this.#last.received;
    if (came > 0 || this.#setup.isQuiet()) {
      this.#still = 0;
      this.#wasFlowing = came >= FLOW;
      return;
    }
    if (!this.#wasFlowing) return;
    this.#still += 1;
    if (STILL_FOR.includes(this.#still)) this.#setup.stalled();
  }

  #read(now: Counters): void {
    if (this.#lastRead) {
      const reading = readingOf(this.#lastRead, now, this.#reading);
      this.#reading = reading;
      this.#adaptation = adapt(this.#adaptation, reading);
      const weakness = { isOwnWeak: this.#setup.isOwnWeak(), isOtherWeak: this.#isOtherWeak };
      const quality = qualityOf(reading, weakness, this.#still >= 2);
      const before = this.#state.value.quality;
      if (quality.bars !== before?.bars || quality.whose !== before.whose) this.#change({ quality });
      this.#apply();
    }
    this.#lastRead = now;
    this.#tell();
    if (this.#tick % REPEAT_EVERY === 0) this.#verifier?.repeat();
  }

  /** Whoever has missed pictures goes on from a whole one, and would ask for it only seconds later. */
  async #sendWhole(): Promise<void> {
    const sender = this.#setup.peer.sender("video");
    if (!sender) return;
    await pause(sender).catch(() => undefined);
    this.#applied = undefined;
    this.#apply();
  }

  #apply(): void {
    const ceiling = this.#setup.ceiling();
    const step = stepOf(this.#adaptation, { ...ceiling, isSaving: ceiling.isSaving || this.#isOtherSaving });
    const what = this.#setup.sends();
    if (step === this.#applied && what === this.#appliedTo) return;
    const sender = this.#setup.peer.sender("video");
    if (!sender) return;
    this.#applied = step;
    this.#appliedTo = what;
    this.#change({ isSendingSoundOnly: step.name === "sound-only" });
    void keepTo(sender, step, what).catch(() => {
      // Some browsers refuse before the first negotiation; the next reading tries again.
      this.#applied = undefined;
    });
  }

  /** The other side's words for what it sees. */
  #tell(): void {
    if (!this.#setup.peer.isOurs || this.#state.value.connection !== "connected") return;
    const { isSendingSoundOnly: isSoundOnly } = this.#state.value;
    const { isSaving } = this.#setup.ceiling();
    const said = JSON.stringify([isSoundOnly, this.#setup.isOwnWeak(), isSaving]);
    if (said === this.#said) return;
    this.#said = said;
    this.#setup.peer.say({ type: "sending", isSoundOnly, isWeak: this.#setup.isOwnWeak() });
    this.#setup.peer.say({ type: "wish", isSaving });
  }

  #change(to: Partial<TalkState>): void {
    this.#state.value = { ...this.#state.value, ...to };
  }
}
