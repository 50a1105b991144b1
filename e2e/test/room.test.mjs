import assert from "node:assert/strict";
import { test } from "node:test";
import { io as io3 } from "socket.io-client-v3";
import { inACall, serve, two } from "./stage.mjs";

test("signals reach the other as they came, in order, and nobody else", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  const stranger = await stage.person("otto", "patient", "Otto Other");
  const signals = Array.from({ length: 60 }, (_, n) => ({ candidate: n === 59 ? "" : `candidate:${n}`, sdpMLineIndex: 0 }));
  for (const signal of signals) ada.socket.emit("webrtc-signal", { roomId, userId: "ada", signal });
  for (const signal of signals) {
    assert.deepEqual(await jane.heard("webrtc-signal"), { roomId, userId: "ada", signal });
  }
  assert.equal(await stranger.refused("webrtc-signal", { roomId, signal: {} }), "not-found");
  assert.equal(await stranger.refused("join-room", { roomId }), "not-found");
  assert.deepEqual(stranger.names(), []);
  await ada.does("webrtc-signal", { roomId, to: "jane", signal: { type: "offer", sdp: "v=0" } });
  assert.equal((await jane.heard("webrtc-signal")).signal.sdp, "v=0");
  assert.equal(await ada.refused("webrtc-signal", { roomId, to: "otto", signal: {} }), "not-found");
});

test("what somebody shows is told, and shown to whoever comes back", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  await ada.does("toggle-video", { roomId, isEnabled: false });
  assert.deepEqual(await jane.heard("video-toggled"), { roomId, userId: "ada", isEnabled: false });
  await ada.does("raise-hand", { roomId, isRaised: true });
  assert.equal((await jane.heard("hand-raised")).isRaised, true);
  assert.equal(await ada.refused("screen-share-start", { roomId }), "forbidden");
  await jane.does("screen-share-start", { roomId });
  assert.equal((await ada.heard("screen-share-started")).userId, "jane");
  await jane.does("join-room", { roomId });
  const again = await stage.person("jane", "practitioner", "Jane Smith");
  await again.does("join-room", { roomId });
  const joined = await again.heard("joined-room");
  assert.equal((await jane.heard("seat-taken")).roomId, roomId);
  const shown = Object.fromEntries(joined.participants.map((one) => [one.userId, one]));
  assert.deepEqual([shown.ada.video, shown.ada.handRaised, shown.jane.screen], [false, true, true]);
  assert.equal(joined.status, "InProgress");
  assert.equal(joined.mayShareScreen, true);
});

test("everyone shows a screen where the operator says so", async (t) => {
  const stage = await serve(t, "--screen-share", "everyone");
  const { ada, jane, roomId } = await inACall(stage);
  await ada.does("join-room", { roomId });
  assert.equal((await ada.heard("joined-room")).mayShareScreen, true);
  await ada.does("screen-share-start", { roomId });
  assert.equal((await jane.heard("screen-share-started")).userId, "ada");
});

test("an appointment is entered by both, through the waiting room where it is on", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const booked = await stage.rest("POST", "/api/appointments", jane.token, {
    practitionerId: "jane",
    patientId: "ada",
    type: "Remote",
    waitingRoom: true,
    scheduledDate: new Date(Date.now() + 60_000).toISOString(),
  });
  const { roomId } = booked;
  await ada.does("join-room", { roomId, userId: "ada" });
  assert.deepEqual(await ada.heard("waiting-room"), { roomId, position: 1 });
  const { userId, since } = await jane.heard("participant-waiting");
  assert.equal(userId, "ada");
  assert.ok(Math.abs(Date.parse(since) - Date.now()) < 60_000);
  assert.equal(await ada.refused("webrtc-signal", { roomId, signal: {} }), "not-found");
  assert.equal(await ada.refused("admit-participant", { roomId, userId: "ada" }), "forbidden");
  await jane.does("join-room", { roomId });
  const joined = await jane.heard("joined-room");
  assert.deepEqual([joined.status, joined.waiting], ["Waiting", [{ userId: "ada", name: "Ada Patient", since }]]);
  await jane.does("admit-participant", { roomId, userId: "ada" });
  assert.equal((await ada.heard("joined-room")).status, "InProgress");
  assert.equal((await jane.heard("user-joined")).userId, "ada");
  const room = await stage.rest("GET", `/video-call/room/appointment/${booked.id}`, ada.token);
  assert.deepEqual([room.status, room.practitionerJoined, room.patientJoined], ["InProgress", true, true]);
});

