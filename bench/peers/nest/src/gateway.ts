import { randomBytes, randomUUID } from "node:crypto";
import { UsePipes, ValidationPipe } from "@nestjs/common";
import {
  ConnectedSocket,
  MessageBody,
  OnGatewayConnection,
  OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from "@nestjs/websockets";
import { verify } from "jsonwebtoken";
import type { Namespace, Socket } from "socket.io";
import { CallDto, RingDto, RoomDto, SignalDto } from "./dto";

const SECRET = process.env.PEER_SECRET ?? "";

interface Person {
  id: string;
  role: string;
  name: string;
}

interface Call {
  id: string;
  room: string;
  members: [string, string];
}

/** The same as the plain peer, written as Nest's own documentation writes it: one gateway, a class for each payload. */
@UsePipes(new ValidationPipe({ transform: true, whitelist: true }))
@WebSocketGateway({ namespace: "/video-call", transports: ["websocket"], perMessageDeflate: false })
export class VideoCallGateway implements OnGatewayInit, OnGatewayConnection {
  @WebSocketServer()
  private readonly desk: Namespace;
  private readonly rooms = new Map<string, Call>();
  private readonly calls = new Map<string, Call>();

  afterInit(desk: Namespace): void {
    desk.use((socket, next) => {
      try {
        const claims = verify(socket.handshake.auth.token, SECRET, { algorithms: ["HS256"] });
        if (typeof claims === "string" || !claims.sub) throw new Error("the token has no sub");
        socket.data.person = { id: claims.sub, role: claims.role, name: claims.name };
        next();
      } catch {
        next(new Error("unauthorized"));
      }
    });
  }

  handleConnection(socket: Socket): void {
    const me: Person = socket.data.person;
    socket.join(`person:${me.id}`);
    socket.emit("sync", { self: me, calls: [], rings: [], rooms: [] });
  }

  @SubscribeMessage("request-video-call")
  ring(@ConnectedSocket() socket: Socket, @MessageBody() { doctorId }: RingDto) {
    const me: Person = socket.data.person;
    const call: Call = { id: randomUUID(), room: randomBytes(16).toString("base64url"), members: [me.id, doctorId] };
    this.calls.set(call.id, call);
    this.rooms.set(call.room, call);
    const told = { callId: call.id, roomId: call.room, callerId: me.id, callerName: me.name };
    this.desk.to(`person:${doctorId}`).emit("incoming-video-call", told);
    return { ok: true, callId: call.id, roomId: call.room };
  }

  @SubscribeMessage("accept-video-call")
  accept(@ConnectedSocket() socket: Socket, @MessageBody() { callId }: CallDto) {
    const me: Person = socket.data.person;
    const call = this.calls.get(callId);
    if (call?.members[1] !== me.id) return refused("not-found");
    this.desk.to(`person:${call.members[0]}`).emit("call-accepted", { callId: call.id, roomId: call.room });
    return { ok: true, callId: call.id, roomId: call.room };
  }

  @SubscribeMessage("join-room")
  join(@ConnectedSocket() socket: Socket, @MessageBody() { roomId }: RoomDto) {
    const me: Person = socket.data.person;
    const call = this.rooms.get(roomId);
    if (!call?.members.includes(me.id)) return refused("not-found");
    socket.join(roomId);
    socket.to(roomId).emit("user-joined", { roomId, userId: me.id, name: me.name, role: me.role });
    socket.emit("joined-room", { roomId, callId: call.id, userId: me.id });
    return { ok: true, roomId };
  }

  @SubscribeMessage("webrtc-signal")
  signal(@ConnectedSocket() socket: Socket, @MessageBody() { roomId, userId, signal }: SignalDto) {
    const me: Person = socket.data.person;
    if (userId !== undefined && userId !== me.id) return refused("forbidden");
    if (!socket.rooms.has(roomId)) return refused("not-found");
    socket.to(roomId).emit("webrtc-signal", { roomId, userId: me.id, signal });
    return { ok: true, forwarded: (this.desk.adapter.rooms.get(roomId)?.size ?? 1) - 1 };
  }

  @SubscribeMessage("end-call")
  end(@ConnectedSocket() socket: Socket, @MessageBody() { roomId }: RoomDto) {
    const me: Person = socket.data.person;
    const call = this.rooms.get(roomId);
    if (!call?.members.includes(me.id)) return refused("not-found");
    this.desk.to(roomId).emit("call-ended", { roomId, callId: call.id, endedBy: me.id });
    this.desk.in(roomId).socketsLeave(roomId);
    this.rooms.delete(roomId);
    this.calls.delete(call.id);
    return { ok: true, roomId };
  }
}

function refused(code: string) {
  return { ok: false, error: { code, message: code, retryable: false } };
}
