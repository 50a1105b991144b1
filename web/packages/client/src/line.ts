import { openTransport, type Transport } from "./transport.ts";

export interface LineSetup {
  /** Where Socket.IO is, such as `https://bedside.example/socket.io/`. */
  readonly address: string;
  /** Whether cookies go with it. */
  readonly credentials: RequestCredentials;
  /** Who one is; asked once the server has greeted. */
  auth(): Promise<object>;
  opened(): void;
  heard(event: string, payload: unknown, acknowledge: (answer: object) => void): void;
  /** With what the server said, if it was its wish; without, if the line was lost. Nothing is told after it. */
  ended(refusal?: string): void;
}

/** A server that has not let one in by then is not there. */
const PATIENCE = 20_000;
const MESSAGE = /^(\d)\/video-call,(\d*)(.*)$/s;

/** One connection of Socket.IO 5, from its opening to its end. It does not come back. */
export class Line {
  readonly #setup: LineSetup;
  readonly #transport: Transport;
  readonly #asked = new Map<string, (answer?: unknown) => void>();
  #questions = 0;
  #state: "opening" | "open" | "over" = "opening";
  /** A server that is there says something in this time. */
  #pause = PATIENCE;
  #deadline = 0;
  #late: ReturnType<typeof setTimeout> | undefined;

  constructor(setup: LineSetup) {
    this.#setup = setup;
    this.#transport = openTransport({
      address: setup.address,
      credentials: setup.credentials,
      // In a turn of its own: a mistake of whoever listens is nothing for the transport to stumble over.
      heard: (packet) => queueMicrotask(() => this.#state === "over" || this.#hear(packet[0], packet.slice(1))),
      gone: () => this.lose(),
    });
    this.#wait();
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** It is open in name alone: the timers of a machine that slept are late. */
  get isOverdue(): boolean {
    return Date.now() > this.#deadline;
  }

  /** Asks something. `answered` gets nothing if the line ends before the answer comes. */
  ask(event: string, payload: object, answered: (answer?: unknown) => void): void {
    const id = String(this.#questions++);
    this.#asked.set(id, answered);
    this.#say(2, [event, payload], id);
  }

  /** Says good-bye. */
  close(): void {
    if (this.isOpen) this.#say(1);
    this.#finish();
  }

  /** Gives it up for lost. */
  lose(refusal?: string): void {
    if (this.#state === "over") return;
    this.#finish();
    this.#setup.ended(refusal);
  }

  #hear(kind: string | undefined, text: string): void {
    if (kind === "0") void this.#introduce(JSON.parse(text));
    if (kind === "1") this.lose();
    if (kind === "2") {
      this.#wait();
      this.#transport.send("3");
    }
    if (kind === "4") this.#read(text);
  }

  /** The server has greeted. */
  async #introduce({ pingInterval, pingTimeout }: { pingInterval: number; pingTimeout: number }): Promise<void> {
    this.#pause = pingInterval + pingTimeout;
    try {
      this.#say(0, await this.#setup.auth());
    } catch {
      this.lose("nobody");
    }
  }

  #read(message: string): void {
    const [, kind, id = "", text = ""] = MESSAGE.exec(message) ?? [];
    const data = text && JSON.parse(text);
    switch (kind) {
      case "0":
        this.#state = "open";
        this.#wait();
        return this.#setup.opened();
      case "1":
        return this.lose("dismissed");
      case "2":
        return this.#setup.heard(data[0], data[1], (answer) => id && this.#say(3, [answer], id));
      case "3":
        this.#asked.get(id)?.(data[0]);
        return void this.#asked.delete(id);
      case "4":
        return this.lose(data.message);
    }
  }

  #say(kind: number, data?: object, id: number | string = ""): void {
    if (this.#state !== "over") this.#transport.send(`4${kind}/video-call,${id}${data ? JSON.stringify(data) : ""}`);
  }

  #wait(): void {
    this.#deadline = Date.now() + this.#pause;
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.lose(), this.#pause);
  }

  #finish(): void {
    this.#state = "over";
    clearTimeout(this.#late);
    this.#transport.close();
    for (const answered of this.#asked.values()) answered();
  }
}
