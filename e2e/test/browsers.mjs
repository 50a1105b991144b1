// What the tests in browsers share: Chromium with a fake camera, and pages of somebody else's.

import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";

export const CHROMIUM = process.env.BEDSIDE_TEST_CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--use-fake-device-for-media-stream=fps=15",
  "--use-fake-ui-for-media-stream",
  "--allow-loopback-in-peer-connection",
  "--autoplay-policy=no-user-gesture-required",
];
export const NEEDS = existsSync(CHROMIUM)
  ? {}
  : { skip: `NO CALL WAS TRIED IN A BROWSER: there is no ${CHROMIUM}. Install chromium, or set BEDSIDE_TEST_CHROMIUM.` };
export const PATIENCE = 20_000;

export async function browse(t, args = FLAGS, env = process.env) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args, env });
  t.after(() => browser.close());
  return browser.newContext();
}

export async function open(browser, address) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(address);
  return page;
}

/** The picture of the other side is there, perhaps within an element and of a certain form, and it moves. */
export async function plays(page, selector, form) {
  const moved = ({ selector, form, since }) => {
    const find = (root) => {
      for (const one of root.querySelectorAll("*")) {
        const found = one.matches(selector) ? one : one.shadowRoot && find(one.shadowRoot);
        if (found) return found;
      }
      return undefined;
    };
    const video = find(document);
    const isThere = video && video.videoWidth > 0 && video.currentTime > since;
    const isSo = isThere && (!form || Math.abs(video.videoWidth / video.videoHeight - form) < 0.05);
    return isSo ? video.currentTime : false;
  };
  const options = { timeout: PATIENCE };
  const first = await page.waitForFunction(moved, { selector, form, since: 0 }, options);
  await page.waitForFunction(moved, { selector, form, since: (await first.jsonValue()) + 0.5 }, options);
}

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };

