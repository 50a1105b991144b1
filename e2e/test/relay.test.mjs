import assert from "node:assert/strict";
import { test } from "node:test";
import { certify, NO_AUTHORITY } from "./authority.mjs";
import { browse, FLAGS, NEEDS, NEEDS_FIREFOX, open, openFirefox } from "./browsers.mjs";
import { serve, token } from "./stage.mjs";

/** Runs in a page: two peers that may use nothing but the relay at `url`, and what one hears of the other. */
async function talk({ servers, url }) {
  const turn = servers.find((one) => one.username);
  const peer = () => new RTCPeerConnection({ iceServers: [{ ...turn, urls: [url] }], iceTransportPolicy: "relay" });
  const [caller, callee] = [peer(), peer()];
  const kinds = new Set();
  const to = (other) => ({ candidate }) => {
    if (!candidate) return;
    // Firefox says with an empty one that there are no more.
    if (candidate.candidate) kinds.add(candidate.type);
    void other.addIceCandidate(candidate);
  };
  caller.onicecandidate = to(callee);
  callee.onicecandidate = to(caller);
  const channel = caller.createDataChannel("words");
  channel.onopen = () => channel.send("through the relay");
  const heard = new Promise((resolve) => {
    callee.ondatachannel = (opened) => (opened.channel.onmessage = (message) => resolve(message.data));
  });
  await caller.setLocalDescription();
  await callee.setRemoteDescription(caller.localDescription);
  await callee.setLocalDescription();
  await caller.setRemoteDescription(callee.localDescription);
  const late = new Promise((resolve) => setTimeout(() => resolve("nothing came"), 10_000));
  const words = await Promise.race([heard, late]);
  caller.close();
  callee.close();
  return { words, kinds: [...kinds] };
}

async function page(t, stage) {
  return open(await browse(t), `http://${stage.address}/`);
}

test("a browser that may only be relayed talks by UDP and by TCP, with the passwords of every place that gives them", NEEDS, async (t) => {
  const stage = await serve(t);
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const { iceServers } = await stage.rest("GET", "/api/ice-servers", ada.token);
  const synced = (await ada.does("sync", {})).iceServers;
  assert.deepEqual(iceServers.map((one) => one.urls), synced.map((one) => one.urls));
  assert.match(iceServers[0].urls[0], /^stun:127\.0\.0\.1:\d+$/);
  const [udp, tcp] = iceServers[1].urls;
  assert.ok(udp.endsWith("?transport=udp") && tcp.endsWith("?transport=tcp"), `${udp} ${tcp}`);
  const opened = await page(t, stage);
  for (const url of [udp, tcp]) {
    for (const servers of [iceServers, synced]) {
      const heard = await opened.evaluate(talk, { servers, url });
      assert.deepEqual(heard, { words: "through the relay", kinds: ["relay"] }, url);
    }
  }
});

/** And no port that begins like it. */
const USUAL_PORT = /localhost:443(?!\d)/;

const TRUSTS = NO_AUTHORITY ? { skip: `NO RELAY WAS TRIED BY TLS: ${NO_AUTHORITY}` } : NEEDS_FIREFOX;

test("Chromium and Firefox talk by the relay alone over UDP, TCP and TLS, at the port of the pages too", TRUSTS, async (t) => {
  // Firefox takes certificates of names alone.
  const { certificate, key, home, profile } = certify("localhost");
  const places = ["--turn-listen", "127.0.0.1:0", "--turn-tls-listen", "127.0.0.1:0", "--public-url", "https://localhost"];
  const stage = await serve(t, "--tls-cert", certificate, "--tls-key", key, ...places);
  const [, port] = stage.address.split(":");
  const address = `https://localhost:${port}/`;
  // Both go on without a question: they trust whoever signed.
  const chromium = browse(t, FLAGS, { ...process.env, HOME: home }).then((browser) => open(browser, address));
  const pages = await Promise.all([chromium, openFirefox(t, address, undefined, profile)]);
  const bearer = token({ sub: "ada", role: "patient", name: "Ada Patient" });
  for (const [n, browser] of ["Chromium", "Firefox"].entries()) {
    const servers = await pages[n].evaluate(told, bearer);
    const { urls } = servers.find((one) => one.username);
    const ways = urls.map((url) => url.replace(/:[^:]*:\d+\?transport=/, " "));
    assert.deepEqual(ways, ["turn udp", "turn tcp", "turns tcp", "turns tcp"]);
    assert.match(urls.at(-1), USUAL_PORT, "the port of the pages is open where no other is");
    // As a router would, which leads the port that people open to the one that is listened on.
    for (const url of urls.map((one) => one.replace(USUAL_PORT, `localhost:${port}`))) {
      const heard = await pages[n].evaluate(talk, { servers, url });
      assert.deepEqual(heard, { words: "through the relay", kinds: ["relay"] }, `${browser} by ${url}`);
    }
  }
});

