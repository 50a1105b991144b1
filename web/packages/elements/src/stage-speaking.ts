import { Cell, type Participant, type Readable, watchLoudness } from "@bedside/client";

/** A quiet room stays below. */
const SPEECH = 0.02;
/** Pauses between words are part of speaking. */
const STILL_SPEAKS = 800;

/** Who speaks at the moment, and who was the last that did. */
export interface Speaking {
  readonly now: ReadonlySet<string>;
  readonly last: string | undefined;
}

const NOBODY: Speaking = { now: new Set(), last: undefined };

/** Listens to the others to find out who speaks; worth it from three people on. */
export class Ears {
  readonly #speaking = new Cell<Speaking>(NOBODY);
  readonly #heard = new Map<string, { readonly track: MediaStreamTrack; readonly end: AbortController }>();
  readonly #pauses = new Map<string, ReturnType<typeof setTimeout>>();

  get speaking(): Readable<Speaking> {
    return this.#speaking;
  }

  /** Listens to these from now on, and to nobody else. */
  listenTo(others: readonly Participant[]): void {
    const tracks = new Map(others.map((one) => [one.userId, one.media?.stream.getAudioTracks()[0]]));
    for (const [userId, { track, end }] of this.#heard) {
      if (tracks.get(userId) === track) continue;
      end.abort();
      this.#heard.delete(userId);
      this.#pause(userId);
    }
    for (const [userId, track] of tracks) {
      if (!track || this.#heard.has(userId)) continue;
      const end = new AbortController();
      this.#heard.set(userId, { track, end });
      watchLoudness(track, (level) => level > SPEECH && this.#hear(userId), end.signal);
    }
  }

  #hear(userId: string): void {
    clearTimeout(this.#pauses.get(userId));
    this.#pauses.set(
      userId,
      setTimeout(() => this.#pause(userId), STILL_SPEAKS),
    );
    const { now, last } = this.#speaking.value;
    // Whoever coughs while another speaks does not take the picture from them.
    const next = last !== undefined && last !== userId && now.has(last) ? last : userId;
    if (!now.has(userId) || next !== last) this.#speaking.value = { now: new Set([...now, userId]), last: next };
  }

  #pause(userId: string): void {
    clearTimeout(this.#pauses.get(userId));
    this.#pauses.delete(userId);
    const { now, last } = this.#speaking.value;
    if (now.has(userId)) this.#speaking.value = { now: new Set([...now].filter((one) => one !== userId)), last };
  }
}
