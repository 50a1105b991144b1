// What is written in a call comes to whoever is not there to read it: on every way that they chose, and once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_AUTHORITY } from "./authority.mjs";
import { receive } from "./receivers.mjs";
import { serve, token } from "./stage.mjs";

const NEEDS = { skip: NO_AUTHORITY };
/** A seat whose connection broke is kept for a minute. */
const A_MINUTE = 90_000;
const NEEDS_A_MINUTE = { skip: NO_AUTHORITY || (!process.env.BEDSIDE_TEST_LONG && "it takes a minute: script/test --long") };

/** A practice whose messages go to receivers of the test. */
async function practice(t) {
  const receivers = await receive(t);
  const stage = await serve(t, "--host-admins", ...receivers.flags);
  const agnes = token({ sub: "agnes", role: "admin", name: "Agnes Root" });
  return { receivers, stage, agnes };
}

/** A patient and a practitioner in their room. The patient has an address, a telephone and a phone to be woken. */
async function pair({ receivers, stage }, name) {
  const claims = { sub: name, role: "patient", name: `${name} Lovelace`, email: `${name}@mail.example`, phone: "+491711234567" };
  const doctor = await stage.person(`dr-${name}`, "practitioner", "Jane Smith");
  // A connection that breaks does not come back by itself.
  const patient = await stage.withToken(token(claims), { reconnection: false, transports: ["websocket"] });
  const choices = [{ topic: "message", channel: "sms", wanted: true }];
  await put(stage, "/api/me/reach", patient.token, { choices });
  await post(stage, "/api/me/devices", patient.token, await receivers.subscription(name));
  const { callId, roomId } = await patient.does("request-video-call", { doctorId: `dr-${name}` });
  await doctor.does("accept-video-call", { callId });
  for (const line of [doctor, patient]) await line.does("join-room", { roomId });
  const says = (text) => doctor.does("chat-message", { roomId, text });
  return { name, claims, doctor, patient, callId, roomId, says };
}

