import type { Readable } from "@bedside/client";
import type { ReactiveController, ReactiveControllerHost } from "lit";

export type { Readable };

/** Draws its element again with each new value of a cell, as long as the element is in a page. */
export class Follow<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #cell: Readable<T> | undefined;
  #gone: AbortController | undefined;

  constructor(host: ReactiveControllerHost, cell?: Readable<T>) {
    this.#host = host;
    this.#cell = cell;
    host.addController(this);
  }

  get value(): T | undefined {
    return this.#cell?.value;
  }

  /** Follows another cell from now on, or none. */
  set cell(cell: Readable<T> | undefined) {
    if (cell === this.#cell) return;
    this.#cell = cell;
    if (this.#gone) this.hostConnected();
  }

  hostConnected(): void {
    this.hostDisconnected();
    this.#gone = new AbortController();
    this.#cell?.watch(() => this.#host.requestUpdate(), this.#gone.signal);
  }

  hostDisconnected(): void {
    this.#gone?.abort();
    this.#gone = undefined;
  }
}

/** Draws its element again every second, for what counts time. */
export class EverySecond implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(() => this.#host.requestUpdate(), 1_000);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
