import { freshKey } from "./key.ts";
import { Cell, type Readable } from "./cell.ts";
import type { Heard, Said } from "./heard.ts";
import { Line } from "./line.ts";
import { codeOf, type RefusalCode, Refused } from "./problem.ts";

/** An answer that has not come by then does not come. */
const PATIENCE = 10_000;
/** After the server has closed the door. */
const KNOCK_AGAIN = 3_000;
/** A line that does not answer so long is taken for dead; the heartbeat would take three quarters of a minute. */
const PULSE = 1_500;
/** A token is renewed so long before it ends. */
const AHEAD = 30_000;
/** The longest that `setTimeout` can wait. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Whether the server is reached. */
export type Reach = "connecting" | "online" | "offline" | "unauthorized";

export interface ConnectionOptions {
  /** The server's address; without it, the page's own. */
  readonly url?: string;
  /** Where tokens come from: asked at each connect, and again before a JWT ends. Without it, the session cookie. */
  readonly token?: () => Promise<string>;
  /** One name for one tab, the same at each of its connections. Without it the tab keeps one by itself. */
  readonly deviceId?: string;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly error: { code: RefusalCode; message: string } };
type Listener = (payload: unknown) => object;

/** The live side of the server. Comes back by itself; listeners outlive its lines. */
export class Connection {
  readonly deviceId: string;
  readonly #address: string;
  readonly #token: (() => Promise<string>) | undefined;
  readonly #signal: AbortSignal;
  readonly #reach = new Cell<Reach>("connecting");
  readonly #listeners = new Map<string, Set<Listener>>();
  /** What was asked when there was no line for it. */
  readonly #unsaid = new Set<(line: Line) => void>();
  #line: Line | undefined;
  /** How often in a row no line could be had. */
  #tries = 0;
  #knock: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** Fetched ahead of the end of the one before it. */
  #nextToken: string | undefined;