test("whoever waits reads what the practice says, as long as they wait", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const { roomId } = await stage.rest("POST", "/api/appointments", jane.token, {
    practitionerId: "jane",
    patientId: "ada",
    type: "Remote",
    waitingRoom: true,
    scheduledDate: new Date(Date.now() + 60_000).toISOString(),
  });
  await ada.does("join-room", { roomId });
  await ada.heard("waiting-room");
  await jane.heard("participant-waiting");
  // From outside of the room, where the practice sees who waits.
  const message = "I am with you in five minutes.";
  assert.equal((await jane.does("waiting-message", { roomId, userId: "ada", text: message })).told, 1);
  assert.deepEqual(await ada.heard("waiting-room"), { roomId, position: 1, message });
  assert.equal(await jane.refused("waiting-message", { roomId, userId: "otto", text: message }), "not-found");
  assert.equal(await ada.refused("waiting-message", { roomId, text: message }), "forbidden");
  const otto = await stage.person("otto", "patient", "Otto Other");
  assert.equal(await otto.refused("waiting-message", { roomId, text: message }), "not-found");
  // It stands there still for whoever comes back to the door.
  ada.socket.io.engine.close();
  await ada.heard("sync");
  await ada.does("join-room", { roomId });
  assert.equal((await ada.heard("waiting-room")).message, message);
  const janes = await stage.person("jane", "practitioner", "Jane Smith", { namespace: "/" });
  assert.deepEqual((await janes.does("sync", {})).rooms.map(({ waiting }) => waiting[0].userId), ["ada"]);
  await jane.does("waiting-message", { roomId, text: "Two minutes." });
  assert.equal((await ada.heard("waiting-room")).message, "Two minutes.");
  await jane.does("admit-participant", { roomId, userId: "ada" });
  await ada.heard("joined-room");
  await jane.does("join-room", { roomId });
  await jane.heard("joined-room");
  await jane.does("return-to-waiting", { roomId, userId: "ada" });
  assert.deepEqual(await ada.heard("waiting-room"), { roomId, position: 1 });
});

/** An appointment of the two at which Ada waits to be admitted. */
async function atTheDoor(stage) {
  const ada = await stage.person("ada", "patient", "Ada Patient");
  const jane = await stage.person("jane", "practitioner", "Jane Smith");
  const wish = { practitionerId: "jane", patientId: "ada", type: "Remote", waitingRoom: true };
  const scheduledDate = new Date(Date.now() + 60_000).toISOString();
  const { roomId } = await stage.rest("POST", "/api/appointments", jane.token, { ...wish, scheduledDate });
  await ada.does("join-room", { roomId });
  await ada.heard("waiting-room");
  await jane.heard("participant-waiting");
  return { ada, jane, roomId };
}

test("the practice sees who waits no more, from wherever it looks", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await atTheDoor(stage);
  await jane.does("join-room", { roomId });
  const tablet = await stage.person("jane", "practitioner", "Jane Smith");
  const goes = async (act) => {
    await act();
    assert.equal((await tablet.heard("no-longer-waiting")).userId, "ada");
  };
  const comesAgain = async () => {
    await ada.does("join-room", { roomId });
    await tablet.heard("participant-waiting");
  };
  await goes(() => ada.does("leave-room", { roomId }));
  await comesAgain();
  await goes(() => jane.does("deny-participant", { roomId, userId: "ada" }));
  await comesAgain();
  await goes(() => jane.does("admit-participant", { roomId, userId: "ada" }));
});

test("whoever waits and closes the page has lost the place like somebody inside", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await atTheDoor(stage);
  await jane.does("join-room", { roomId });
  await jane.heard("joined-room");
  ada.socket.disconnect();
  const { userId, until } = await jane.heard("user-reconnecting");
  assert.equal(userId, "ada");
  assert.ok(Date.parse(until) > Date.now() + 50_000, "it is kept for a minute");
});

test("of two tabs at the door the newer waits on, and is let in", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await atTheDoor(stage);
  const tab = await stage.person("ada", "patient", "Ada Patient");
  await tab.does("join-room", { roomId });
  await tab.heard("waiting-room");
  assert.deepEqual(await ada.heard("seat-taken"), { roomId });
  // The older one is gone; the place is not.
  ada.socket.disconnect();
  await jane.does("admit-participant", { roomId, userId: "ada" });
  await tab.heard("joined-room");
});

test("a call is entered in its own room, whatever room is named with it", async (t) => {
  const stage = await serve(t);
  const { ada, callId, roomId } = await inACall(stage);
  assert.equal((await ada.does("join-room", { callId, roomId: "another" })).roomId, roomId);
  assert.equal(await ada.refused("join-room", { roomId: "another" }), "not-found");
});

test("whoever comes back into a call is told since when it runs", async (t) => {
  const stage = await serve(t);
  const { ada, roomId } = await inACall(stage);
  ada.socket.io.engine.close();
  await ada.heard("sync");
  await ada.does("join-room", { roomId });
  const { startedAt, durationSeconds } = await ada.heard("joined-room");
  assert.ok(Math.abs(Date.parse(startedAt) - Date.now()) < 60_000);
  assert.ok(durationSeconds >= 0 && durationSeconds < 60, `${durationSeconds}`);
});

