/** How a ring makes itself noticed on a device. */
export interface Alarm {
  /** What the window's title and the notification say. */
  readonly words: string;
  /** Notifications of one call replace each other. */
  readonly callId: string;
  readonly isSilent: boolean;
  readonly signal: AbortSignal;
}

const TONE_EVERY = 3_200;
const TITLE_EVERY = 1_500;
/** Two short ones and a pause, in milliseconds. */
const PULSE = [300, 200, 300];
/** A rising fourth, low and soft: to be noticed, not to be feared. */
const NOTES = [440, 587.33];

/** Tone, vibration, title and notification, until `signal` is aborted. What a browser does not let us do is left out. */
export function alarm({ words, callId, isSilent, signal }: Alarm): void {
  if (signal.aborted) return;
  changeTitle(words, signal);
  notify(words, callId, signal);
  if (isSilent) return;
  vibrate(signal);
  ring(signal);
}

/** Plays the two notes once, at a speaker of one's choice where the browser can. */
export function chime(sinkId?: string): void {
  const context = audio(sinkId);
  if (!context) return;
  strike(context);
  setTimeout(() => void context.close().catch(() => undefined), TONE_EVERY);
}

/** Whether the person has turned sounds off on this device. */
export function isSoundOff(): boolean {
  return storage()?.getItem(SOUND_KEY) === "off";
}

export function turnSound(to: "on" | "off"): void {
  storage()?.setItem(SOUND_KEY, to);
}

/** Whether notifications could be allowed, are, or never will be. */
export function notifications(): "possible" | "allowed" | "refused" {
  if (typeof Notification === "undefined") return "refused";
  const known = { default: "possible", granted: "allowed", denied: "refused" } as const;
  return known[Notification.permission];
}

/** Asks for notifications. Must follow a click. */
export async function allowNotifications(): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Tells somebody who looks at another window. What a call is about stays out of it: lock screens show it to others. */
export function notify(words: string, tag: string, signal: AbortSignal): void {
  if (notifications() !== "allowed" || !document.hidden) return;
  try {
    const shown = new Notification(words, { tag, requireInteraction: true });
    shown.addEventListener("click", () => window.focus());
    signal.addEventListener("abort", () => shown.close(), { once: true });
  } catch {
    // Chrome on Android has them for service workers alone.
  }
}

const SOUND_KEY = "bedside-sound";

function changeTitle(words: string, signal: AbortSignal): void {
  const usual = document.title;
  const timer = setInterval(() => {
    document.title = document.title === words ? usual : words;
  }, TITLE_EVERY);
  document.title = words;
  const putBack = () => {
    clearInterval(timer);
    if (document.title === words) document.title = usual;
  };
  signal.addEventListener("abort", putBack, { once: true });
}

function vibrate(signal: AbortSignal): void {
  // Safari has no vibration at all.
  const pulse = () => "vibrate" in navigator && navigator.vibrate(PULSE);
  pulse();
  const timer = setInterval(pulse, TONE_EVERY);
  signal.addEventListener("abort", () => (clearInterval(timer), "vibrate" in navigator && navigator.vibrate(0)), {
    once: true,
  });
}

function ring(signal: AbortSignal): void {
  const context = audio();
  if (!context) return;
  const play = () => {
    // Before the first click on a page browsers keep it silent; the rest of the alarm does without.
    if (context.state === "running") strike(context);
    else void context.resume().catch(() => undefined);
  };
  context.addEventListener("statechange", play, { signal });
  play();
  const timer = setInterval(play, TONE_EVERY);
  const end = () => (clearInterval(timer), void context.close().catch(() => undefined));
  signal.addEventListener("abort", end, { once: true });
}

function strike(context: AudioContext): void {
  NOTES.forEach((pitch, index) => {
    const at = context.currentTime + index * 0.28;
    const tone = new OscillatorNode(context, { type: "sine", frequency: pitch });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.22, at + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 1.4);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + 1.5);
  });
}

function audio(sinkId?: string): AudioContext | undefined {
  if (typeof AudioContext === "undefined") return undefined;
  // Browsers that cannot choose a speaker ignore the wish.
  return new AudioContext({ ...(sinkId && { sinkId }) } as AudioContextOptions);
}

/** A page in a frame may be forbidden to keep anything. */
function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