/** Runs in a page: the servers that somebody is told. */
async function told(bearer) {
  const answer = await fetch("/api/ice-servers", { headers: { authorization: `Bearer ${bearer}` } });
  return (await answer.json()).iceServers;
}

test("a password for trying the network out lasts five minutes, one for a call is of its person and its call alone", async (t) => {
  const stage = await serve(t);
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const jane = await stage.person("jane", "practitioner", "Jane Smith");
  const of = async (path) => (await stage.rest("GET", path, ada.token)).iceServers[1].username.split(":");
  const soon = (seconds) => Number(seconds) - Date.now() / 1000;
  const [trial, trialOf] = await of("/api/ice-servers?purpose=trial");
  assert.ok(soon(trial) > 290 && soon(trial) <= 301, trial);
  const [two, whose] = await of("/api/ice-servers");
  assert.ok(soon(two) > 7_000 && soon(two) <= 7_201, two);
  assert.equal(trialOf, `test~${whose}`);
  assert.equal(await stage.restCode("GET", "/api/ice-servers?purpose=ever", ada.token), "invalid");
  const { callId } = await ada.does("call-user", { to: "jane" });
  await jane.does("answer-call", { callId });
  const names = [];
  for (const line of [ada, jane]) {
    await line.does("join-room", { callId });
    names.push((await line.heard("joined-room")).iceServers[1].username.split(":")[1].split("."));
  }
  assert.equal(names[0][0], whose);
  assert.notEqual(names[0][0], names[1][0]);
  assert.equal(names[0][1], names[1][1], "the same call");
  assert.ok(!JSON.stringify(names).includes("ada"), "a name says nothing");
});

test("a server elsewhere that knows the secret is named beside ours, or instead", async (t) => {
  const elsewhere = ["--turn-url", "turn:turn.example.org:3478?transport=udp", "--turn-secret", "a secret of both servers"];
  for (const [more, count] of [[[], 3], [["--turn-listen", "off"], 1]]) {
    const stage = await serve(t, ...elsewhere, ...more);
    const ada = await stage.person("ada", "patient", "Ada Patient");
    const { iceServers } = await stage.rest("GET", "/api/ice-servers", ada.token);
    const turn = iceServers.at(-1);
    assert.equal(turn.urls.length, count);
    assert.equal(turn.urls.at(-1), "turn:turn.example.org:3478?transport=udp");
  }
});

/** Runs in a page: how long a new relay can be had with that password, in seconds, a minute at most. */
async function lasts({ servers, url }) {
  const turn = servers.find((one) => one.username);
  const works = async () => {
    const peer = new RTCPeerConnection({ iceServers: [{ ...turn, urls: [url] }], iceTransportPolicy: "relay" });
    peer.createDataChannel("words");
    const found = new Promise((resolve) => (peer.onicecandidate = ({ candidate }) => resolve(candidate !== null)));
    await peer.setLocalDescription();
    const is = await found;
    peer.close();
    return is;
  };
  const began = performance.now();
  let since = 0;
  while (since < 60 && (await works())) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    since = (performance.now() - began) / 1_000;
  }
  return since;
}

test("nobody relays in the name of a call that is over", NEEDS, async (t) => {
  const stage = await serve(t);
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const jane = await stage.person("jane", "practitioner", "Jane Smith");
  const { callId } = await ada.does("call-user", { to: "jane" });
  await jane.does("answer-call", { callId });
  await ada.does("join-room", { callId });
  const { iceServers } = await ada.heard("joined-room");
  const opened = await page(t, stage);
  const [url] = iceServers[1].urls;
  assert.equal((await opened.evaluate(talk, { servers: iceServers, url })).words, "through the relay");
  await jane.does("end-call", { callId });
  const seconds = await opened.evaluate(lasts, { servers: iceServers, url });
  assert.ok(seconds < 60, `${seconds} s`);
});
