import { io, type Socket } from "socket.io-client";
import { freshKey } from "./api.ts";
import { Cell, type Readable } from "./cell.ts";
import type { Heard, Said } from "./heard.ts";
import { type RefusalCode, Refused } from "./problem.ts";

/** An answer that has not come by then does not come. */
const PATIENCE = 10_000;
/** When the server has closed the door, socket.io does not knock again by itself. */
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

/** The live side of the server. Comes back by itself; listeners outlive connections. */
export class Connection {
  readonly deviceId: string;
  readonly #socket: Socket;
  readonly #token: (() => Promise<string>) | undefined;
  readonly #signal: AbortSignal;
  readonly #reach = new Cell<Reach>("connecting");
  #knock: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** Fetched ahead of the end of the one before it. */
  #nextToken: string | undefined;

  constructor({ url = "", token, deviceId = deviceOfTab(), signal }: ConnectionOptions) {
    this.deviceId = deviceId;
    this.#token = token;
    this.#signal = signal;
    this.#socket = io(`${url}/video-call`, {
      autoConnect: false,
      // Each has a transport of its own, so that one of them can go without the others.
      forceNew: true,
      // Cookies are for our own pages; a token comes without.
      withCredentials: token === undefined,
      auth: (give) => void this.#identify(give),
      reconnectionDelay: 500,
      // A call that is relayed waits for this.
      reconnectionDelayMax: 1_000,
    });
    this.#socket.on("connect", () => (this.#reach.value = "online"));
    this.#socket.on("disconnect", (reason) => this.#lost(reason));
    this.#socket.on("connect_error", (refused) => this.#refused(refused.message));
    signal.addEventListener("abort", () => this.#close(), { once: true });
    if (!signal.aborted) this.#socket.connect();
  }

  /** Whether the server is reached. */
  get reach(): Readable<Reach> {
    return this.#reach;
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  /** Listens until `until` is aborted. */
  on<E extends keyof Heard>(event: E, tell: (payload: Heard[E]) => void, until: AbortSignal): void {
    this.answer(event, (payload) => (tell(payload), {}), until);
  }

  /** The same, and what wants an acknowledgement gets what `tell` gives. */
  answer<E extends keyof Heard>(event: E, tell: (payload: Heard[E]) => object, until: AbortSignal): void {
    const heard = (payload: unknown, acknowledge?: (answer: object) => void) => {
      const answer = tell(payload as Heard[E]);
      acknowledge?.(answer);
    };
    const name: string = event;
    this.#socket.on(name, heard);
    until.addEventListener("abort", () => this.#socket.off(name, heard), { once: true });
  }

  /** What came of it, or a `Refused`. */
  async ask<E extends keyof Said>(event: E, payload: Said[E][0], patience = PATIENCE): Promise<Said[E][1]> {
    let answer: Answer;
    try {
      answer = (await this.#socket.timeout(patience).emitWithAck(event, payload)) as Answer;
    } catch (failure) {
      throw new Refused("unreachable", String(failure));
    }
    if (!answer.ok) throw new Refused(answer.error.code, answer.error.message);
    return answer;
  }

  /** How long the server takes to answer, in milliseconds. A line that does not answer is given up and made anew. */
  async feelPulse(): Promise<number | undefined> {
    if (!this.isConnected) {
      // It may be waiting for its next try, and there may be a network now.
      this.#socket.disconnect().connect();
      return undefined;
    }
    const asked = performance.now();
    try {
      await this.ask("join", {}, PULSE);
      return performance.now() - asked;
    } catch (failure) {
      const isDead = failure instanceof Refused && failure.code === "unreachable" && !this.#signal.aborted;
      if (isDead) this.#socket.io.engine.close();
      return undefined;
    }
  }

  async #identify(give: (auth: object) => void): Promise<void> {
    if (!this.#token) {
      give({ deviceId: this.deviceId });
      return;
    }
    try {
      const token = this.#nextToken ?? (await this.#token());
      this.#nextToken = undefined;
      this.#renewBefore(expiryOf(token));
      give({ token, deviceId: this.deviceId });
    } catch {
      // Whoever gives tokens is not there now either.
      this.#socket.disconnect();
      this.#reach.value = "offline";
      this.#knockLater();
    }
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
    if (!this.#signal.aborted) this.#socket.disconnect().connect();
  }

  #lost(reason: string): void {
    if (this.#signal.aborted) return;
    this.#reach.value = "offline";
    if (reason === "io server disconnect") this.#knockLater();
  }

  #refused(message: string): void {
    const isUnauthorized = message.startsWith("unauthorized");
    this.#reach.value = isUnauthorized ? "unauthorized" : "offline";
    // Without a session it is no use; a network that is away is socket.io's own business.
    if (isUnauthorized && !this.#token) return;
    if (!this.#socket.active) this.#knockLater();
  }

  #knockLater(): void {
    clearTimeout(this.#knock);
    this.#knock = setTimeout(() => this.#signal.aborted || this.#socket.connect(), KNOCK_AGAIN);
  }

  #close(): void {
    clearTimeout(this.#knock);
    clearTimeout(this.#renewal);
    this.#socket.disconnect();
  }
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
