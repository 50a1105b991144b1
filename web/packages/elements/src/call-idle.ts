import type { ReactiveController, ReactiveControllerHost } from "lit";

const STILL_FOR = 5_000;

/** Whether nobody has moved the mouse, touched or typed for a while, so that what lies over the picture may go. */
export class Idle implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isIdle = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** Somebody is there. */
  stir(): void {
    clearTimeout(this.#timer);
    // Whoever has no mouse to move would not know how to get them back.
    if (matchMedia("(hover: hover)").matches) this.#timer = setTimeout(() => this.rest(), STILL_FOR);
    this.#set(false);
  }

  /** A tap on the picture sends the controls away at once. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#set(true);
  }

  hostConnected(): void {
    this.stir();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  #set(isIdle: boolean): void {
    if (isIdle === this.#isIdle) return;
    this.#isIdle = isIdle;
    this.#host.requestUpdate();
  }
}
