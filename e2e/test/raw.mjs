// Engine.IO without a client library: packets as they stand on the wire.

import { WebSocket } from "ws";

/** A websocket that remembers what came. */
export class RawSocket {
  #came = [];
  #waiting;
  #socket;

  constructor(url) {
    this.#socket = new WebSocket(url.replace(/^http/, "ws"));
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("error", () => {}); // `closed` follows.
    this.#socket.addEventListener("message", ({ data }) => this.#hear(typeof data === "string" ? data : Buffer.from(data)));
    this.closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve));
    this.opened = new Promise((resolve) => this.#socket.addEventListener("open", resolve));
    this.closed.then(() => this.#hear(null));
  }

  #hear(packet) {
    this.#came.push(packet);
    this.#waiting?.();
  }

  /** The next packet; null once the socket is closed. */
  async next() {
    while (this.#came.length === 0) await new Promise((resolve) => (this.#waiting = resolve));
    return this.#came.shift();
  }

  /** The next packet that is no ping; pings are answered. */
  async nextSaid() {
    const packet = await this.next();
    if (packet !== "2") return packet;
    this.send("3");
    return this.nextSaid();
  }

  send(...packets) {
    for (const packet of packets) this.#socket.send(packet);
  }

  /** Reads no more, so that the sender's buffers fill. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  close() {
    this.#socket.close();
  }
}

/** A session over polling. */
export class RawPolling {
  constructor(url, sid) {
    this.url = url;
    this.sid = sid;
  }

  static async open(url) {
    const answer = await fetch(`${url}?EIO=4&transport=polling`);
    return new RawPolling(url, JSON.parse((await answer.text()).slice(1)).sid);
  }

  get #address() {
    return `${this.url}?EIO=4&transport=polling&sid=${this.sid}`;
  }

  async get(how = {}) {
    const answer = await fetch(this.#address, how);
    return { status: answer.status, text: await answer.text() };
  }

  async post(body) {
    const answer = await fetch(this.#address, { method: "POST", body });
    return { status: answer.status, text: await answer.text() };
  }

  /** The websocket that takes the session over. */
  upgrade() {
    return new RawSocket(`${this.url}?EIO=4&transport=websocket&sid=${this.sid}`);
  }
}
