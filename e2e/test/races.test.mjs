// Each race a thousand times: pairs of people side by side, each pair several times.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as until } from "node:timers/promises";
import { serve } from "./stage.mjs";

const PAIRS = 25;
const ROUNDS = 40;

/** Runs `round` a thousand times, and says how often each outcome came. */
async function race(stage, round, { devices = 1, pairs: side = PAIRS, rounds = ROUNDS } = {}) {
  const tally = {};
  const pairs = Array.from({ length: side }, async (_, n) => {
    const jane = [];
    for (let d = 0; d < devices; d += 1) jane.push(await stage.person(`jane-${n}`, "practitioner", "Jane Smith"));
    const ada = await stage.person(`ada-${n}`, "patient", "Ada Patient");
    for (let r = 0; r < rounds; r += 1) {
      const outcome = await round(ada, jane, `jane-${n}`, n * rounds + r);
      tally[outcome] = (tally[outcome] ?? 0) + 1;
    }
  });
  await Promise.all(pairs);
  assert.equal(Object.values(tally).reduce((a, b) => a + b, 0), 1_000);
  return tally;
}

/** However it began, both sides agree on how it stands, and then it is over. */
async function endsFor(lines, callId) {
  await lines[0].does("end-call", { callId });
  const states = await Promise.all(lines.map((line) => line.stage.rest("GET", `/api/video-call/session/${callId}`, line.token)));
  for (const { status } of states) assert.equal(status, "ended");
  return states[0].outcome;
}

test("accept against cancel has one outcome that both learn", async (t) => {
  const stage = await serve(t);
  const tally = await race(stage, async (ada, [jane], to) => {
    const { callId } = await ada.does("call-user", { to });
    const [accepted, cancelled] = await Promise.all([jane.say("answer-call", { callId }), ada.say("cancel-call", { callId })]);
    // One of the two, never both and never neither.
    assert.notEqual(accepted.ok, cancelled.ok, JSON.stringify([accepted, cancelled]));
    const fits = (told) => told.callId === callId;
    if (accepted.ok) assert.equal((await ada.heard("call-accepted", fits)).acceptedBy, jane.id ?? to);
    else await jane.heard("call-cancelled", fits);
    assert.equal(await endsFor([ada, jane], callId), accepted.ok ? "completed" : "cancelled");
    return accepted.ok ? "accepted" : "cancelled";
  });
  t.diagnostic(JSON.stringify(tally));
});

test("of two devices that accept, one has the call and the other stops", async (t) => {
  const stage = await serve(t);
  await race(
    stage,
    async (ada, janes, to) => {
      const { callId } = await ada.does("call-user", { to });
      const answers = await Promise.all(janes.map((jane) => jane.say("accept-video-call", { callId })));
      assert.deepEqual(answers.map(({ ok }) => ok).sort(), [false, true], JSON.stringify(answers));
      const loser = janes[answers.findIndex(({ ok }) => !ok)];
      await loser.heard("call-answered-elsewhere", (told) => told.callId === callId);
      assert.equal(await endsFor([ada, ...janes], callId), "completed");
      return "one";
    },
    { devices: 2 },
  );
});

test("whoever hangs up first, the call ends once", async (t) => {
  const stage = await serve(t);
  await race(stage, async (ada, [jane], to) => {
    const { callId } = await ada.does("call-user", { to });
    await jane.does("answer-call", { callId });
    await Promise.all([ada.does("end-call", { callId }), jane.does("end-call", { callId })]);
    const fits = (told) => told.callId === callId;
    await Promise.all([ada.heard("call-ended", fits), jane.heard("call-ended", fits)]);
    assert.equal(await endsFor([ada, jane], callId), "completed");
    return "ended";
  });
});