  constructor({ url, token, deviceId = deviceOfTab(), signal }: ConnectionOptions) {
    this.deviceId = deviceId;
    this.#address = new URL("/socket.io/", url || globalThis.location.href).href;
    this.#token = token;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#close(), { once: true });
    globalThis.addEventListener?.("offline", () => void this.feelPulse(), { signal });
    // Whoever closes the page is known to be gone at once; a page that a browser kept may be shown again.
    globalThis.addEventListener?.("pagehide", () => this.#line?.close(), { signal });
    globalThis.addEventListener?.("pageshow", ({ persisted }) => persisted && this.#open(), { signal });
    if (!signal.aborted) this.#open();
  }

  /** Whether the server is reached. */
  get reach(): Readable<Reach> {
    return this.#reach;
  }

  get isConnected(): boolean {
    return this.#line?.isOpen ?? false;
  }

  /** Listens until `until` is aborted. */
  on<E extends keyof Heard>(event: E, tell: (payload: Heard[E]) => void, until: AbortSignal): void {
    this.answer(event, (payload) => (tell(payload), {}), until);
  }

  /** The same, and what wants an acknowledgement gets what `tell` gives. */
  answer<E extends keyof Heard>(event: E, tell: (payload: Heard[E]) => object, until: AbortSignal): void {
    const listener = (payload: unknown) => tell(payload as Heard[E]);
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    until.addEventListener("abort", () => listeners.delete(listener), { once: true });
  }

  /** What came of it, or a `Refused`. */
  async ask<E extends keyof Said>(event: E, payload: Said[E][0], patience = PATIENCE): Promise<Said[E][1]> {
    const answer = await this.#answerTo(event, payload, patience);
    if (!answer) throw new Refused("unreachable", event);
    if (!answer.ok) throw new Refused(answer.error.code, answer.error.message);
    return answer;
  }

  /** How long the server takes to answer, in milliseconds. A line that does not answer is given up and made anew. */
  async feelPulse(): Promise<number | undefined> {
    if (!this.isConnected) {
      // It may be waiting for its next try, and there may be a network now.
      this.#open();
      return undefined;
    }
    const line = this.#line;
    const asked = performance.now();
    try {
      await this.ask("join", {}, PULSE);
      return performance.now() - asked;
    } catch (failure) {
      if (codeOf(failure) === "unreachable") line?.lose();
      return undefined;
    }
  }

  /** A line of its own for each try, in place of the one before. */
  #open(): void {
    if (this.#signal.aborted) return;
    clearTimeout(this.#knock);
    this.#line?.close();
    this.#line = new Line({
      address: this.#address,
      // Cookies are for our own pages.
      credentials: this.#token ? "same-origin" : "include",
      auth: () => this.#identify(),
      opened: () => this.#opened(),
      heard: (event, payload, acknowledge) => this.#hear(event, payload, acknowledge),
      ended: (refusal) => this.#ended(refusal),
    });
  }

  #answerTo(event: string, payload: object, patience: number): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const say = (line: Line) => {
        line.ask(event, payload, (answer) => {
          clearTimeout(late);
          resolve(answer as Answer | undefined);
        });
      };
      const late = setTimeout(() => {
        this.#unsaid.delete(say);
        resolve(undefined);
      }, patience);
      if (this.#line?.isOverdue) this.#line.lose();
      if (this.#line?.isOpen) say(this.#line);
      else this.#unsaid.add(say);
    });
  }

  #opened(): void {
    this.#tries = 0;
    for (const say of this.#unsaid) if (this.#line) say(this.#line);
    this.#unsaid.clear();
    this.#reach.value = "online";
  }

  #hear(event: string, payload: unknown, acknowledge: (answer: object) => void): void {
    const answers = [...(this.#listeners.get(event) ?? [])].map((listener) => listener(payload));
    acknowledge(Object.assign({}, ...answers));
  }

  async #identify(): Promise<object> {
    const { deviceId } = this;
    if (!this.#token) return { deviceId };
    const token = this.#nextToken ?? (await this.#token());
    this.#nextToken = undefined;
    this.#renewBefore(expiryOf(token));
    return { token, deviceId };
  }

  #renewBefore(expiry: number | undefined): void {
    clearTimeout(this.#renewal);
    if (expiry === undefined) return;
    const wait = Math.min(Math.max(expiry - Date.now() - AHEAD, KNOCK_AGAIN), LONGEST_WAIT);
    this.#renewal = setTimeout(() => void this.#renew(), wait);
  }

  /** A connection ends with its token, so a new token is a new connection; the seat in a room waits for it. */
  async #renew(): Promise<void> {
    if (!this.#token || this.#signal.aborted) return;
    try {
      this.#nextToken = await this.#token();
    } catch {
      this.#renewal = setTimeout(() => void this.#renew(), KNOCK_AGAIN);
      return;
    }
    // What is told in between is not heard.
    this.#reach.value = "offline";
    this.#open();
  }

  #ended(refusal?: string): void {
    const isUnauthorized = refusal?.startsWith("unauthorized");
    this.#reach.value = isUnauthorized ? "unauthorized" : "offline";
    // Without a session it is no use.
    if (isUnauthorized && !this.#token) return;
    const wait = refusal === undefined ? pauseAfter(this.#tries++) : KNOCK_AGAIN;
    this.#knock = setTimeout(() => this.#open(), wait);
  }

  #close(): void {
    clearTimeout(this.#knock);
    clearTimeout(this.#renewal);
    this.#line?.close();
  }
}

/** Soon, since a call that is relayed waits for it; not everybody at once, since the server may have been restarted. */
function pauseAfter(tries: number): number {
  return (tries === 0 ? 250 : 500) + 500 * Math.random();
}

/** When a JWT ends, in milliseconds; nothing if it is none or does not say. */
export function expiryOf(token: string): number | undefined {
  try {
    const claims = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { exp } = JSON.parse(atob(claims)) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

const KEPT = "bedside-device";

/**
 * The name of this tab. It is taken out of the tab's storage while the page is there and put back as it goes: a reload
 * finds it, a duplicate of the tab does not.
 */
function deviceOfTab(): string {
  const storage = storageOfTab();
  const deviceId = storage?.getItem(KEPT) ?? freshKey();
  storage?.removeItem(KEPT);
  if (storage) globalThis.addEventListener?.("pagehide", () => storage.setItem(KEPT, deviceId));
  return deviceId;
}

/** A browser may forbid it, and outside of browsers there is none. */
function storageOfTab(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}
