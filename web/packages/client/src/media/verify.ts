import { Cell, type Readable } from "../cell.ts";
import type { Signal } from "../heard.ts";
import { freshKey, hex } from "../key.ts";

/** Whether the two can be sure that nobody sits between them. */
export type Verification =
  /** The other side's client does not take part. */
  | { readonly state: "none" }
  | { readonly state: "pending" }
  /** Seven digits that both see; if they are the same on both sides, nobody is in between. */
  | { readonly state: "code"; readonly code: string }
  /** Somebody has changed what went between the two. */
  | { readonly state: "broken" };

export interface Fingerprints {
  readonly own: string;
  readonly other: string;
}

interface Opened {
  readonly value: string;
  readonly fingerprint: string;
}

/**
 * Each side first sends a hash of a random value and its own certificate's fingerprint, and opens it only when it has
 * the other's hash. So nobody in between can try values until the codes of both sides are alike: they are bound to
 * their own before they see any.
 */
export class Verifier {
  readonly #state = new Cell<Verification>({ state: "pending" });
  readonly #fingerprints: () => Fingerprints | undefined;
  readonly #say: (signal: Signal) => void;
  #own: Opened | undefined;
  #theirHash: string | undefined;
  #hasOpened = false;
  /** One step after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(fingerprints: () => Fingerprints | undefined, say: (signal: Signal) => void) {
    this.#fingerprints = fingerprints;
    this.#say = say;
  }

  get state(): Readable<Verification> {
    return this.#state;
  }

  /** Both certificates are known. */
  begin(): void {
    this.#next(async () => {
      const fingerprints = this.#fingerprints();
      if (this.#own || !fingerprints) return;
      const own = { value: freshKey(), fingerprint: fingerprints.own };
      this.#own = own;
      this.#say({ type: "verify-commit", hash: await hashOf(own) });
      this.#open();
    });
  }

  /** Says again what may have been lost; hearing it twice changes nothing. */
  repeat(): void {
    this.#next(async () => {
      if (!this.#own || this.#state.value.state !== "pending") return;
      this.#say({ type: "verify-commit", hash: await hashOf(this.#own) });
      if (this.#hasOpened) this.#say({ type: "verify-open", ...this.#own });
    });
  }

  take(signal: Signal): void {
    this.#next(async () => {
      if (signal.type === "verify-commit") {
        // The first one binds. Heard again, the other side may have missed what this one said.
        if (this.#theirHash !== undefined) this.#hasOpened = false;
        this.#theirHash ??= signal.hash ?? "";
        this.#open();
      } else if (signal.type === "verify-open") {
        await this.#judge({ value: signal.value ?? "", fingerprint: signal.fingerprint ?? "" });
      }
    });
  }

  #open(): void {
    if (!this.#own || this.#theirHash === undefined || this.#hasOpened) return;
    this.#hasOpened = true;
    this.#say({ type: "verify-open", ...this.#own });
  }

  async #judge(theirs: Opened): Promise<void> {
    const fingerprints = this.#fingerprints();
    const isKept = this.#theirHash !== undefined && this.#theirHash === (await hashOf(theirs));
    if (!this.#own || !isKept || theirs.fingerprint !== fingerprints?.other) {
      this.#state.value = { state: "broken" };
    } else if (this.#state.value.state === "pending") {
      this.#state.value = { state: "code", code: await codeOf(this.#own, theirs) };
    }
  }

  #next(step: () => Promise<void>): void {
    this.#turn = this.#turn.then(step).catch(() => {
      this.#state.value = { state: "broken" };
    });
  }
}

/** Whether this browser can; on plain HTTP it cannot. */
export function canVerify(): boolean {
  return (globalThis.crypto as { subtle?: SubtleCrypto } | undefined)?.subtle !== undefined;
}

/** The same for both, whoever is first. */
export async function codeOf(one: Opened, other: Opened): Promise<string> {
  const both = [one, other].map(({ value, fingerprint }) => `${value} ${fingerprint}`).sort();
  const hash = await sha256(both.join("\n"));
  return String(BigInt(`0x${hash}`) % 10_000_000n).padStart(7, "0");
}

export function hashOf({ value, fingerprint }: Opened): Promise<string> {
  return sha256(`${value} ${fingerprint}`);
}

async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
