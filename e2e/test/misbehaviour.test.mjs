// Clients that do not read, or do not stop talking. They lose their connection, and nobody else notices.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as until } from "node:timers/promises";
import { RawSocket } from "./raw.mjs";
import { inACall, serve, token } from "./stage.mjs";

/** Well below a payload's limit, and enough of them for every buffer on the way. */
const A_LOT = "x".repeat(60_000);
/** What nobody notices, on a machine that has more to do. */
const UNNOTICED = 1_000;

/** Two others in a call, who signal to each other until they are told to stop. Resolves to how long each signal took. */
async function undisturbed(stage, stop) {
  const otto = await stage.person("otto", "patient", "Otto Other");
  const bella = await stage.person("bella", "practitioner", "Bella Brown");
  const { callId, roomId } = await otto.does("call-user", { to: "bella" });
  await bella.does("answer-call", { callId });
  for (const line of [otto, bella]) await line.does("join-room", { roomId });
  const took = async () => {
    const times = [];
    while (!stop.aborted) {
      const began = performance.now();
      await otto.does("webrtc-signal", { roomId, signal: { candidate: `${times.length}` } });
      const heard = await bella.heard("webrtc-signal");
      times.push(performance.now() - began);
      assert.equal(heard.signal.candidate, `${times.length - 1}`);
      await until(25);
    }
    return times.sort((one, other) => one - other);
  };
  return { times: took() };
}

function nobodyNoticed(t, times) {
  const [median, most] = [times[times.length >> 1], times.at(-1)].map((time) => Math.round(time));
  t.diagnostic(`${times.length} signals of others meanwhile: median ${median} ms, at most ${most} ms`);
  assert.ok(most < UNNOTICED, `${most} ms`);
}

/** Ada at a connection of her own making, in the room. */
async function sitDown(stage, roomId) {
  const raw = new RawSocket(`http://${stage.address}/socket.io/?EIO=4&transport=websocket`);
  assert.match(await raw.next(), /^0/);
  const auth = { token: token({ sub: "ada", role: "patient", name: "Ada Patient" }), deviceId: "raw" };
  raw.send(`40/video-call,${JSON.stringify(auth)}`);
  const heard = async (packet) => {
    for (let said = await raw.nextSaid(); !said.startsWith(packet); said = await raw.nextSaid());
  };
  await heard('42/video-call,["sync"');
  raw.send(`42/video-call,["join-room",${JSON.stringify({ roomId })}]`);
  await heard('42/video-call,["joined-room"');
  return raw;
}

test("a client that does not read is disconnected, and finds everything again on coming back", async (t) => {
  const stage = await serve(t);
  const { ada, jane, callId, roomId } = await inACall(stage);
  const raw = await sitDown(stage, roomId);
  assert.equal((await ada.heard("seat-taken")).roomId, roomId);
  ada.socket.disconnect();
  const stop = new AbortController();
  const { times } = await undisturbed(stage, stop.signal);

  raw.pause();
  const lost = jane.heard("user-reconnecting", ({ userId }) => userId === "ada", 30_000);
  let gone = false;
  lost.then(() => (gone = true), () => (gone = true));
  let sent = 0;
  for (; !gone; sent += 1) await jane.does("webrtc-signal", { roomId, signal: { sdp: A_LOT } });
  assert.equal((await lost).roomId, roomId);
  t.diagnostic(`cut off after ${sent} signals of 60 kB`);
  // What is told from now on goes past it.
  assert.equal((await jane.does("webrtc-signal", { roomId, signal: {} })).forwarded, 0);
  stop.abort();
  nobodyNoticed(t, await times);

  raw.resume();
  let last;
  for (let packet = await raw.next(); packet !== null && !packet.startsWith("41"); packet = await raw.next()) last = packet;
  assert.ok(!last?.includes('"signal":{}'), "nothing is told after a gap");
  const back = await stage.person("ada", "patient", "Ada Patient", { auth: { deviceId: "raw" } });
  const sync = await back.does("sync");
  assert.deepEqual([sync.calls[0].callId, sync.rooms[0].roomId], [callId, roomId]);
  await back.does("join-room", { roomId });
  assert.deepEqual((await back.heard("joined-room")).participants.map(({ userId }) => userId).sort(), ["ada", "jane"]);
  assert.equal((await jane.heard("user-back")).userId, "ada");
});

test("a client that polls no more is disconnected", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage, { transports: ["polling"] });
  ada.socket.io.engine.transport._poll = () => {}; // It never asks again.
  const lost = jane.heard("user-reconnecting", ({ userId }) => userId === "ada");
  let gone = false;
  lost.then(() => (gone = true), () => (gone = true));
  while (!gone) await jane.does("webrtc-signal", { roomId, signal: {} });
  assert.equal((await lost).userId, "ada");
});

test("a client that floods is slowed, then refused, then cut off", async (t) => {
  const stage = await serve(t);
  const stop = new AbortController();
  const { times } = await undisturbed(stage, stop.signal);
  const ada = await stage.person("ada", "patient", "Ada Patient", { reconnection: false });
  const gone = new Promise((resolve) => ada.socket.once("disconnect", resolve));
  const slowed = Date.now();
  for (let n = 0; n < 260; n += 1) await ada.does("sync");
  assert.ok(Date.now() - slowed > 1_000, "200 at once, then 50 a second");

  const began = Date.now();
  const tally = { done: 0, refused: 0 };
  let talks = true;
  gone.then(() => (talks = false));
  while (talks) {
    for (let n = 0; n < 50; n += 1) {
      ada.socket.emit("sync", {}, (answer) => {
        tally[answer.ok ? "done" : "refused"] += 1;
        if (!answer.ok) assert.deepEqual([answer.error.code, answer.error.retryable], ["rate-limited", true]);
      });
    }
    await until(10);
  }
  const seconds = (Date.now() - began) / 1_000;
  t.diagnostic(`${JSON.stringify(tally)} in ${seconds} s, then ${await gone}`);
  assert.ok(tally.done <= 10 + 50 * seconds, "no faster than the pace");
  assert.ok(tally.refused > 0, "refused before it is cut off");
  stop.abort();
  nobodyNoticed(t, await times);
  const back = await stage.person("ada", "patient", "Ada Patient");
  assert.equal((await back.does("sync")).self.id, "ada");
});
