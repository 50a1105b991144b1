// Whole calls in a closed loop: ring, accept, both join, thirty signals each way, end. None lost, none doubled, none
// stuck. `BEDSIDE_TEST_CALLS` says how many.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./stage.mjs";

const CALLS = Number(process.env.BEDSIDE_TEST_CALLS ?? 500);
const PAIRS = 25;
const SIGNALS = 30;

async function wholeCall(ada, jane, to) {
  const { callId, roomId } = await ada.does("request-video-call", { doctorId: to });
  const mine = (told) => told.callId === callId;
  await jane.heard("incoming-video-call", mine);
  await jane.does("accept-video-call", { callId });
  await ada.heard("call-accepted", mine);
  for (const line of [ada, jane]) {
    await line.does("join-room", { roomId });
    await line.heard("joined-room", mine);
  }
  for (let n = 0; n < SIGNALS; n += 1) {
    ada.socket.emit("webrtc-signal", { roomId, signal: { candidate: `a ${n}` } });
    jane.socket.emit("webrtc-signal", { roomId, signal: { candidate: `j ${n}` } });
  }
  for (let n = 0; n < SIGNALS; n += 1) {
    const here = (told) => told.roomId === roomId;
    assert.equal((await jane.heard("webrtc-signal", here)).signal.candidate, `a ${n}`);
    assert.equal((await ada.heard("webrtc-signal", here)).signal.candidate, `j ${n}`);
  }
  await jane.does("end-call", { roomId });
  await Promise.all([ada.heard("call-ended", mine), jane.heard("call-ended", mine)]);
  return callId;
}

test(`${CALLS} whole calls: none lost, none doubled, none stuck`, { timeout: 60_000 + CALLS * 200 }, async (t) => {
  const stage = await serve(t);
  const done = [];
  const began = Date.now();
  const pairs = Array.from({ length: PAIRS }, async (_, n) => {
    const jane = await stage.person(`jane-${n}`, "practitioner", "Jane Smith");
    const ada = await stage.person(`ada-${n}`, "patient", "Ada Patient");
    while (done.length < CALLS) {
      done.push(wholeCall(ada, jane, `jane-${n}`));
      await done.at(-1);
      ada.forget();
      jane.forget();
    }
    return [ada, jane];
  });
  const lines = await Promise.all(pairs);
  const ids = await Promise.all(done);
  assert.equal(new Set(ids).size, ids.length);
  for (const [ada] of lines) {
    const running = await stage.rest("GET", "/api/video-call/active-sessions", ada.token);
    assert.deepEqual(running.items, []);
  }
  t.diagnostic(`${ids.length} calls in ${Date.now() - began} ms`);
});
