import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_AUTHORITY } from "./authority.mjs";
import { receive } from "./receivers.mjs";
import { inACall, serve, two } from "./stage.mjs";

/** Comes by a personal link: the token of its room alone. */
async function comesBy(stage, link, how = {}) {
  const path = new URL(link).pathname;
  const pass = await stage.rest("POST", `/api${path}`, "");
  return stage.withToken(pass.token, how);
}

async function invited(host, roomId, name = "Ines Interpreter") {
  return host.does("invite-participant", { roomId, name, role: "interpreter", email: "ines@example.org" });
}

test("an interpreter comes by a link, waits, is admitted, and everybody sees who came as what", async (t) => {
  const stage = await serve(t);
  const { ada, jane, callId, roomId } = await inACall(stage);
  await jane.does("chat-message", { roomId, text: "before the invitation", requestId: "1" });
  const invitation = await invited(jane, roomId);
  assert.equal((await jane.heard("invited")).link, invitation.link);
  const seen = await ada.heard("invited");
  assert.deepEqual([seen.name, seen.role, seen.link], ["Ines Interpreter", "interpreter", undefined]);
  await ada.does("chat-message", { roomId, text: "after the invitation", requestId: "2" });

  const view = await stage.rest("GET", `/api${new URL(invitation.link).pathname}`, "");
  assert.deepEqual([view.name, view.role, view.state], ["Ines Interpreter", "interpreter", "open"]);
  const ines = await comesBy(stage, invitation.link);
  assert.equal((await ines.does("join-room", { roomId, client: { name: "a client" } })).waiting, true);
  assert.equal((await ines.heard("waiting-room")).position, 1);
  assert.equal(await ines.refused("webrtc-signal", { roomId, signal: {} }), "not-found");
  assert.equal((await jane.heard("participant-waiting")).name, "Ines Interpreter");
  await jane.does("admit-participant", { roomId, userId: invitation.userId });
  const joined = await ines.heard("joined-room");
  assert.deepEqual(joined.participants.map((one) => one.role).sort(), ["interpreter", "patient", "practitioner"]);
  assert.deepEqual(joined.chat.map((one) => one.text), ["after the invitation"]);
  const came = await ada.heard("user-joined", (one) => one.userId === invitation.userId);
  assert.deepEqual([came.role, came.client], ["interpreter", { name: "a client" }]);
  assert.equal(await ines.refused("end-call", { callId }), "forbidden");
  assert.equal(await ines.refused("invite-participant", { roomId, name: "Otto", role: "relative" }), "forbidden");
  assert.equal((await stage.restCode("GET", "/api/practitioners", ines.token)), "forbidden");
  await jane.does("end-call", { callId });
  assert.equal((await ines.heard("call-ended")).reason, "completed");
  assert.equal((await stage.rest("POST", `/api${new URL(invitation.link).pathname}`, "")).code, "expired");
});

test("the link that was sent to whoever is invited is the one that lets them in", { skip: NO_AUTHORITY }, async (t) => {
  const receivers = await receive(t);
  const stage = await serve(t, ...receivers.flags);
  const { jane, roomId } = await inACall(stage);
  const { link } = await invited(jane, roomId);
  const [letter] = await receivers.until("letter", 1, ({ to }) => to[0] === "ines@example.org");
  const sent = letter.text.match(/http\S+\/join\/\S+/)[0];
  assert.deepEqual([letter.subject, sent], ["Invitation to a video call", link]);
  assert.ok(!letter.text.includes("Patient"), letter.text);
  const ines = await comesBy(stage, sent);
  assert.equal((await ines.does("join-room", { roomId })).waiting, true);
});

test("only the practice invites, and a call has so many seats", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  assert.equal(await ada.refused("invite-participant", { roomId, name: "Otto", role: "relative" }), "forbidden");
  assert.equal(await jane.refused("invite-participant", { roomId, name: "Otto", role: "boss" }), "invalid");
  assert.equal(await jane.refused("invite-participant", { roomId, role: "relative" }), "invalid");
  const stranger = await stage.person("otto", "practitioner", "Otto Other");
  assert.equal(await stranger.refused("invite-participant", { roomId, name: "Otto", role: "relative" }), "not-found");
  for (let n = 0; n < 10; n += 1) await invited(jane, roomId, `Guest ${n}`);
  assert.equal(await jane.refused("invite-participant", { roomId, name: "One more", role: "student" }), "not-now");
});