test("of two who enter at once, the one finds the other, who hears of it", async (t) => {
  const stage = await serve(t);
  const tally = await race(stage, async (ada, [jane], to) => {
    const pair = [ada, jane];
    for (const line of pair) line.forget();
    const { callId } = await ada.does("call-user", { to });
    await jane.does("answer-call", { callId });
    await Promise.all(pair.map((line) => line.does("join-room", { callId })));
    const fits = (told) => told.callId === callId;
    const joined = await Promise.all(pair.map((line) => line.heard("joined-room", fits)));
    await Promise.all(pair.map((line) => line.does("end-call", { callId })));
    await Promise.all(pair.map((line) => line.heard("call-ended", fits)));
    const found = joined.map(({ participants }) => participants.length - 1);
    const heard = pair.map((line) => line.names().filter((name) => name === "user-joined").length);
    // Whoever is there makes the offer: nobody would, or both, if this were not so.
    assert.deepEqual(found.toSorted(), [0, 1]);
    assert.deepEqual(heard, found.toReversed());
    return found[0] === 0 ? "caller first" : "callee first";
  });
  t.diagnostic(JSON.stringify(tally));
});

test("whoever goes out and comes in again at once is in", async (t) => {
  const stage = await serve(t);
  await race(stage, async (ada, [jane], to) => {
    const { callId } = await ada.does("call-user", { to });
    await jane.does("answer-call", { callId });
    const fits = (told) => told.callId === callId;
    const enters = async (line) => {
      const { roomId } = await line.does("join-room", { callId });
      await line.heard("joined-room", fits);
      return roomId;
    };
    await enters(jane);
    const roomId = await enters(ada);
    await ada.does("leave-room", { roomId });
    await ada.does("join-room", { roomId });
    await ada.heard("joined-room", fits);
    await jane.heard("user-joined", fits);
    await jane.heard("user-left", fits);
    await jane.heard("user-joined", fits);
    const signal = { type: "candidate", candidate: "" };
    assert.equal((await jane.does("webrtc-signal", { roomId, to: to.replace("jane", "ada"), signal })).forwarded, 1);
    assert.equal((await ada.does("webrtc-signal", { roomId, to, signal })).forwarded, 1);
    assert.equal(await endsFor([ada, jane], callId), "completed");
    return "in";
  });
});

test("two who ring each other at once are in one call", async (t) => {
  const stage = await serve(t);
  await race(stage, async (ada, [jane], to) => {
    // They know each other from the first round on; the first ring makes them acquainted.
    const first = await ada.does("call-user", { to });
    await ada.does("cancel-call", { callId: first.callId });
    const me = to.replace("jane", "ada");
    const [one, other] = await Promise.all([ada.does("call-user", { to }), jane.does("call-user", { to: me })]);
    assert.equal(one.callId, other.callId);
    assert.equal(await endsFor([ada, jane], one.callId), "completed");
    return "one";
  });
});

test("accept against time-out has one outcome that both learn", async (t) => {
  const stage = await serve(t, "--ring-seconds", "5", "--writes-per-address", "100000");
  const round = async (ada, [jane], to, number) => {
    const { callId, expiresAt } = await ada.does("call-user", { to });
    // From 20 ms before it is too late until 20 ms after.
    await until(Date.parse(expiresAt) + (number % 41) - 20 - Date.now());
    const accepted = await jane.say("answer-call", { callId });
    const fits = (told) => told.callId === callId;
    if (accepted.ok) {
      assert.equal((await ada.heard("call-accepted", fits)).acceptedBy, to);
      assert.equal(await endsFor([ada, jane], callId), "completed");
      for (const line of [ada, jane]) assert.ok(!line.names().includes("call-missed"), "answered and missed");
      return "accepted";
    }
    assert.equal(accepted.error.code, "expired");
    await Promise.all([ada.heard("call-missed", fits), jane.heard("call-missed", fits)]);
    assert.ok(!ada.names().includes("call-accepted"), "missed and answered");
    assert.equal(await endsFor([ada, jane], callId), "missed");
    return "missed";
  };
  t.diagnostic(JSON.stringify(await race(stage, round, { pairs: 250, rounds: 4 })));
});
