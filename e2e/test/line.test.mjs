// The SDK's way to the server, through networks that let websockets through and through those that do not.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { browse, host, NEEDS, open, PATIENCE, sdk } from "./browsers.mjs";
import { serve, token } from "./stage.mjs";

const ADA = { sub: "ada", role: "patient", name: "Ada Patient" };
const PAGE = `<!doctype html><script type="module">
  import { codeOf, connect } from "./bedside.js";
  const { url, tokens } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  let asked = 0;
  const token = async () => tokens[Math.min(asked++, tokens.length - 1)];
  const bedside = connect({ url, token, signal: new AbortController().signal });
  Object.assign(globalThis, { bedside, reaches: [], outcome: (act) => act.then((done) => done ?? "done", codeOf) });
  let last;
  bedside.state.watch(({ reach }) => reach !== last && reaches.push((last = reach)), new AbortController().signal);
</script>`;

for (const network of ["passes", "refuses", "swallows"]) {
  test(`a network that ${network} websockets lets one ring and come back after a restart`, NEEDS, async (t) => {
    const { page, proxy, stage } = await reached(t, network);
    const jane = await stage.person("jane", "practitioner", "Jane Smith");
    await page.evaluate(() => globalThis.bedside.ring("jane"));
    const { callId } = await jane.heard("incoming-video-call");
    await until(page, () => globalThis.bedside.state.value.outgoing?.state === "ringing");
    await jane.does("reject-video-call", { callId });
    await until(page, () => globalThis.bedside.state.value.outgoing?.state === "over");
    assert.equal(proxy.polls > 0, network !== "passes");

    await stage.kill();
    await until(page, () => globalThis.bedside.state.value.reach === "offline");
    await stage.start();
    await online(page);
    assert.equal(await page.evaluate(() => globalThis.outcome(globalThis.bedside.setPresence("dnd"))), "done");
  });
}

for (const network of ["passes", "refuses"]) {
  test(`where a network ${network} websockets, a server that stops answering is found anew`, NEEDS, async (t) => {
    const { page, proxy } = await reached(t, network);
    proxy.hold();
    await page.evaluate(() => dispatchEvent(new Event("offline")));
    await until(page, () => globalThis.bedside.state.value.reach === "offline");
    proxy.release();
    await online(page);
    assert.equal(await page.evaluate(() => globalThis.outcome(globalThis.bedside.setPresence("online"))), "done");
  });

  test(`where a network ${network} websockets, an answer that does not come is not waited for`, NEEDS, async (t) => {
    const { page, proxy } = await reached(t, network);
    proxy.hold();
    assert.equal(await page.evaluate(() => globalThis.outcome(globalThis.bedside.setPresence("dnd"))), "unreachable");
  });

  test(`where a network ${network} websockets, a token that is refused is asked for anew`, NEEDS, async (t) => {
    const ended = token({ ...ADA, exp: Math.floor(Date.now() / 1000) - 3_600 });
    const { page } = await reached(t, network, [ended, token(ADA)]);
    assert.ok((await page.evaluate(() => globalThis.reaches)).includes("unauthorized"));
  });
}

/** A page that has reached the server, through such a network. */
async function reached(t, network, tokens = [token(ADA)]) {
  const address = await host(t, { "index.html": PAGE, "bedside.js": await sdk() });
  const stage = await serve(t, "--allow-origin", address);
  const proxy = await Proxy.before(t, stage, network);
  const given = encodeURIComponent(JSON.stringify({ url: proxy.address, tokens }));
  const page = await open(await browse(t), `${address}/index.html#${given}`);
  await online(page);
  return { page, proxy, stage };
}

const online = (page) => until(page, () => globalThis.bedside.state.value.reach === "online");
const until = (page, question) => page.waitForFunction(question, undefined, { timeout: PATIENCE });

/** What stands between a hospital and the world. */
class Proxy {
  address;
  /** How many requests of long polling went through. */
  polls = 0;
  #stage;
  #network;
  #sockets = new Set();
  #released = Promise.resolve();
  #release = () => undefined;

  static async before(t, stage, network) {
    const proxy = new Proxy();
    proxy.#stage = stage;
    proxy.#network = network;
    const server = createServer((asked, answer) => proxy.#pass(asked, answer));
    server.on("connection", (socket) => proxy.#keep(socket));
    server.on("upgrade", (asked, socket, head) => proxy.#upgrade(asked, socket, head));
    await new Promise((listens) => server.listen(0, "127.0.0.1", listens));
    t.after(() => {
      proxy.release();
      server.close();
      for (const socket of proxy.#sockets) socket.destroy();
    });
    proxy.address = `http://127.0.0.1:${server.address().port}`;
    return proxy;
  }

  /** Nothing goes through any more, and nobody is told. */
  hold() {
    this.#released = new Promise((release) => (this.#release = release));
    for (const socket of this.#sockets) socket.pause();
  }

  release() {
    this.#release();
    for (const socket of this.#sockets) socket.resume();
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
  }

  async #pass(asked, answer) {
    const { method, url, headers } = asked;
    await this.#released;
    if (url.includes("transport=polling")) this.polls += 1;
    const onward = request(`http://${this.#stage.address}${url}`, { method, headers }, async (answered) => {
      await this.#released;
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
    answer.on("close", () => onward.destroy());
  }

  async #upgrade({ url, headers }, socket, head) {
    await this.#released;
    if (this.#network === "swallows") return;
    if (this.#network === "refuses") {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const [, port] = this.#stage.address.split(":");
    const onward = connect(Number(port), "127.0.0.1", () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    this.#keep(onward);
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  }
}
