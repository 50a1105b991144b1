import { io, type Socket } from "socket.io-client";
import type { Heard, Said } from "./heard.ts";
import { type RefusalCode, Refused } from "./problem.ts";

/** An answer that has not come by then does not come. */
const PATIENCE = 10_000;
/** When the server has closed the door, socket.io does not knock again by itself. */
const KNOCK_AGAIN = 3_000;

type Answer = { readonly ok: true } | { readonly ok: false; readonly error: { code: RefusalCode; message: string } };

/** The live side of the server, signed in by the session cookie. Closed until `open`; listeners outlive connections. */
export class Live {
  readonly #socket: Socket;
  #open = false;
  #knock: ReturnType<typeof setTimeout> | undefined;

  /** `device` tells two devices of one person apart; without `address` it is the server of the page. */
  constructor(device: string, address = "") {
    this.#socket = io(`${address}/video-call`, {
      autoConnect: false,
      withCredentials: true,
      auth: { deviceId: device },
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
    });
    this.#socket.on("disconnect", (reason) => {
      if (reason === "io server disconnect") this.#knockLater();
    });
    this.#socket.on("connect_error", (refused) => {
      // Without a session it is no use; a network that is away is socket.io's own business.
      if (!refused.message.startsWith("unauthorized") && !this.#socket.active) this.#knockLater();
    });
  }

  get isConnected(): boolean {
    return this.#socket.connected;
  }

  open(): void {
    this.#open = true;
    this.#socket.connect();
  }

  close(): void {
    this.#open = false;
    clearTimeout(this.#knock);
    this.#socket.disconnect();
  }

  /** Listens until `until` is aborted. What wants an acknowledgement gets it: somebody has heard. */
  on<E extends keyof Heard>(event: E, tell: (payload: Heard[E]) => void, until: AbortSignal): void {
    const heard = (payload: unknown, acknowledge?: (answer: object) => void) => {
      acknowledge?.({});
      tell(payload as Heard[E]);
    };
    const name: string = event;
    this.#socket.on(name, heard);
    until.addEventListener("abort", () => this.#socket.off(name, heard), { once: true });
  }

  /** What came of it, or the refusal. */
  async ask<E extends keyof Said>(event: E, payload: Said[E][0]): Promise<Said[E][1]> {
    let answer: Answer;
    try {
      answer = (await this.#socket.timeout(PATIENCE).emitWithAck(event, payload)) as Answer;
    } catch (failure) {
      throw new Refused("unreachable", String(failure));
    }
    if (!answer.ok) throw new Refused(answer.error.code, answer.error.message);
    return answer;
  }

  #knockLater(): void {
    clearTimeout(this.#knock);
    this.#knock = setTimeout(() => this.#open && this.#socket.connect(), KNOCK_AGAIN);
  }
}
