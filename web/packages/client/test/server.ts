import { vi } from "vitest";

/** What a websocket reaches, or long polling. */
export type Network = "open" | "refuses websockets" | "swallows websockets" | "is gone";

const GREETING = '0{"sid":"s1","pingInterval":25000,"pingTimeout":20000}';

/** A server as the browser sees it: through websockets and `fetch`. The test says what it says. */
export class Server {
  network: Network = "open";
  /** What the client said, however it came. */
  readonly heard: string[] = [];
  /** What long polling carried at once. */
  readonly payloads: string[] = [];
  /** The websocket that is open, if there is one. */
  socket: FakeSocket | undefined;
  /** Lets in whoever comes. */
  isWelcoming = true;
  #waiting: string[] = [];
  #answer: ((answer: Response) => void) | undefined;

  constructor() {
    const server = this;
    vi.stubGlobal("location", { href: "https://bedside.example/" });
    vi.stubGlobal(
      "WebSocket",
      class extends FakeSocket {
        constructor(address: string) {
          super(server, address);
        }
      },
    );
    vi.stubGlobal("fetch", (address: string, request: RequestInit) => this.#fetch(address, request));
  }

  say(packet: string): void {
    if (this.socket) this.socket.onmessage?.({ data: packet });
    else {
      this.#waiting.push(packet);
      this.#give();
    }
  }

  hear(packet: string): void {
    this.heard.push(packet);
    if (packet.startsWith("40") && this.isWelcoming) this.say('40/video-call,{"sid":"s2"}');
  }

  greet(): void {
    this.say(GREETING);
  }

  async #fetch(address: string, { method = "GET", body, signal }: RequestInit): Promise<Response> {
    if (this.network === "is gone") throw new TypeError("Failed to fetch");
    if (method === "POST") {
      this.payloads.push(String(body));
      for (const packet of String(body).split("\x1e")) this.hear(packet);
      return new Response("ok");
    }
    if (!address.includes("sid=")) return new Response(GREETING);
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      signal?.addEventListener("abort", () => reject(signal.reason));
      this.#give();
    });
  }

  #give(): void {
    if (!this.#answer || this.#waiting.length === 0) return;
    this.#answer(new Response(this.#waiting.splice(0).join("\x1e")));
    this.#answer = undefined;
  }
}

class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  isClosed = false;
  readonly address: string;
  readonly #server: Server;

  constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
    queueMicrotask(() => this.#arrive());
  }

  #arrive(): void {
    const { network } = this.#server;
    if (network === "swallows websockets") return;
    if (network !== "open") return this.onclose?.();
    this.#server.socket = this;
    this.#server.greet();
  }

  send(packet: string): void {
    this.#server.hear(packet);
  }

  close(): void {
    this.isClosed = true;
    if (this.#server.socket === this) this.#server.socket = undefined;
  }
}
