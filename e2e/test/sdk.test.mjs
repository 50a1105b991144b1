// Pages of somebody else's, made with the SDK, in real browsers against the real server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browse, host, Lines, NEEDS, NEEDS_FIREFOX, open, openFirefox, PATIENCE, plays, sdk } from "./browsers.mjs";
import { serve, token } from "./stage.mjs";

const PAGE = readFileSync(new URL("smallest-page.html", import.meta.url), "utf8");
const JANE = { sub: "jane", role: "practitioner", name: "Jane Smith" };
const ADA = { sub: "ada", role: "patient", name: "Ada Patient" };

test("the readme of the SDK holds the smallest page as it is run", () => {
  const readme = readFileSync(new URL("../../web/packages/client/README.md", import.meta.url), "utf8");
  assert.ok(readme.includes(`\`\`\`html\n${PAGE}\`\`\``));
});

test("the smallest page rings, answers, shows both, and hangs up", NEEDS, async (t) => {
  const { ada, jane } = await inACall(t);
  assert.deepEqual(await Promise.all([told(ada), told(jane)]), ["connected", "connected"]);
  await ada.click("#end");
  await Promise.all([says(ada, "over: ended"), says(jane, "over: ended")]);
});

test("sound and picture go both ways, and both see the same code", NEEDS, async (t) => {
  const { ada, jane } = await inACall(t);
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  const codes = await Promise.all([codeAt(ada), codeAt(jane)]);
  assert.match(codes[0], /^\d{7}$/);
  assert.equal(codes[0], codes[1]);
});

test("a path that is lost is found anew long before the browser gives it up, for sound and picture", NEEDS, async (t) => {
  const lines = new Lines(t);
  const { ada, jane } = await inACall(t, { lines });
  const before = Date.now();
  lines.cut();
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  const took = Date.now() - before;
  t.diagnostic(`back after ${took} ms`);
  // Chromium itself takes fifteen seconds and more to call it failed.
  assert.ok(took < 10_000, `${took} ms`);
});

test("an offer that is lost in a call does not keep the two from agreeing for good", NEEDS, async (t) => {
  const { ada, jane } = await inACall(t, { hold: {} });
  await Promise.all([until(ada, isDirect), until(jane, isDirect)]);
  const before = await Promise.all([ada.evaluate(connections), jane.evaluate(connections)]);
  // Ada's is lost; and hers it is that counts if both have offered.
  await ada.evaluate(() => globalThis.lose(1));
  for (const page of [ada, jane]) await page.evaluate(() => dispatchEvent(new Event("online")));
  await until(ada, () => globalThis.all.at(-1).signalingState === "have-local-offer");
  const isAgreed = () => globalThis.all.at(-1).signalingState === "stable";
  await Promise.all([until(ada, isAgreed), until(jane, isAgreed)]);
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  assert.deepEqual(await Promise.all([ada.evaluate(connections), jane.evaluate(connections)]), before);
});

test("a server that is killed and comes back is not noticed in a direct call", NEEDS, async (t) => {
  const { stage, ada, jane } = await inACall(t);
  const watch = () => {
    globalThis.seen = [];
    const video = document.getElementById("other");
    setInterval(() => globalThis.seen.push(video.currentTime), 250);
    const { room, gone } = globalThis.at();
    room.state.watch(({ others: [other] }) => globalThis.seen.push(other?.media?.connection ?? "nobody"), gone);
  };
  await Promise.all([ada.evaluate(watch), jane.evaluate(watch)]);
  await stage.kill();
  await stage.start();
  // Both are in the room again, and write to each other.
  const writes = () => globalThis.at().room.chat("still here", "m1").then(() => true, () => false);
  await until(ada, writes);
  await until(jane, () => globalThis.at().room.state.value.chat.some(({ text }) => text === "still here"));
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  for (const page of [ada, jane]) {
    const seen = await page.evaluate(() => globalThis.seen);
    const times = seen.filter((one) => typeof one === "number");
    assert.deepEqual([...new Set(seen.filter((one) => typeof one === "string"))], ["connected"]);
    const stops = times.slice(1).filter((time, n) => time === times[n]).length;
    assert.ok(stops <= 2, `the picture stood still ${stops} times`);
  }
});