/** Serves files, by name, from an address of their own. */
export async function host(t, files) {
  const server = createServer((request, response) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1);
    response.writeHead(name in files ? 200 : 404, { "content-type": TYPES[extname(name)] ?? "text/plain" });
    response.end(files[name] ?? "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://localhost:${server.address().port}`;
}

/** The SDK in one file, as a page loads it. */
export async function sdk() {
  const { build } = await import(new URL("../../web/node_modules/vite/dist/node/index.js", import.meta.url).href);
  const folder = mkdtempSync(join(tmpdir(), "bedside-sdk-"));
  const entry = new URL("../../web/packages/client/src/index.ts", import.meta.url).pathname;
  const lib = { entry, formats: ["es"], fileName: () => "bedside.js" };
  await build({ configFile: false, logLevel: "silent", build: { lib, outDir: folder, minify: false } });
  const script = readFileSync(join(folder, "bedside.js"), "utf8");
  rmSync(folder, { recursive: true });
  return script;
}

/**
 * Lets the pages of a context reach each other over lines that can be cut, and can be slow: whatever they send goes
 * through sockets of this process. Paths that are found after a cut have lines of their own.
 */
export class Lines {
  #sockets = [];
  #bitsPerSecond = Infinity;

  constructor(t) {
    t.after(() => this.cut());
  }

  async lead(context) {
    await context.exposeFunction("lineTo", (port) => this.#lineTo(port));
    await context.addInitScript(() => {
      const add = RTCPeerConnection.prototype.addIceCandidate;
      RTCPeerConnection.prototype.addIceCandidate = async function (init) {
        const [, before, port, after] = init.candidate?.match(/^(.* udp \d+ 127\.0\.0\.1) (\d+)( typ host.*)$/) ?? [];
        if (before === undefined) return undefined; // No way around.
        const line = await globalThis.lineTo(Number(port));
        return add.call(this, { ...init, candidate: `${before} ${line}${after}` });
      };
    });
  }

  cut() {
    for (const socket of this.#sockets.splice(0)) socket.close();
  }

  /** Every line carries so much from now on, each way. What would wait for longer than half a second is lost. */
  carry(bitsPerSecond) {
    this.#bitsPerSecond = bitsPerSecond;
  }

  /** One way of a line. */
  #way() {
    let isFreeAt = 0;
    return (packet, send) => {
      const now = performance.now();
      const begins = Math.max(now, isFreeAt);
      if (begins - now > 500) return;
      isFreeAt = begins + (packet.length * 8_000) / this.#bitsPerSecond;
      if (isFreeAt <= now) send();
      else setTimeout(send, isFreeAt - now);
    };
  }

  /** A port from which everything goes to that other one; each sender has a socket of its own on the way back. */
  async #lineTo(port) {
    const front = await this.#socket();
    const backs = new Map();
    const there = this.#way();
    front.on("message", async (packet, from) => {
      if (!backs.has(from.port)) backs.set(from.port, this.#back(front, from.port));
      const back = await backs.get(from.port);
      there(packet, () => this.#sockets.includes(back) && back.send(packet, port, "127.0.0.1"));
    });
    return front.address().port;
  }

  async #back(front, port) {
    const back = await this.#socket();
    const here = this.#way();
    back.on("message", (packet) =>
      here(packet, () => this.#sockets.includes(front) && front.send(packet, port, "127.0.0.1")),
    );
    return back;
  }

  async #socket() {
    const socket = createSocket("udp4");
    socket.on("error", () => undefined);
    this.#sockets.push(socket);
    await new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return socket;
  }
}

const FIREFOX = process.env.BEDSIDE_TEST_FIREFOX ?? "/usr/bin/firefox-esr";
export const NEEDS_FIREFOX = existsSync(FIREFOX)
  ? NEEDS
  : { skip: `NO CALL WAS TRIED IN FIREFOX: there is no ${FIREFOX}. Install firefox-esr, or set BEDSIDE_TEST_FIREFOX.` };

/** A page in Firefox, with a fake camera as well, in which `first` runs before anything else. It may have a profile. */
export async function openFirefox(t, address, first = () => undefined, userDataDir) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: FIREFOX,
    headless: true,
    ...(userDataDir && { userDataDir }),
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.autoplay.default": 0,
      "media.peerconnection.ice.loopback": true,
    },
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(first);
  await page.goto(address);
  return page;
}

/** Runs in a page before anything else: counts what comes over each of its connections that is still open. */
export function keepCount() {
  const Connection = globalThis.RTCPeerConnection;
  const all = [];
  globalThis.RTCPeerConnection = class extends Connection {
    constructor(given) {
      super(given);
      all.push(this);
    }
  };
  globalThis.received = async () => {
    const alive = all.filter(({ connectionState }) => connectionState === "connected");
    const reports = await Promise.all(alive.map((one) => one.getStats()));
    return reports.map((report) => {
      const of = (kind) => [...report.values()].find((one) => one.type === "inbound-rtp" && one.kind === kind);
      const { totalAudioEnergy = 0 } = of("audio") ?? {};
      return { energy: totalAudioEnergy, frames: of("video")?.framesDecoded ?? 0 };
    });
  };
}

/** A browser in whose pages it is counted what comes. */
export async function counting(t) {
  const browser = await browse(t);
  await browser.addInitScript(keepCount);
  return browser;
}

/** From so many others come sound that is heard and pictures that are new. */
export async function hearsAndSees(page, others) {
  const before = await page.evaluate(() => globalThis.received());
  const isSo = async ({ others, before }) => {
    const now = await globalThis.received();
    const grows = (one, n) => one.energy > (before[n]?.energy ?? 0) && one.frames > (before[n]?.frames ?? 0) + 5;
    return now.length === others && now.every(grows);
  };
  for (const late = Date.now() + PATIENCE; Date.now() < late; await new Promise((soon) => setTimeout(soon, 200))) {
    if (await page.evaluate(isSo, { others, before })) return;
  }
  throw new Error(`not from ${others}: ${JSON.stringify(await page.evaluate(() => globalThis.received()))}`);
}
