// The Flutter example of docs/integration.md: what its Socket.IO client puts on the wire, packet by packet.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { RawSocket } from "./raw.mjs";
import { serve, token } from "./stage.mjs";

/** What the example sends, and with what. */
const SENDS = {
  "request-video-call": ["calleeId", "callType"],
  "accept-video-call": ["callId"],
  "reject-video-call": ["callId"],
  "join-room": ["roomId"],
  "webrtc-signal": ["roomId", "to", "signal"],
  "toggle-audio": ["roomId", "isEnabled"],
  "end-call": ["roomId"],
};

test("two phones with the example in the document ring, connect and hang up", async (t) => {
  const stage = await serve(t);
  const jane = await phone(stage, { sub: "jane", role: "practitioner", name: "Jane Smith" });
  const ada = await phone(stage, { sub: "ada", role: "patient", name: "Ada Patient" });
  await ada.say("request-video-call", { calleeId: "jane", callType: "video" });
  const { callId: declined } = await jane.hear("incoming-video-call");
  await jane.say("reject-video-call", { callId: declined });
  await ada.hear("call-rejected");

  await ada.say("request-video-call", { calleeId: "jane", callType: "video" });
  const { callId } = await jane.hear("incoming-video-call");
  const { roomId } = await jane.say("accept-video-call", { callId });
  await jane.say("join-room", { roomId });
  assert.ok((await jane.hear("joined-room")).iceServers.length > 0, "there is a relay to use");
  assert.equal((await ada.hear("call-accepted")).roomId, roomId);
  await ada.say("join-room", { roomId });
  await ada.hear("joined-room");

  // Jane was there first.
  const { userId: to } = await jane.hear("user-joined");
  const signals = { offer: { type: "offer", sdp: "v=0\r\n" }, answer: { type: "answer", sdp: "v=0\r\ns=-\r\n" } };
  await jane.say("webrtc-signal", { roomId, to, signal: signals.offer });
  assert.deepEqual(await ada.hear("webrtc-signal"), { roomId, userId: "jane", signal: signals.offer });
  await ada.say("webrtc-signal", { roomId, to: "jane", signal: signals.answer });
  assert.deepEqual((await jane.hear("webrtc-signal")).signal, signals.answer);
  const candidate = { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0 };
  await ada.say("webrtc-signal", { roomId, to: "jane", signal: candidate });
  assert.deepEqual((await jane.hear("webrtc-signal")).signal, candidate);
  await ada.say("toggle-audio", { roomId, isEnabled: false });
  assert.equal((await jane.hear("audio-toggled")).isEnabled, false);
  await jane.say("end-call", { roomId });
  assert.deepEqual([(await ada.hear("call-ended")).callId, (await jane.hear("call-ended")).callId], [callId, callId]);
  assert.deepEqual([...new Set([...ada.said, ...jane.said])].sort(), Object.keys(SENDS).sort(), "all was replayed");
});

test("a phone that was away comes back into its call by what `sync` says", async (t) => {
  const stage = await serve(t);
  const jane = await phone(stage, { sub: "jane", role: "practitioner", name: "Jane Smith" });
  const ada = await phone(stage, { sub: "ada", role: "patient", name: "Ada Patient" });
  await ada.say("request-video-call", { calleeId: "jane", callType: "video" });
  const { callId } = await jane.hear("incoming-video-call");
  const { roomId } = await jane.say("accept-video-call", { callId });
  await jane.say("join-room", { roomId });
  await ada.say("join-room", { roomId });
  await jane.hear("user-joined");
  ada.close();
  const back = await phone(stage, { sub: "ada", role: "patient", name: "Ada Patient" });
  assert.deepEqual(back.synced.rooms.map((room) => room.roomId), [roomId]);
  await back.say("join-room", { roomId });
  assert.equal((await jane.hear("user-back")).userId, "ada");
});

test("the example in the document sends what is replayed, and nothing else", async () => {
  const document = await readFile(new URL("../../docs/integration.md", import.meta.url), "utf8");
  const [, dart] = document.match(/```dart\n(.*?)```/s);
  const sent = [...dart.matchAll(/_say\('([a-z-]+)', \{(.*?)\}\)/g)].map(([, event, payload]) => [
    event,
    [...payload.matchAll(/'(\w+)':/g)].map(([, key]) => key),
  ]);
  assert.deepEqual(sent.sort(), Object.entries(SENDS).sort());
});

/** A phone as `socket_io_client` connects it, which has been told where it stands. */
async function phone(stage, person) {
  const socket = new RawSocket(`http://${stage.address}/socket.io/?EIO=4&transport=websocket`);
  await socket.opened;
  const one = new Phone(socket);
  assert.match(await socket.nextSaid(), /^0\{/);
  socket.send(`40/video-call,${JSON.stringify({ token: token(person) })}`);
  assert.match(await socket.nextSaid(), /^40\/video-call,\{"sid":/);
  one.synced = await one.hear("sync");
  return one;
}

class Phone {
  /** The events that it has sent. */
  said = [];
  #socket;
  #heard = [];
  #answers = new Map();
  #next = 0;

  constructor(socket) {
    this.#socket = socket;
  }

  /** The answer to what must be done. */
  async say(event, payload) {
    assert.deepEqual(Object.keys(payload), SENDS[event]);
    this.said.push(event);
    const number = this.#next++;
    this.#socket.send(`42/video-call,${number}${JSON.stringify([event, payload])}`);
    while (!this.#answers.has(number)) await this.#read();
    const answer = this.#answers.get(number);
    assert.equal(answer.ok, true, `${event}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async hear(event) {
    const isIt = (one) => one.event === event;
    while (!this.#heard.some(isIt)) await this.#read();
    return this.#heard.splice(this.#heard.findIndex(isIt), 1)[0].payload;
  }

  close() {
    this.#socket.close();
  }

  async #read() {
    const packet = await this.#socket.nextSaid();
    const [, kind, number, text] = packet?.match(/^4([23])\/video-call,(\d*)(\[.*)$/s) ?? assert.fail(`what is ${packet}?`);
    const [first, payload] = JSON.parse(text);
    if (kind === "3") return void this.#answers.set(Number(number), first);
    if (number) this.#socket.send(`43/video-call,${number}[{"ok":true}]`);
    this.#heard.push({ event: first, payload });
  }
}