test("the two connect while it rings, over a relay and without a camera, and take the direct path after", NEEDS, async (t) => {
  const { ada, jane } = await ringing(t);
  await Promise.all([until(ada, isConnected), until(jane, isConnected)]);
  const opened = () => globalThis.at().local.state.value.camera.state;
  assert.deepEqual(await Promise.all([ada.evaluate(opened), jane.evaluate(opened)]), ["off", "off"]);
  assert.deepEqual(await Promise.all([ada.evaluate(kinds), jane.evaluate(kinds)]), [["relay"], ["relay"]]);
  const before = Date.now();
  await answer({ ada, jane });
  t.diagnostic(`picture moves on both sides ${Date.now() - before} ms after the press of Accept`);
  await Promise.all([until(ada, isDirect), until(jane, isDirect)]);
  assert.deepEqual(await Promise.all([ada.evaluate(connections), jane.evaluate(connections)]), [1, 1]);
});

test("a ring that is given up or declined leaves no connection behind, on neither side", NEEDS, async (t) => {
  const { ada, jane } = await ringing(t);
  const areClosed = () => globalThis.all.every(({ signalingState }) => signalingState === "closed");
  await Promise.all([until(ada, isConnected), until(jane, isConnected)]);
  await ada.evaluate(() => globalThis.at().bedside.cancel());
  await Promise.all([until(ada, areClosed), until(jane, areClosed)]);
  await ada.evaluate(() => globalThis.at().bedside.closeOutgoing());
  await ada.click("#call:enabled");
  await Promise.all([until(ada, isConnected), until(jane, isConnected)]);
  await jane.evaluate(() => globalThis.at().bedside.refuse(globalThis.at().bedside.state.value.rings[0].callId));
  await Promise.all([until(ada, areClosed), until(jane, areClosed)]);
});

test("a page that goes while it enters is in the room for a moment and no longer", NEEDS, async (t) => {
  const { stage, ada, jane } = await inACall(t);
  const [{ callId }] = (await stage.rest("GET", "/api/video-call/active-sessions", token(ADA))).items;
  await ada.evaluate(() => globalThis.at().room.leave());
  await until(jane, () => globalThis.at().room.state.value.others.length === 0);
  await jane.evaluate(() => {
    globalThis.seen = [];
    const { room, gone } = globalThis.at();
    room.state.watch(({ others }) => globalThis.seen.push(others.length), gone);
  });
  await ada.evaluate((callId) => {
    const { bedside, local } = globalThis.at();
    const page = new AbortController();
    bedside.enter({ callId }, { local, signal: page.signal });
    page.abort();
  }, callId);
  await until(jane, () => globalThis.seen.includes(1) && globalThis.seen.at(-1) === 0);
});

test("what is lost while it rings is said again", NEEDS, async (t) => {
  const { ada, jane } = await ringing(t, { hold: { from: "ada", signals: 3 } });
  await Promise.all([until(ada, isConnected), until(jane, isConnected)]);
  await answer({ ada, jane });
  assert.deepEqual(await Promise.all([ada.evaluate(connections), jane.evaluate(connections)]), [1, 1]);
});

for (const { lost, from, first } of [
  { lost: "offer", from: "ada", first: "ada" },
  { lost: "answer", from: "jane", first: "jane" },
]) {
  test(`a call that is answered before the ${lost} of its ringing arrives is connected all the same`, NEEDS, async (t) => {
    const { ada, jane } = await ringing(t, { hold: { from, signals: 1_000, last: first === "ada" ? "jane" : "ada" } });
    if (lost === "answer") await until(jane, () => globalThis.all.at(-1)?.signalingState === "stable");
    await jane.click("#accept:enabled");
    const pages = first === "ada" ? [ada, jane] : [jane, ada];
    // Whoever is there first continues what the other has not heard of, or not to its end.
    await until(pages[0], () => globalThis.at().room?.state.value.stage.state === "inside");
    await pages[1].evaluate(() => globalThis.enter());
    await Promise.all([until(ada, isMoving), until(jane, isMoving)]);
  });
}

