import { Cell, type Readable } from "../cell.ts";
import { Devices, type MediaProblem, mediaDevices, problemOf } from "./devices.ts";
import { HEARD_NOTHING, hear, type MicrophoneNotice, noticeOf, watchLoudness } from "./loudness.ts";

/** A camera, a microphone or a screen of this side. */
export type Source =
  | { readonly state: "off" }
  | { readonly state: "opening" }
  | { readonly state: "on"; readonly track: MediaStreamTrack; readonly deviceId: string | undefined }
  /** It was on and something took it away, such as a phone call; it is taken again as soon as it can be had. */
  | { readonly state: "interrupted"; readonly deviceId: string | undefined }
  | { readonly state: "failed"; readonly problem: MediaProblem };

/** What this side can send. */
export interface LocalState {
  readonly camera: Source;
  readonly microphone: Source;
  readonly screen: Source;
  /** Whether the microphone, though open, is to send nothing. */
  readonly isMuted: boolean;
  /** What to tell whoever speaks and is not heard. */
  readonly notice: MicrophoneNotice;
  /** Which way the camera of a phone looks. */
  readonly facing: Facing;
}

export type Facing = "user" | "environment";
type Kind = "camera" | "microphone" | "screen";

const OFF: Source = { state: "off" };
/** What was taken away is asked for again so often. */
const TAKE_AGAIN = 2_000;
/** A camera gives more than is sent only at the cost of the battery. */
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** The camera, the microphone and the screen of this side. Opened one by one; joining works with none of them. */
export class LocalMedia {
  readonly devices: Devices;
  readonly #state = new Cell<LocalState>({
    camera: OFF,
    microphone: OFF,
    screen: OFF,
    isMuted: false,
    notice: "none",
    facing: "user",
  });
  readonly #signal: AbortSignal;
  /** One for each kind; a newer wish for the same makes an older one void. */
  readonly #wishes = {
    camera: new AbortController(),
    microphone: new AbortController(),
    screen: new AbortController(),
  };

  /** Everything is closed when `signal` is aborted. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.devices = new Devices(signal);
    this.devices.list.watch(() => this.#takeAgain(), signal);
    signal.addEventListener("abort", () => this.#closeAll(), { once: true });
  }

  /** What is on, off or failed, and why. */
  get state(): Readable<LocalState> {
    return this.#state;
  }

  /** Opens the camera, or changes to another one. How it went is in `state`. */
  openCamera(deviceId?: string): Promise<void> {
    const { facing } = this.#state.value;
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: facing };
    return this.#open("camera", deviceId, (devices) => devices.getUserMedia({ video: { ...PICTURE, ...which } }));
  }

  /** Closes the camera: its light goes out. */
  closeCamera(): void {
    this.#close("camera");
  }

  /** From the front to the back camera of a phone, and back. */
  flipCamera(): Promise<void> {
    const facing: Facing = this.#state.value.facing === "user" ? "environment" : "user";
    this.#change({ facing });
    // Phones open one camera at a time.
    this.closeCamera();
    return this.openCamera();
  }

  /** Opens the microphone, or changes to another one. How it went is in `state`. */
  openMicrophone(deviceId?: string): Promise<void> {
    const which = deviceId ? { deviceId: { exact: deviceId } } : {};
    return this.#open("microphone", deviceId, (devices) => devices.getUserMedia({ audio: { ...SOUND, ...which } }));
  }

  closeMicrophone(): void {
    this.#close("microphone");
  }

  /** Sends nothing of the microphone, which stays open: so it is noticed if somebody speaks into it. */
  mute(): void {
    this.#setMuted(true);
  }

  unmute(): void {
    this.#setMuted(false);
  }

  /** Lets the person choose a screen or a window. Must follow a click. */
  shareScreen(): Promise<void> {
    const ask = (devices: MediaDevices) => devices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } } });
    return this.#open("screen", undefined, ask);
  }

  stopScreen(): void {
    this.#close("screen");
  }

  async #open(
    kind: Kind,
    deviceId: string | undefined,
    ask: (devices: MediaDevices) => Promise<MediaStream>,
  ): Promise<void> {
    const wish = this.#wish(kind);
    const before = this.#state.value[kind];
    const devices = mediaDevices();
    if (devices === "insecure") return this.#change({ [kind]: { state: "failed", problem: "insecure" } });
    // The old one goes on until the new one is there; some devices are given out once only.
    if (before.state !== "on") this.#change({ [kind]: { state: "opening" } });
    else if (kind !== "screen" && deviceId === undefined) stop(before);
    try {
      const [track] = (await ask(devices)).getTracks();
      if (!track) throw new Error("a stream that was given has a track");
      if (wish.aborted) return track.stop();
      stop(before);
      this.#use(kind, track, wish);
    } catch (failure) {
      if (wish.aborted) return;
      // What was on goes on where the other one cannot be had.
      if (before.state === "on" && before.track.readyState === "live") this.#use(kind, before.track, wish);
      else this.#change({ [kind]: failed(kind, failure) });
    }
    if (kind !== "screen") void this.devices.refresh();
  }

  #use(kind: Kind, track: MediaStreamTrack, wish: AbortSignal): void {
    track.addEventListener("ended", () => this.#ended(kind), { signal: wish });
    if (kind === "screen") track.contentHint = "detail";
    const { deviceId } = track.getSettings();
    if (kind === "microphone") {
      track.enabled = !this.#state.value.isMuted;
      track.addEventListener("mute", () => this.#interrupted(track, wish), { signal: wish });
      this.#listenTo(track, wish);
    }
    this.#change({ [kind]: { state: "on", track, deviceId } });
  }

  /** Unplugged, taken away, or ended by the browser's own button. */
  #ended(kind: Kind): void {
    const source = this.#state.value[kind];
    if (kind === "screen" || source.state !== "on") return this.#close(kind);
    // One that was silenced lives on, and its lamp with it.
    source.track.stop();
    this.#wish(kind);
    this.#change({ [kind]: { state: "interrupted", deviceId: source.deviceId } });
    this.#takeAgain();
  }

  /** A phone call silences the microphone without ending it; some browsers give it back, from others it is taken. */
  #interrupted(track: MediaStreamTrack, wish: AbortSignal): void {
    const again = setTimeout(() => track.muted && this.#ended("microphone"), TAKE_AGAIN);
    track.addEventListener("unmute", () => clearTimeout(again), { signal: wish, once: true });
    wish.addEventListener("abort", () => clearTimeout(again), { once: true });
  }

  #takeAgain(): void {
    for (const kind of ["camera", "microphone"] as const) {
      if (this.#state.value[kind].state !== "interrupted") continue;
      const wish = this.#wish(kind);
      void this.#takeAgainSoon(kind, wish);
    }
  }

  /** Whichever there is now: the one of before may be what was unplugged. */
  async #takeAgainSoon(kind: "camera" | "microphone", wish: AbortSignal): Promise<void> {
    const source = this.#state.value[kind];
    const devices = mediaDevices();
    if (source.state !== "interrupted" || devices === "insecure") return;
    try {
      const wanted = kind === "camera" ? { video: PICTURE } : { audio: SOUND };
      const [track] = (await devices.getUserMedia(wanted)).getTracks();
      if (track && !wish.aborted && !track.muted) return this.#use(kind, track, wish);
      track?.stop();
    } catch {
      // Whoever took it still has it.
    }
    if (wish.aborted) return;
    const again = setTimeout(() => void this.#takeAgainSoon(kind, wish), TAKE_AGAIN);
    wish.addEventListener("abort", () => clearTimeout(again), { once: true });
  }

  /** A copy that is never muted, so that talking into a muted microphone is noticed. */
  #listenTo(track: MediaStreamTrack, wish: AbortSignal): void {
    const copy = track.clone();
    copy.enabled = true;
    wish.addEventListener("abort", () => copy.stop(), { once: true });
    let hearing = HEARD_NOTHING;
    const tell = (level: number) => {
      hearing = hear(hearing, level);
      this.#change({ notice: noticeOf(hearing, this.#state.value.isMuted) });
    };
    watchLoudness(copy, tell, wish);
  }

  #setMuted(isMuted: boolean): void {
    const { microphone } = this.#state.value;
    if (microphone.state === "on") microphone.track.enabled = !isMuted;
    this.#change({ isMuted, notice: "none" });
  }

  #close(kind: Kind): void {
    this.#wish(kind);
    stop(this.#state.value[kind]);
    this.#change({ [kind]: OFF });
  }

  #closeAll(): void {
    for (const kind of ["camera", "microphone", "screen"] as const) {
      this.#wishes[kind].abort();
      stop(this.#state.value[kind]);
    }
    this.#state.value = { ...this.#state.value, camera: OFF, microphone: OFF, screen: OFF, notice: "none" };
  }

  /** The wishes for the same kind that came before are void. */
  #wish(kind: Kind): AbortSignal {
    this.#wishes[kind].abort();
    this.#wishes[kind] = new AbortController();
    if (this.#signal.aborted) this.#wishes[kind].abort();
    return this.#wishes[kind].signal;
  }

  #change(to: Partial<LocalState>): void {
    const state = { ...this.#state.value, ...to };
    const isNews = Object.keys(to).some((key) => state[key as Kind] !== this.#state.value[key as Kind]);
    if (isNews) this.#state.value = state;
  }
}

function stop(source: Source): void {
  if (source.state === "on") source.track.stop();
}

/** Whoever closes the choice of screens has changed their mind; nothing has failed. */
function failed(kind: Kind, failure: unknown): Source {
  const problem = problemOf(failure);
  return kind === "screen" && problem === "denied" ? OFF : { state: "failed", problem };
}
