/** Holds one value and tells whoever watches. */
export class Cell<T> {
  readonly #watchers = new Set<(value: T) => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** The same value again is no news. */
  set value(value: T) {
    if (Object.is(this.#value, value)) return;
    this.#value = value;
    for (const tell of [...this.#watchers]) tell(value);
  }

  /** Tells the value now and after each change, until `signal` is aborted. */
  watch(tell: (value: T) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    // A watcher of its own each time, so that one function may watch twice.
    const watcher = (value: T) => tell(value);
    this.#watchers.add(watcher);
    signal.addEventListener("abort", () => this.#watchers.delete(watcher), { once: true });
    tell(this.#value);
  }
}

/** A cell as everybody but its owner sees it. */
export type Readable<T> = Pick<Cell<T>, "value" | "watch">;