test("a relayed call is back soon after the server is", NEEDS, async (t) => {
  const { stage, ada, jane } = await inACall(t, { isRelayed: true });
  assert.deepEqual(await Promise.all([ada.evaluate(kinds), jane.evaluate(kinds)]), [["relay"], ["relay"]]);
  await stage.kill();
  await until(ada, () => globalThis.at().room.state.value.others[0]?.media?.connection === "reconnecting");
  await stage.start();
  const before = Date.now();
  await Promise.all([comesAnew(ada), comesAnew(jane)]);
  const took = Date.now() - before;
  t.diagnostic(`back ${took} ms after the server`);
  assert.ok(took < 5_000, `${took} ms`);
});

test("the network test tells which ways are open", NEEDS, async (t) => {
  const { stage, ada } = await ringing(t);
  const ask = () => globalThis.test(globalThis.at().bedside.iceServers);
  const report = await ada.evaluate(ask);
  assert.deepEqual(report, { browser: "works", ways: { udp: "works", tcp: "works", tls: "absent" }, verdict: "good" });
  await stage.kill();
  assert.equal((await ada.evaluate(ask)).verdict, "blocked");
});

for (const callers of [{ ada: "Chromium", jane: "Firefox" }, { ada: "Firefox", jane: "Chromium" }]) {
  test(`${callers.ada} calls ${callers.jane}, connected while it rings`, NEEDS_FIREFOX, async (t) => {
    const { ada, jane } = await ringing(t, { browsers: callers });
    await Promise.all([until(ada, isConnected), until(jane, isConnected)]);
    await jane.click("#accept:enabled");
    await Promise.all([until(ada, isMoving), until(jane, isMoving)]);
    const codes = await Promise.all([codeAt(ada), codeAt(jane)]);
    assert.equal(codes[0], codes[1]);
    assert.deepEqual(await Promise.all([ada.evaluate(connections), jane.evaluate(connections)]), [1, 1]);
    await jane.click("#end");
    await Promise.all([until(ada, isOver), until(jane, isOver)]);
  });
}

/** What a page holds, for the tests to look at. */
const OPEN_PAGE = PAGE.replace("{ connect, LocalMedia }", "{ connect, LocalMedia, testNetwork }").replace(
  "let room;",
  `let room;
  globalThis.at = () => ({ bedside, local, room, gone: signal });
  globalThis.test = (servers) => testNetwork(servers, { signal, patience: 3000 });`,
);

/** Two of the smallest pages, in a call with each other. */
async function inACall(t, how) {
  const pages = await ringing(t, how);
  await answer(pages);
  return pages;
}

/** Ada rings at Jane's: perhaps over lines of the test, through the relay alone, or in other browsers. */
async function ringing(t, { lines, isRelayed = false, browsers = {}, hold } = {}) {
  const address = await host(t, { "index.html": OPEN_PAGE, "bedside.js": await sdk() });
  const stage = await serve(t, "--allow-origin", address);
  const url = `http://${stage.address}`;
  const at = async (person, callee) => {
    const given = new URLSearchParams({ url, token: token(person), callee });
    const page = `${address}/index.html#${given}`;
    if (browsers[person.sub] === "Firefox") return openFirefox(t, page, keepCount);
    const browser = await browse(t);
    await browser.addInitScript(keepCount, { isRelayed });
    const { sub } = person;
    const lost = hold?.from === sub ? (hold.signals ?? 0) : 0;
    if (hold) await browser.addInitScript(holdBack, { lost, isLast: hold.last === sub });
    await lines?.lead(browser);
    return open(browser, page);
  };
  const [jane, ada] = await Promise.all([at(JANE, "ada"), at(ADA, "jane")]);
  await jane.waitForSelector("#call:enabled");
  await ada.click("#call:enabled");
  await jane.waitForSelector("#accept:enabled");
  return { stage, ada, jane };
}

