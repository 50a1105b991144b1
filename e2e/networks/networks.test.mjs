// Two people, each behind a box of some kind, call each other: everybody reaches everybody, by the relay only where
// there is no other way. Page, server, relay and certificate are the real ones.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { certify, NO_AUTHORITY } from "../test/authority.mjs";
import { CHROMIUM, FLAGS, NEEDS, PATIENCE, sdk } from "../test/browsers.mjs";
import { BINARY, SECRET, token } from "../test/stage.mjs";
import { EXPECTED, isShort, KINDS, TO_THE_RELAY } from "./kinds.mjs";
import { Laboratory, obstacle, SERVER, WORLD } from "./laboratory.mjs";

const HOST = "calls.test";
const PAGE = readFileSync(new URL("../test/smallest-page.html", import.meta.url), "utf8").replace(
  "let room;",
  "let room;\n  globalThis.at = () => ({ room });",
);
const isLong = process.env.BEDSIDE_TEST_LONG === "1";
const obstacles = NEEDS.skip ?? (NO_AUTHORITY || obstacle());
const skip = obstacles && `NO CALL WAS TRIED FROM NETWORK TO NETWORK: ${obstacles}`;
if (skip) console.error(`!! SKIPPED: ${skip}`);

let laboratory, authority, script, said;
const browsers = new Map();
const ends = [];

before(async () => {
  if (skip) return;
  laboratory = new Laboratory(HOST);
  ends.push(() => laboratory.end());
  authority = certify(HOST);
  await Promise.all([serve(), sdk().then((built) => (script = built))]);
});

after(async () => {
  for (const browser of browsers.values()) await browser.close();
  for (const end of ends.reverse()) await end();
});

test("the table has each kind against each", () => {
  const kinds = Object.keys(KINDS);
  const each = kinds.flatMap((one, n) => kinds.slice(n).map((other) => `${one} ${other}`));
  assert.deepEqual(EXPECTED.map(({ caller, callee }) => `${caller} ${callee}`), each);
});

test("whoever checks the server is told that every way is open, and how it is seen", { skip }, () => {
  const env = { ...process.env, SSL_CERT_FILE: authority.root };
  const told = execFileSync("ip", bedside("check"), { env, encoding: "utf8" });
  const relays = `relays at ${SERVER}, and from relay to relay`;
  for (const line of [
    `https://${HOST} leads to Bedside`,
    `stun:${SERVER}:3478: this machine is seen as ${SERVER}`,
    `turn:${SERVER}:3478?transport=udp: ${relays}`,
    `turn:${SERVER}:3478?transport=tcp: ${relays}`,
    `turns:${HOST}:5349?transport=tcp: ${relays}`,
    `turns:${HOST}:443?transport=tcp: ${relays}`,
  ]) {
    assert.ok(told.includes(`  ok     ${line}\n`), `${line} is not in:\n${told}`);
  }
});

for (const { caller, callee, path, why } of EXPECTED.filter((one) => isLong || isShort(one))) {
  const how = path === "direct" ? "directly" : "by the relay";
  test(`${caller} and ${callee} see and hear each other ${how}: ${why}`, { skip }, async (t) => {
    const { ada, jane } = await call(t, { kind: caller }, { kind: callee });
    await Promise.all([until(ada, isOn, path), until(jane, isOn, path)]);
    await Promise.all([comesAnew(ada), comesAnew(jane)]);
    const ways = await Promise.all([ada.evaluate(wayTaken), jane.evaluate(wayTaken)]);
    for (const [n, kind] of [caller, callee].entries()) {
      assert.equal(ways[n].path, path);
      if (ways[n].own === "relay") assert.equal(ways[n].protocol, TO_THE_RELAY[kind], "the best way there is");
    }
    t.diagnostic(ways.map(({ own, protocol }) => (own === "relay" ? `relay over ${protocol}` : own)).join(" and "));
  });
}

test("whoever goes from Wi-Fi to the mobile network is heard and seen again within 3 s", { skip }, async (t) => {
  const { phone, ada, jane } = await onThePhone(t, "roams");
  const before = Date.now();
  laboratory.leaveWifi(phone);
  laboratory.takeMobile(phone);
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  const took = Date.now() - before;
  t.diagnostic(`sound and picture are back both ways after ${took} ms`);
  assert.ok(took < 3_000, `${took} ms`);
});

test("a call outlives ten seconds without any network", { skip }, async (t) => {
  const { phone, ada, jane } = await onThePhone(t, "tunnel");
  laboratory.leaveWifi(phone);
  const isWaiting = () => globalThis.at().room.state.value.others[0]?.media?.connection === "reconnecting";
  await until(jane, isWaiting);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  laboratory.takeMobile(phone);
  const before = Date.now();
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  t.diagnostic(`back ${Date.now() - before} ms after the network`);
});

/** Ada calls on her phone. */
async function onThePhone(t, what) {
  const phone = laboratory.phone(what);
  const calling = await call(t, { kind: `phone-${what}`, network: phone }, { kind: "open" });
  await Promise.all([until(calling.ada, isOn, "direct"), until(calling.jane, isOn, "direct")]);
  return { phone, ...calling };
}

