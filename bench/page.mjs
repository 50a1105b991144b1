// how soon the first page can be used on a slow phone, and what it weighs

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { loadAverage } from "./parts/figures.mjs";

const CHROMIUM = process.env.BEDSIDE_TEST_CHROMIUM ?? "/usr/bin/chromium";
const RUNS = 5;
/** A phone of some years ago in a weak network; the weight counts whatever the network is. */
const SLOWER = 4;
const BYTES_A_SECOND = 1_600_000 / 8;
const ROUND_TRIP_MS = 40;
const PHONE = { width: 360, height: 740 };
const MOST = { kilobytes: 150, milliseconds: 1_000 };

const binary = resolve(process.argv[2] ?? "target/release/bedside");
if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}; install chromium, or set BEDSIDE_TEST_CHROMIUM`);
const { chromium } = await import(new URL("../e2e/node_modules/playwright-core/index.mjs", import.meta.url).href);
let over = false;

const server = spawn(binary, ["demo", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const link = await linkOf("Ada Patient");
  const door = await several(async () => measure(await browser.newContext(), new URL("/", link).href, "home-page form button"));
  report("the door, before signing in", door);
  const context = await browser.newContext();
  const first = await context.newPage();
  await first.goto(link);
  await first.locator("sign-in-page button.main").click();
  await first.waitForURL(/\/patient\/appointments$/);
  await first.close();
  const list = await several(() => measure(context, new URL("/patient/appointments", link).href, "appointments-page .next button"));
  report("a patient's appointments, signed in", list);
  console.log(`${SLOWER}× slower processor, 1.6 Mbit/s, ${ROUND_TRIP_MS} ms round trip; load average ${loadAverage()}`);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
process.exitCode = over ? 1 : 0;

/** Opens an address as for the first time: when `selector` is there and answers, and how many bytes came by then. */
async function measure(context, address, selector) {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  let bytes = 0;
  cdp.on("Network.dataReceived", ({ encodedDataLength }) => (bytes += encodedDataLength));
  cdp.on("Network.responseReceived", ({ response }) => (bytes += response.encodedDataLength));
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  const network = { offline: false, latency: ROUND_TRIP_MS, downloadThroughput: BYTES_A_SECOND, uploadThroughput: BYTES_A_SECOND };
  await cdp.send("Network.emulateNetworkConditions", network);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.setViewportSize(PHONE);
  await page.addInitScript(watchFor, selector);
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(() => globalThis.usableAt !== undefined, undefined, { timeout: 30_000 });
  const usable = { milliseconds: await page.evaluate(() => globalThis.usableAt), kilobytes: bytes / 1_000 };
  await page.close();
  return usable;
}

/** In the page: it can be used once what is looked for is drawn and the thread that answers a press is free. */
function watchFor(selector) {
  const look = () => {
    if (!document.querySelector(selector)) return requestAnimationFrame(look);
    // After the frame in which it is drawn, and after whatever was already waiting for the thread.
    requestAnimationFrame(() => setTimeout(() => (globalThis.usableAt = performance.now())));
  };
  requestAnimationFrame(look);
}

async function linkOf(name) {
  for await (const line of createInterface({ input: server.stdout })) {
    const [, who, link] = line.match(/^ {2}(.+?) \(\w+\) +(http\S+)$/) ?? [];
    if (who === name) return link;
  }
  throw new Error("the demo did not start");
}

async function several(measureOnce) {
  await measureOnce(); // The server and the browser have warmed up after this one.
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await measureOnce());
  return runs;
}

function report(what, runs) {
  for (const [unit, short] of [
    ["kilobytes", "kB"],
    ["milliseconds", "ms"],
  ]) {
    const figures = runs.map((run) => run[unit]).toSorted((a, b) => a - b);
    const [least, middle, most] = [figures[0], figures[figures.length >> 1], figures.at(-1)].map((it) => it.toFixed(0));
    const isFine = Number(middle) <= MOST[unit];
    over ||= !isFine;
    const range = `${middle} ${short} (${least} to ${most})`.padEnd(24);
    console.log(`${what.padEnd(36)} ${range} at most ${MOST[unit]} ${short}   ${isFine ? "ok" : "TOO MUCH"}`);
  }
}