async function answer({ ada, jane }) {
  await jane.click("#accept:enabled");
  await Promise.all([plays(ada, "#other"), plays(jane, "#other")]);
}

/** Sound and picture have come that had not when this was asked. */
async function comesAnew(page) {
  const before = await page.evaluate(() => globalThis.received());
  await until(page, async (before) => {
    const now = await globalThis.received();
    return now.audio > before.audio + 20 && now.frames > before.frames + 5;
  }, before);
}

/** Asks a page again and again; the question may take its time. */
async function until(page, question, ...given) {
  for (const late = Date.now() + PATIENCE; Date.now() < late; ) {
    const answer = await page.evaluate(question, ...given);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not so: ${question}`);
}

/** Runs in a page before anything else: keeps its connections, and counts what comes over the newest. */
function keepCount({ isRelayed } = {}) {
  const Connection = globalThis.RTCPeerConnection;
  globalThis.all = [];
  globalThis.RTCPeerConnection = class extends Connection {
    constructor(given) {
      super(isRelayed ? { ...given, iceTransportPolicy: "relay" } : given);
      this.sent = [];
      this.addEventListener("icecandidate", ({ candidate }) => candidate && this.sent.push(candidate.type));
      globalThis.all.push(this);
    }

    setConfiguration(given) {
      super.setConfiguration(isRelayed ? { ...given, iceTransportPolicy: "relay" } : given);
    }
  };
  globalThis.received = async () => {
    const entries = [...(await globalThis.all.at(-1).getStats()).values()].filter(({ type }) => type === "inbound-rtp");
    const of = (kind) => entries.find((entry) => entry.kind === kind);
    return { audio: of("audio")?.packetsReceived ?? 0, frames: of("video")?.framesDecoded ?? 0 };
  };
}

/** Runs in a page before anything else: what it says is lost, first while it rings, or it enters when it is told to. */
function holdBack({ lost, isLast }) {
  const { send } = WebSocket.prototype;
  let lostOffers = 0;
  globalThis.lose = (offers) => (lostOffers = offers);
  const mayEnter = new Promise((resolve) => (globalThis.enter = resolve));
  WebSocket.prototype.send = function (message) {
    const isOf = (event) => String(message).includes(`"${event}"`);
    if (isOf("ring-signal") && lost > 0) {
      lost -= 1;
      return;
    }
    if (isOf("webrtc-signal") && isOf("offer") && lostOffers > 0) {
      lostOffers -= 1;
      return;
    }
    if (isLast && isOf("join-room")) void mayEnter.then(() => send.call(this, message));
    else send.call(this, message);
  };
}

const isOver = () => document.getElementById("told").textContent === "over: ended";
const isMoving = () => {
  const video = document.getElementById("other");
  return video.videoWidth > 0 && video.currentTime > 0.5;
};
const isConnected = () => globalThis.all.at(-1)?.connectionState === "connected";
const connections = () => globalThis.all.length;
const kinds = () => [...new Set(globalThis.all.at(-1).sent)];

async function isDirect() {
  const report = await globalThis.all.at(-1).getStats();
  const transport = [...report.values()].find(({ type }) => type === "transport");
  const pair = report.get(transport?.selectedCandidatePairId);
  return pair !== undefined && report.get(pair.localCandidateId)?.candidateType !== "relay";
}

function codeAt(page) {
  const code = () => {
    const [other] = globalThis.at().room.state.value.others;
    return other?.media?.verification.code ?? false;
  };
  return until(page, code);
}

function told(page) {
  return page.textContent("#told");
}

function says(page, words) {
  return page.waitForFunction((words) => document.getElementById("told").textContent === words, words);
}