/** Ada rings, Jane answers, and each has the other's picture. */
async function call(t, caller, callee) {
  const pair = `${caller.kind}-${callee.kind}`;
  const people = {
    ada: { sub: `ada-${pair}`, role: "patient", name: "Ada Patient" },
    jane: { sub: `jane-${pair}`, role: "practitioner", name: "Jane Smith" },
  };
  const [ada, jane] = await Promise.all([
    open(t, await browserOf("ada", caller), people.ada, people.jane),
    open(t, await browserOf("jane", callee), people.jane, people.ada),
  ]);
  await jane.waitForSelector("#call:enabled");
  await ada.click("#call:enabled");
  await jane.click("#accept:enabled");
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  return { ada, jane };
}

async function open(t, browser, person, callee) {
  const context = await browser.newContext();
  t.after(() => context.close());
  await context.addInitScript(keepAccount);
  // The page is the tests' own; whatever it asks for goes to the server.
  const files = {
    "smallest.html": { body: PAGE, contentType: "text/html" },
    "bedside.js": { body: script, contentType: "text/javascript" },
  };
  for (const [name, file] of Object.entries(files)) {
    await context.route(`https://${HOST}/${name}`, (route) => route.fulfill(file));
  }
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const given = new URLSearchParams({ url: `https://${HOST}`, token: token(person), callee: callee.sub });
  await page.goto(`https://${HOST}/smallest.html#${given}`);
  return page;
}

/** The browser of somebody behind a box of that kind; one for all their calls. */
async function browserOf(who, { kind, network = laboratory.person(who, kind) }) {
  if (!browsers.has(network)) {
    const env = { ...process.env, HOME: authority.home, BEDSIDE_NETWORK: network, BEDSIDE_CHROMIUM: CHROMIUM };
    const args = FLAGS.filter((flag) => flag !== "--allow-loopback-in-peer-connection");
    const executablePath = new URL("chromium", import.meta.url).pathname;
    browsers.set(network, await chromium.launch({ executablePath, headless: true, args, env }));
  }
  return browsers.get(network);
}

/** The server, as its operator would run it behind an address translation. */
async function serve() {
  const folder = mkdtempSync(join(tmpdir(), "bedside-networks-"));
  const flags = {
    "public-url": `https://${HOST}`,
    listen: "0.0.0.0:443",
    "tls-cert": authority.certificate,
    "tls-key": authority.key,
    "turn-public-ip": SERVER,
    "turn-allow-peer": WORLD,
    "data-dir": folder,
    "host-token-secret": SECRET,
  };
  said = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const env = { ...process.env, RUST_LOG: "warn" };
  const server = spawn("ip", bedside("serve"), { stdio: ["ignore", "pipe", "inherit"], env });
  const gone = new Promise((resolve) => server.once("exit", resolve));
  ends.push(async () => {
    server.kill("SIGTERM");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: server.stdout })) if (/^Bedside listens on /.test(line)) return;
  throw new Error("the server did not start");
}

/** A command of the server, where it stands and with its settings. */
function bedside(command) {
  return ["netns", "exec", laboratory.server, BINARY, command, ...said];
}

/** Sound and picture have come that had not when this was asked. */
async function comesAnew(page) {
  const before = await page.evaluate(() => globalThis.received());
  await until(page, async (before) => {
    const now = await globalThis.received();
    return now.audio > before.audio + 20 && now.frames > before.frames + 5;
  }, before);
}

/** Asks a page again and again. */
async function until(page, question, ...given) {
  for (const late = Date.now() + PATIENCE; Date.now() < late; ) {
    if (await page.evaluate(question, ...given)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const told = await page.evaluate(() => globalThis.wayTaken());
  throw new Error(`not so: ${question}; the way taken: ${JSON.stringify(told)}`);
}

/** All ways have been looked for, also those that show an address, and it is this one. */
const isOn = async (path) => {
  const way = await globalThis.wayTaken();
  return way.isSettled && way.path === path;
};
const wayTaken = () => globalThis.wayTaken();

/** Runs in a page before anything else: a small camera, and what comes over the newest connection by which way. */
function keepAccount() {
  let newest;
  globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
    constructor(given) {
      super(given);
      newest = this;
    }
  };
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = ({ video, audio }) =>
    ask({ audio, video: video && { width: 320, height: 240, frameRate: 15 } });
  globalThis.received = async () => {
    const all = [...((await newest?.getStats()) ?? new Map()).values()];
    const of = (kind) => all.find((entry) => entry.type === "inbound-rtp" && entry.kind === kind);
    return { audio: of("audio")?.packetsReceived ?? 0, frames: of("video")?.framesDecoded ?? 0 };
  };
  globalThis.wayTaken = async () => {
    const report = await newest?.getStats();
    const all = [...(report ?? new Map()).values()];
    const transport = all.find(({ type }) => type === "transport");
    const pair = report?.get(transport?.selectedCandidatePairId);
    if (!pair) return {};
    const [own, other] = [report.get(pair.localCandidateId), report.get(pair.remoteCandidateId)];
    const path = [own.candidateType, other.candidateType].includes("relay") ? "relay" : "direct";
    // While it rings there are no candidates but those of the relay.
    const hasOwn = all.some((one) => one.type === "local-candidate" && one.candidateType === "host");
    const isSettled = hasOwn && newest.iceGatheringState === "complete";
    return { isSettled, path, own: own.candidateType, other: other.candidateType, protocol: own.relayProtocol };
  };
}