test("whoever is invited to an appointment comes to each of its calls, once one of the two is there", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const { roomId } = await stage.rest("POST", "/api/appointments", jane.token, {
    practitionerId: "jane",
    patientId: "ada",
    type: "Remote",
    scheduledDate: new Date(Date.now() + 60_000).toISOString(),
  });
  assert.equal(await ada.refused("invite-participant", { roomId, name: "Otto", role: "relative" }), "forbidden");
  const ines = await comesBy(stage, (await invited(jane, roomId)).link);
  assert.equal(await ines.refused("join-room", { roomId }), "not-now");
  for (const time of ["first", "second"]) {
    await jane.does("join-room", { roomId });
    await ada.does("join-room", { roomId });
    assert.equal((await ines.does("join-room", { roomId })).waiting, true, time);
    await jane.does("admit-all", { roomId });
    await ines.heard("joined-room");
    await jane.does("end-call", { roomId });
    await ines.heard("call-ended");
  }
});

test("a locked room keeps newcomers out until it is unlocked", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  const ines = await comesBy(stage, (await invited(jane, roomId)).link);
  assert.equal(await ada.refused("lock-room", { roomId, isLocked: true }), "forbidden");
  assert.equal(await jane.refused("lock-room", { roomId }), "invalid");
  await jane.does("lock-room", { roomId, isLocked: true });
  assert.deepEqual([(await ada.heard("room-locked")).isLocked, (await jane.heard("room-locked")).userId], [true, "jane"]);
  assert.equal(await ines.refused("join-room", { roomId }), "not-now");
  await ada.does("join-room", { roomId });
  await jane.does("lock-room", { roomId, isLocked: false });
  await ines.does("join-room", { roomId });
});

test("everybody who waits is admitted at once", async (t) => {
  const stage = await serve(t);
  const { jane, roomId } = await inACall(stage);
  const guests = [];
  for (const name of ["Ines", "Otto", "Stan"]) {
    const guest = await comesBy(stage, (await invited(jane, roomId, name)).link);
    await guest.does("join-room", { roomId });
    guests.push(guest);
  }
  assert.equal((await guests[2].heard("waiting-room")).position, 3);
  await jane.does("admit-all", { roomId });
  for (const guest of guests) await guest.heard("joined-room");
});

test("another device takes the seat, and the others talk to that one from then on", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  const phone = await stage.person("ada", "patient", "Ada Patient");
  await phone.does("take-seat", { roomId, client: { session: "of the phone" } });
  await phone.heard("joined-room");
  assert.equal((await ada.heard("seat-taken")).roomId, roomId);
  assert.deepEqual((await jane.heard("user-back")).client, { session: "of the phone" });
  await jane.does("webrtc-signal", { roomId, to: "ada", signal: "for the phone" });
  assert.equal((await phone.heard("webrtc-signal")).signal, "for the phone");
  assert.equal(await ada.refused("webrtc-signal", { roomId, signal: {} }), "not-found");
});

test("two clients connect while it rings if both can, and only then", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage, { answers: { preconnect: true }, auth: { deviceId: "desk" } });
  const { callId } = await ada.does("request-video-call", { practitionerId: "jane", preconnect: true });
  const ringing = await ada.heard("call-ringing");
  assert.deepEqual([ringing.deviceId, ringing.preconnect], ["desk", true]);
  const { deviceId } = ringing;
  await ada.does("ring-signal", { callId, deviceId, signal: { sdp: "offer" } });
  assert.deepEqual(await jane.heard("ring-signal"), { callId, deviceId, userId: "ada", signal: { sdp: "offer" } });
  await jane.does("ring-signal", { callId, deviceId, signal: { sdp: "answer" } });
  assert.deepEqual(await ada.heard("ring-signal"), { callId, deviceId, userId: "jane", signal: { sdp: "answer" } });
  const stranger = await stage.person("otto", "patient", "Otto Other");
  assert.equal(await stranger.refused("ring-signal", { callId, deviceId, signal: {} }), "not-found");
  await jane.does("accept-video-call", { callId });
  await ada.heard("call-accepted");
  assert.equal(await ada.refused("ring-signal", { callId, deviceId, signal: {} }), "not-found");

  const plain = await stage.person("omar", "practitioner", "Omar Plain", { answers: null });
  await ada.does("end-call", { callId });
  const other = await ada.does("request-video-call", { practitionerId: "omar", preconnect: true });
  const rings = await ada.heard("call-ringing");
  assert.equal(rings.preconnect, false);
  const said = { callId: other.callId, deviceId: rings.deviceId, signal: {} };
  assert.equal(await ada.refused("ring-signal", said), "not-found");
  assert.equal(plain.names().includes("ring-signal"), false);
});

test("the device that refuses is not told that somebody answered elsewhere, the others are", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const phone = await stage.person("jane", "practitioner", "Jane Smith");
  const { callId } = await ada.does("call-user", { to: "jane" });
  await phone.heard("incoming-call");
  await jane.does("reject-call", { callId, reason: "in surgery" });
  assert.equal((await phone.heard("call-answered-elsewhere")).callId, callId);
  assert.equal((await ada.heard("call-rejected")).reason, "in surgery");
  await jane.does("sync", {}); // What was sent before has come.
  assert.equal(jane.names().includes("call-answered-elsewhere"), false);
});
