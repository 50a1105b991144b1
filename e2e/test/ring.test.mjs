import assert from "node:assert/strict";
import { test } from "node:test";
import { inACall, serve, two } from "./stage.mjs";

test("a ring reaches every device, and the first answer takes it", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const tablet = await stage.person("jane", "practitioner", "Jane Smith", { namespace: "/" });
  const { callId, roomId, expiresAt } = await ada.does("request-video-call", { doctorId: "jane", reason: "rash" });
  assert.ok(Date.parse(expiresAt) > Date.now());
  for (const device of [jane, tablet]) {
    const ring = await device.heard("incoming-video-call");
    assert.deepEqual(
      [ring.callId, ring.roomId, ring.callerName, ring.patientName, ring.reason, ring.callType],
      [callId, roomId, "Ada Patient", "Ada Patient", "rash", "video"],
    );
    assert.equal((await device.heard("incoming-call")).from, "ada");
  }
  await ada.heard("call-ringing");
  await jane.does("accept-video-call", { callId });
  assert.equal((await ada.heard("call-accepted")).acceptedBy, "jane");
  assert.equal((await ada.heard("call-answered")).callId, callId);
  assert.equal((await tablet.heard("call-answered-elsewhere")).callId, callId);
  assert.equal(await tablet.refused("answer-call", { callId }), "not-now");
});

test("a device that comes while it rings, rings, and can be answered at", async (t) => {
  const stage = await serve(t);
  const { ada } = await two(stage, { answers: null });
  const { callId } = await ada.does("request-video-call", { doctorId: "jane", preconnect: true });
  const device = { answers: { preconnect: true }, auth: { deviceId: "phone" } };
  const phone = await stage.person("jane", "practitioner", "Jane Smith", device);
  assert.equal((await phone.heard("incoming-video-call")).callId, callId);
  assert.equal((await phone.heard("incoming-call")).callId, callId);
  assert.ok(await ada.heard("call-ringing", ({ deviceId, preconnect }) => deviceId === "phone" && preconnect));
  await phone.does("accept-video-call", { callId });
  await ada.heard("call-accepted");
});

test("a ring is declined with words, or given up, or not answered in time", async (t) => {
  const stage = await serve(t, "--ring-seconds", "5");
  const { ada, jane } = await two(stage);
  const first = await ada.does("call-user", { to: "jane", type: "audio" });
  await jane.does("reject-call", { callId: first.callId, reason: "in surgery" });
  const rejected = await ada.heard("call-rejected");
  assert.deepEqual([rejected.reason, rejected.rejectedBy], ["in surgery", "jane"]);
  const second = await ada.does("call-user", { to: "jane" });
  await ada.does("cancel-call", { callId: second.callId });
  assert.equal((await jane.heard("call-cancelled")).callId, second.callId);
  assert.equal(await jane.refused("answer-call", { callId: second.callId }), "expired");
  const third = await ada.does("call-user", { to: "jane" });
  assert.equal((await jane.heard("call-missed")).callId, third.callId);
  assert.equal((await ada.heard("call-missed")).callId, third.callId);
});

test("somebody who is not there finds a missed call", async (t) => {
  const stage = await serve(t);
  const jane = await stage.person("jane", "practitioner", "Jane Smith");
  const ada = await stage.person("ada", "patient", "Ada Patient");
  await jane.does("set-presence", { presence: "dnd" });
  assert.equal(await ada.refused("request-video-call", { doctorId: "jane" }), "busy");
  assert.deepEqual(jane.names(), []);
  const missed = await stage.rest("GET", "/api/calls/missed", jane.token);
  assert.equal(missed.items.length, 1);
  assert.equal(await ada.refused("request-video-call", { doctorId: "nobody" }), "not-found");
});

test("two people who ring each other end up in one call", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  // A practitioner rings patients of theirs alone.
  await stage.rest("POST", "/api/appointments", jane.token, {
    practitionerId: "jane",
    patientId: "ada",
    type: "Remote",
    scheduledDate: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const [one, other] = await Promise.all([
    ada.does("call-user", { to: "jane" }),
    jane.does("call-user", { to: "ada" }),
  ]);
  assert.equal(one.callId, other.callId);
  const { items } = await stage.rest("GET", "/api/video-call/active-sessions", ada.token);
  assert.deepEqual(items.map(({ id, status }) => [id, status]), [[one.callId, "active"]]);
});

test("both hear the end once, whoever hangs up", async (t) => {
  const stage = await serve(t);
  const { ada, jane, callId, roomId } = await inACall(stage);
  await Promise.all([ada.does("end-call", { roomId }), jane.does("end-video-call", { callId })]);
  for (const line of [ada, jane]) {
    const ended = await line.heard("call-ended");
    assert.deepEqual([ended.callId, ended.roomId, ended.reason], [callId, roomId, "completed"]);
  }
  assert.equal(await ada.refused("webrtc-signal", { roomId, signal: { type: "offer" } }), "not-found");
});

test("the callee's other devices stop ringing within 200 ms of the answer", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const others = [];
  for (const namespace of ["/", "/video-call"]) others.push(await stage.person("jane", "practitioner", "Jane Smith", { namespace }));
  const stopped = others.map(() => new Map());
  others.forEach(({ socket }, n) => {
    socket.on("call-answered-elsewhere", ({ callId }) => stopped[n].set(callId, performance.now()));
  });
  const times = [];
  for (let n = 0; n < 50; n += 1) {
    const { callId } = await ada.does("call-user", { to: "jane" });
    await jane.does("answer-call", { callId });
    const answered = performance.now();
    for (const [number, other] of others.entries()) {
      await other.heard("call-answered-elsewhere", (told) => told.callId === callId);
      times.push(stopped[number].get(callId) - answered); // Before the answer's own acknowledgement: less than nothing.
    }
    await ada.does("end-call", { callId });
  }
  times.sort((one, other) => one - other);
  const [median, most] = [times[times.length >> 1], times.at(-1)];
  t.diagnostic(`${times.length} times: median ${median.toFixed(1)} ms, at most ${most.toFixed(1)} ms`);
  assert.ok(most <= 200, `${most} ms`);
});
