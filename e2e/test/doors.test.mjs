import assert from "node:assert/strict";
import { test } from "node:test";
import { io } from "socket.io-client";
import { serve, token } from "./stage.mjs";

function refusal(stage, options) {
  const socket = io(`http://${stage.address}/video-call`, { forceNew: true, reconnection: false, ...options });
  return new Promise((resolve) => socket.once("connect_error", (error) => resolve(error.message)));
}

test("a refused handshake says why", async (t) => {
  const stage = await serve(t);
  const expired = token({ sub: "ada", role: "patient", name: "Ada", exp: 1 });
  for (const auth of [{}, { token: "nobody" }, { token: expired }]) {
    assert.match(await refusal(stage, { auth }), /^unauthorized: /);
  }
  assert.match(await refusal(stage, { auth: { token: 5 } }), /^invalid: /);
});

test("a page of somebody else's does not get in, over polling or websocket", async (t) => {
  const stage = await serve(t, "--allow-origin", "https://clinic.example");
  const auth = { token: token({ sub: "ada", role: "patient", name: "Ada" }) };
  for (const transports of [["polling"], ["websocket"]]) {
    assert.ok(await refusal(stage, { auth, transports, extraHeaders: { origin: "https://evil.example" } }));
    const socket = io(`http://${stage.address}/`, {
      auth,
      transports,
      forceNew: true,
      extraHeaders: { origin: "https://clinic.example" },
    });
    await new Promise((resolve, reject) => (socket.once("sync", resolve), socket.once("connect_error", reject)));
    socket.disconnect();
  }
});

test("what makes no sense is answered, and costs nobody the connection", async (t) => {
  const stage = await serve(t);
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const wrong = [
    ["no-such-event", {}],
    ["join-room", {}],
    ["join-room", "text"],
    ["join-room", [1]],
    ["join-room", { roomId: 7 }],
    ["toggle-video", { roomId: "r", isEnabled: "yes" }],
    ["webrtc-signal", { roomId: "r", signal: Buffer.from("binary") }],
    ["set-presence", { presence: "asleep" }],
  ];
  for (const [event, payload] of wrong) assert.equal(await ada.refused(event, payload), "invalid", event);
  assert.equal(await ada.refused("join-room", { roomId: "r", reason: "x".repeat(70_000) }), "too-large");
  assert.equal(await ada.refused("join-room", { roomId: "r", userId: "jane" }), "forbidden");
  ada.socket.emit("join-room", { roomId: "r" });
  const told = await ada.heard("error");
  assert.deepEqual([told.event, told.code], ["join-room", "not-found"]);
  assert.ok(ada.socket.connected);
});

test("a flood is slowed and refused, and others do not notice", async (t) => {
  const stage = await serve(t);
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const jane = await stage.person("jane", "practitioner", "Jane Smith");
  // So many that a busy machine cannot have answered them at the pace by the time they are read.
  for (let n = 0; n < 1_000; n += 1) ada.socket.emit("sync");
  assert.equal((await ada.heard("error", (told) => told.code === "rate-limited")).event, "sync");
  const before = Date.now();
  await jane.does("sync");
  assert.ok(Date.now() - before < 1_000);
});

test("presence changes are told to whoever watches", async (t) => {
  const stage = await serve(t);
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const jane = await stage.person("jane", "practitioner", "Jane Smith");
  await ada.does("watch-presence", { userIds: ["jane", "nobody"] });
  const shown = (presence) => ada.heard("presence-changed", (told) => told.userId === "jane" && told.presence === presence);
  await shown("online");
  await jane.does("set-presence", { presence: "away" });
  await shown("away");
});

test("somebody who has never been here before is told of when they come", async (t) => {
  const stage = await serve(t);
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const { watching } = await ada.does("watch-presence", { userIds: ["jane", "ben"] });
  assert.deepEqual(watching, []);
  await stage.person("ben", "patient", "Ben Other");
  await stage.person("jane", "practitioner", "Jane Smith");
  await ada.heard("presence-changed", ({ userId, presence }) => userId === "jane" && presence === "online");
  // Another patient is nobody's business, whoever came first.
  assert.deepEqual(ada.names().filter((event) => event === "presence-changed"), []);
});

test("a connection ends with its token", async (t) => {
  const stage = await serve(t);
  const exp = Math.floor(Date.now() / 1000) + 2;
  const auth = { token: token({ sub: "ada", role: "patient", name: "Ada", exp }) };
  const ada = await stage.person("ada", "patient", "Ada", { auth, reconnection: false });
  const gone = new Promise((resolve) => ada.socket.once("disconnect", resolve));
  assert.equal((await ada.heard("error", ({ code }) => code === "unauthorized")).event, "connect");
  await gone;
  assert.ok(Date.now() / 1000 < exp + 6);
});