test("a lost connection keeps the seat, also over kill -9 of the server", async (t) => {
  const stage = await serve(t);
  const { ada, jane, callId, roomId } = await inACall(stage);
  ada.socket.io.engine.close(); // The line breaks; the client comes back by itself.
  assert.equal((await jane.heard("user-reconnecting")).userId, "ada");
  const back = await ada.heard("sync");
  assert.deepEqual([back.calls[0].callId, back.rooms[0].roomId], [callId, roomId]);
  await ada.does("join-room", { roomId });
  await ada.heard("joined-room");
  assert.equal((await jane.heard("user-back")).userId, "ada");

  await stage.kill();
  await stage.start();
  const [adas, janes] = await Promise.all([ada.heard("sync"), jane.heard("sync")]);
  assert.deepEqual([adas.calls[0].status, janes.calls[0].status], ["active", "active"]);
  await Promise.all([ada.does("join-room", { roomId }), jane.does("join-room", { roomId })]);
  await ada.does("webrtc-signal", { roomId, signal: { type: "offer", sdp: "again" } });
  assert.equal((await jane.heard("webrtc-signal")).signal.sdp, "again");
  assert.ok(!jane.names().includes("user-left") && !jane.names().includes("call-ended"), jane.names().join());
});

for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
  test(`a whole call over ${transports.join(" and then ")}`, async (t) => {
    const stage = await serve(t);
    const { ada, jane, roomId } = await inACall(stage, { transports });
    await jane.does("leave-video-room", { roomId });
    assert.equal((await ada.heard("user-left")).reason, "left");
    await ada.does("leave-room", { roomId });
    assert.equal((await jane.heard("call-ended")).reason, "completed");
  });
}

test("a client of the version before is served alike", async (t) => {
  const stage = await serve(t);
  const jane = await stage.person("jane", "practitioner", "Jane Smith");
  const { token } = await stage.person("ada", "patient", "Ada Patient");
  const old = io3(`http://${stage.address}/video-call`, { auth: { token }, forceNew: true });
  t.after(() => old.disconnect());
  await new Promise((resolve) => old.once("sync", resolve));
  const rung = await new Promise((resolve) => old.emit("request-video-call", { doctorId: "jane" }, resolve));
  assert.equal(rung.ok, true);
  assert.equal((await jane.heard("incoming-video-call")).callId, rung.callId);
});

test("the practice sends back to the waiting room, removes, and admits again", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  assert.equal(await ada.refused("remove-participant", { roomId, userId: "jane" }), "forbidden");
  await jane.does("return-to-waiting", { roomId, userId: "ada" });
  assert.deepEqual(await ada.heard("waiting-room"), { roomId, position: 1 });
  assert.equal((await jane.heard("user-left")).reason, "returned-to-waiting");
  assert.equal(await ada.refused("webrtc-signal", { roomId, signal: {} }), "not-found");
  await jane.does("admit-participant", { roomId, userId: "ada" });
  await ada.heard("joined-room");
  await jane.does("remove-participant", { roomId, userId: "ada" });
  assert.equal((await ada.heard("user-left")).reason, "removed");
  await ada.does("join-room", { roomId });
  await ada.heard("waiting-room");
  assert.equal((await jane.heard("participant-waiting")).userId, "ada");
});

test("whoever waits for an appointment that is cancelled is told, and nobody enters it again", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const { id, roomId } = await stage.rest("POST", "/api/appointments", jane.token, {
    practitionerId: "jane",
    patientId: "ada",
    type: "Remote",
    scheduledDate: new Date(Date.now() + 60_000).toISOString(),
  });
  await ada.does("join-room", { roomId });
  await ada.heard("joined-room");
  await stage.rest("POST", `/api/appointments/${id}/cancel`, jane.token, { reason: "ill" });
  assert.equal((await ada.heard("call-ended")).reason, "cancelled");
  assert.equal(await ada.refused("join-room", { roomId }), "expired");
  assert.equal(await jane.refused("join-room", { roomId }), "expired");
});

test("whoever comes in hears first who is there, however quick the other is", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  for (let n = 0; n < 100; n += 1) {
    const { callId } = await ada.does("call-user", { to: "jane" });
    await jane.does("answer-call", { callId });
    for (const line of [ada, jane]) line.forget();
    const comes = async (line) => {
      await line.does("join-room", { callId });
      // Whoever is answered may speak at once.
      await line.does("webrtc-signal", { callId, signal: { n } });
    };
    await Promise.all([comes(ada), comes(jane)]);
    for (const line of [ada, jane]) {
      await line.does("sync", {}); // What was sent before has come.
      const first = line.names().find((name) => ["joined-room", "user-joined", "webrtc-signal"].includes(name));
      assert.equal(first, "joined-room", `in call ${n}`);
    }
    await ada.does("end-call", { callId });
  }
});

test("two connections over one socket are two connections", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  const manager = ada.socket.io;
  const other = manager.socket("/", { auth: { token: ada.token } });
  await new Promise((resolve) => other.once("sync", resolve));
  other.disconnect();
  await ada.does("webrtc-signal", { roomId, signal: "still there" });
  assert.equal((await jane.heard("webrtc-signal")).signal, "still there");
  assert.equal(jane.names().includes("user-reconnecting"), false);
});