async function post(stage, path, bearer, body, method = "POST") {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const answer = await fetch(`http://${stage.address}${path}`, { method, headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 204, path);
}

const put = (stage, path, bearer, body) => post(stage, path, bearer, body, "PUT");

/** What has come to that patient, by way. */
function come(receivers, name, count, patience) {
  const by = {
    letter: ({ to }) => to[0] === `${name}@mail.example`,
    push: ({ path, body }) => path === `/push/${name}` && body.topic === "message",
  };
  return Promise.all(Object.entries(by).map(([kind, fits]) => receivers.until(kind, count, fits, patience)));
}

async function topics(stage, line) {
  const { items } = await stage.rest("GET", "/api/notifications", line.token);
  return items.map(({ topic, readAt }) => `${topic}${readAt ? " (read)" : ""}`);
}

/** Nothing of a message is still to be told. */
async function allTold({ stage, agnes }) {
  const late = Date.now() + A_MINUTE;
  for (;;) {
    const { items } = await stage.rest("GET", "/api/outbox", agnes);
    if (items.length === 0) return;
    assert.ok(Date.now() < late, JSON.stringify(items));
    await new Promise((done) => setTimeout(done, 50));
  }
}

test("whoever left is told of what is written, once until they come back, and not while they are there", NEEDS, async (t) => {
  const the = await practice(t);
  const { receivers, stage } = the;
  const { patient, says, roomId } = await pair(the, "ada");
  await says("you are here");
  assert.deepEqual(await topics(stage, patient), []);

  await patient.does("leave-room", { roomId });
  await says("a private word");
  await says("and another");
  const told = await patient.heard("notification");
  assert.deepEqual([told.topic, told.unread], ["message", 1]);
  const [[letter], [push]] = await come(receivers, "ada", 1);
  assert.equal(letter.subject, "New message");
  const [sms] = await receivers.until("sms", 1, () => true);
  for (const said of [letter.text, letter.html, push.body.body, sms.body]) {
    assert.ok(!/private|another|Lovelace/.test(said), said);
  }
  await allTold(the);
  assert.deepEqual(await topics(stage, patient), ["message"], "one for both");
  assert.deepEqual((await come(receivers, "ada", 1)).map((all) => all.length), [1, 1]);
  assert.ok(!patient.names().includes("notification"), "nor did the second come live");

  const { chat } = await patient.does("join-room", { roomId });
  assert.deepEqual(chat.map(({ text }) => text), ["you are here", "a private word", "and another"]);
  assert.deepEqual(await topics(stage, patient), ["message (read)"], "it was shown");
  await says("welcome back");
  await patient.does("leave-room", { roomId });
  await says("one thing more");
  assert.deepEqual((await come(receivers, "ada", 2)).map((all) => all.length), [2, 2], "the next time away");
  await allTold(the);
  assert.equal((await receivers.received("sms")).length, 2);
  assert.deepEqual(await topics(stage, patient), ["message", "message (read)"]);
});

test("whoever has nothing but the link of their appointment reads what was written by it", NEEDS, async (t) => {
  const { receivers, stage } = await practice(t);
  const doctor = await stage.person("jane", "practitioner", "Jane Smith");
  const patient = await stage.withToken(token({ sub: "ada", role: "patient", name: "Ada", email: "ada@mail.example" }));
  const [type, scheduledDate] = ["Remote", new Date(Date.now() + 60_000).toISOString()];
  const visit = { practitionerId: "jane", patientId: "ada", type, scheduledDate };
  const { id, roomId } = await stage.rest("POST", "/api/appointments", doctor.token, visit);
  await doctor.does("join-room", { roomId });
  await doctor.does("chat-message", { roomId, text: "I am here" });
  const [letter] = await receivers.until("letter", 1, ({ subject }) => subject === "New message");
  const { videoCallLink } = await stage.rest("GET", `/api/appointments/${id}`, patient.token);
  assert.ok(letter.text.includes(videoCallLink) && letter.html.includes(videoCallLink), letter.text);
  assert.equal(letter.events, null, "it is no invitation");
  const { token: pass } = await stage.rest("POST", `/api${new URL(videoCallLink).pathname}`, "");
  const come = await stage.withToken(pass);
  const { chat } = await come.does("join-room", { roomId });
  assert.deepEqual(chat.map(({ text }) => text), ["I am here"]);
});

test("whoever lost the connection is told when they do not come back, and not at all if they do", NEEDS_A_MINUTE, async (t) => {
  const the = await practice(t);
  const { receivers, stage } = the;
  const [gone, back] = await Promise.all(["greta", "bea"].map((name) => pair(the, name)));
  for (const { patient, doctor, says } of [gone, back]) {
    patient.socket.io.engine.close(); // No good-bye.
    await doctor.heard("user-reconnecting");
    await says("are you there?");
    await says("hello?");
  }
  const { items } = await stage.rest("GET", "/api/outbox", the.agnes);
  const messages = items.filter(({ topic }) => topic === "message");
  assert.deepEqual(messages.map(({ lane }) => lane), ["plan", "plan"], "one each, to be looked at in a minute");
  assert.deepEqual(await topics(stage, gone.patient), [], "they may be back in a moment");
  const again = await stage.withToken(token(back.claims));
  const { chat } = await again.does("join-room", { roomId: back.roomId });
  assert.equal(chat.length, 2);

  const [[letter]] = await come(receivers, "greta", 1, A_MINUTE);
  assert.equal(letter.subject, "New message");
  await allTold(the);
  assert.deepEqual(await topics(stage, gone.patient), ["message"]);
  assert.deepEqual(await topics(stage, again), [], "whoever is back has it before their eyes");
  assert.deepEqual((await receivers.received("letter")).map(({ to }) => to[0]), ["greta@mail.example"]);
});
