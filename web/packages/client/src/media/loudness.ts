/** How often one listens. */
const EVERY = 200;

/** How loud a track is, from 0 to 1, a few times a second until `signal` is aborted. Silent where the browser cannot. */
export function watchLoudness(track: MediaStreamTrack, tell: (level: number) => void, signal: AbortSignal): void {
  if (typeof AudioContext === "undefined" || signal.aborted) return;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const listen = setInterval(() => {
    // Before the first click of a person a browser may let nothing run, and then nothing is known.
    if (context.state !== "running") void context.resume().catch(() => undefined);
    else tell(loudness(analyser, samples));
  }, EVERY);
  signal.addEventListener(
    "abort",
    () => {
      clearInterval(listen);
      void context.close().catch(() => undefined);
    },
    { once: true },
  );
}

function loudness(analyser: AnalyserNode, samples: Float32Array<ArrayBuffer>): number {
  analyser.getFloatTimeDomainData(samples);
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return Math.sqrt(power);
}

/** Speech at a usual distance is well above, a quiet room well below. */
const SPEECH = 0.02;
/** Even a quiet room makes more than this; a microphone whose own switch is off does not. */
const DEAD = 0.0005;
const TALKS_FOR = 3;
const DEAD_FOR = 40;

/** What the microphone seems to suffer from. */
export type MicrophoneNotice = "none" | "talking-while-muted" | "no-sound";

/** How many times in a row it was loud, and dead silent. */
export interface Hearing {
  readonly loud: number;
  readonly dead: number;
}

export const HEARD_NOTHING: Hearing = { loud: 0, dead: 0 };

/** Pure. A cough is not talking: only what lasts counts. */
export function hear(hearing: Hearing, level: number): Hearing {
  return { loud: level > SPEECH ? hearing.loud + 1 : 0, dead: level < DEAD ? hearing.dead + 1 : 0 };
}

export function noticeOf({ loud, dead }: Hearing, isMuted: boolean): MicrophoneNotice {
  if (isMuted) return loud >= TALKS_FOR ? "talking-while-muted" : "none";
  return dead >= DEAD_FOR ? "no-sound" : "none";
}
