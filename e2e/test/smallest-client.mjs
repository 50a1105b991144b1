import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

/** Rings `callee`, or waits to be rung if there is none. Resolves to how the call ended, as `call-ended` tells it. */
export function call(url, token, callee) {
  return new Promise((resolve, reject) => {
    const socket = io(`${url}/video-call`, { auth: { token, deviceId: randomUUID() }, forceNew: true });
    const requestId = randomUUID();
    const done = (settle, outcome) => (socket.disconnect(), settle(outcome));
    const say = async (event, payload) => {
      const answer = await socket.timeout(10_000).emitWithAck(event, payload);
      if (!answer.ok) throw new Error(`${event}: ${answer.error.code}`);
      return answer;
    };
    const on = (event, react) => {
      socket.on(event, async (...args) => {
        try {
          await react(...args);
        } catch (error) {
          if (socket.connected) done(reject, error); // Else it comes back, and `sync` tells what to do.
        }
      });
    };
    const enter = ({ roomId }) => say("join-room", { roomId });
    const answer = async ({ callId }) => enter(await say("accept-video-call", { callId }));
    const send = ({ roomId, userId: to }, type) => say("webrtc-signal", { roomId, to, signal: { type, sdp: "v=0" } });
    const offer = (whom) => send(whom, "offer");
    let mine;

    // Refused, or turned away later: the server has said why. Else the client comes back by itself.
    socket.on("connect_error", (error) => socket.active || done(reject, error));
    socket.on("disconnect", (reason) => reason === "io server disconnect" && done(reject, new Error(reason)));
    on("sync", async ({ calls, rings, rooms }) => {
      if (mine && !calls.some((one) => one.callId === mine)) return done(resolve, { callId: mine, reason: "over" });
      for (const room of rooms) await enter(room);
      for (const ring of rings) await answer(ring);
      if (callee && !mine) mine = (await say("request-video-call", { calleeId: callee, requestId })).callId;
    });
    on("incoming-video-call", (ring, heard) => (heard({ ok: true }), answer(ring)));
    on("call-accepted", enter);
    on("joined-room", ({ callId }) => (mine = callId));
    // Whoever is there already offers, to somebody who comes and to somebody who comes back.
    on("user-joined", offer);
    on("user-back", offer);
    on("webrtc-signal", (from) => {
      if (from.signal.type === "offer") return send(from, "answer");
      if (from.signal.type === "answer") return say("end-call", { roomId: from.roomId });
    });
    for (const event of ["call-ended", "call-rejected", "call-missed", "call-cancelled"]) {
      on(event, (told) => done(resolve, { event, ...told }));
    }
  });
}

const [url, token, callee] = process.argv.slice(2);
if (url?.startsWith("http")) console.log(await call(url, token, callee));
