// What somebody writes in an afternoon with socket.io alone: tokens at the handshake, calls of two in memory, signals
// for whoever sits in the room, acknowledgements. It does less than Bedside does: nothing is kept.

import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import jsonwebtoken from "jsonwebtoken";
import { Server } from "socket.io";

const SECRET = process.env.PEER_SECRET;
const http = createServer((_request, response) => response.end("ok"));
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });
/** Room by id: who belongs to it. */
const rooms = new Map();
const calls = new Map();

const desk = io.of("/video-call");

desk.use((socket, next) => {
  try {
    const { sub, role, name } = jsonwebtoken.verify(socket.handshake.auth.token, SECRET, { algorithms: ["HS256"] });
    if (!sub) throw new Error("the token has no sub");
    socket.data.person = { id: sub, role, name };
    next();
  } catch {
    next(new Error("unauthorized"));
  }
});

desk.on("connection", (socket) => {
  const me = socket.data.person;
  const own = `person:${me.id}`;
  socket.join(own);

  socket.on("request-video-call", (payload, answer) => {
    if (typeof payload?.doctorId !== "string") return answer?.(refused("invalid"));
    const call = { id: randomUUID(), room: randomBytes(16).toString("base64url"), members: [me.id, payload.doctorId] };
    calls.set(call.id, call);
    rooms.set(call.room, call);
    const told = { callId: call.id, roomId: call.room, callerId: me.id, callerName: me.name };
    desk.to(`person:${payload.doctorId}`).emit("incoming-video-call", told);
    answer?.({ ok: true, callId: call.id, roomId: call.room });
  });

  socket.on("accept-video-call", (payload, answer) => {
    const call = calls.get(payload?.callId);
    if (call?.members[1] !== me.id) return answer?.(refused("not-found"));
    desk.to(`person:${call.members[0]}`).emit("call-accepted", { callId: call.id, roomId: call.room });
    answer?.({ ok: true, callId: call.id, roomId: call.room });
  });

  socket.on("join-room", (payload, answer) => {
    const call = rooms.get(payload?.roomId);
    if (!call?.members.includes(me.id)) return answer?.(refused("not-found"));
    socket.join(call.room);
    socket.to(call.room).emit("user-joined", { roomId: call.room, userId: me.id, name: me.name, role: me.role });
    socket.emit("joined-room", { roomId: call.room, callId: call.id, userId: me.id });
    answer?.({ ok: true, roomId: call.room });
  });

  socket.on("webrtc-signal", (payload, answer) => {
    if (typeof payload?.roomId !== "string" || payload.signal === undefined) return answer?.(refused("invalid"));
    if (payload.userId !== undefined && payload.userId !== me.id) return answer?.(refused("forbidden"));
    if (!socket.rooms.has(payload.roomId)) return answer?.(refused("not-found"));
    const told = { roomId: payload.roomId, userId: me.id, signal: payload.signal };
    socket.to(payload.roomId).emit("webrtc-signal", told);
    answer?.({ ok: true, forwarded: desk.adapter.rooms.get(payload.roomId).size - 1 });
  });

  socket.on("end-call", (payload, answer) => {
    const call = rooms.get(payload?.roomId);
    if (!call?.members.includes(me.id)) return answer?.(refused("not-found"));
    desk.to(call.room).emit("call-ended", { roomId: call.room, callId: call.id, endedBy: me.id });
    desk.in(call.room).socketsLeave(call.room);
    rooms.delete(call.room);
    calls.delete(call.id);
    answer?.({ ok: true, roomId: call.room });
  });

  socket.emit("sync", { self: me, calls: [], rings: [], rooms: [] });
});

http.listen(0, "127.0.0.1", () => console.log(`listens on 127.0.0.1:${http.address().port}`));

function refused(code) {
  return { ok: false, error: { code, message: code, retryable: false } };
}
