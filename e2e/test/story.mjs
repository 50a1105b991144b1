// Plays a story of `stories/*.json` against the running server: what people do becomes what their clients send, and
// what they see must be what their clients hear, in that order and nothing else. `stories/README.md` explains the files.

import assert from "node:assert/strict";
import { setTimeout as until } from "node:timers/promises";
import { token } from "./stage.mjs";

/** How long it rings in a story; the server that plays it may be told otherwise. */
const RINGS_FOR = 30;
const PATIENCE = 8_000;
/** For what the server itself does a minute later. */
const A_MINUTE = 70_000;
const LEFT_OUT = ["sync", "presence-changed", "notification"];

/** `how` says what client everybody has, and how it connects; `suffix` keeps plays on one server apart. */
export class Play {
  #stage;
  #story;
  #suffix;
  #how;
  #people = new Map();
  /** Of guests, whom the server names. */
  #ids = new Map();
  #calls = new Map();
  #appointment;
  /** Rings that nobody has answered: until when in the story, and until when in truth. */
  #ringing = new Map();

  constructor(stage, story, suffix, how) {
    this.#stage = stage;
    this.#story = story;
    this.#suffix = suffix;
    this.#how = how;
  }

  async play() {
    try {
      await this.#begin();
      for (const [number, step] of this.#story.steps.entries()) await this.#step(step, `step ${number + 1}, at ${step.at} s`);
      await this.#nothingElse();
      await this.#outcome(this.#story.outcome);
    } finally {
      for (const device of this.#devices()) device.leave();
    }
  }

  async #begin() {
    for (const person of this.#story.people) {
      const bearer = token({ sub: this.#id(person.id), role: person.role, name: `${person.id} of the story` });
      if (person.role === "guest") this.#people.set(person.id, { devices: [] });
      else await this.#comes(person, bearer);
    }
    if (this.#story.appointment) await this.#book(this.#story.appointment);
  }

  async #comes({ id, devices = ["laptop"] }, bearer) {
    // Somebody without a device is known to the server all the same.
    await this.#stage.rest("GET", "/api/current-user", bearer);
    const lines = devices.map((name) => new Device(this.#stage, `${id}/${name}`, bearer, this.#how));
    this.#people.set(id, { bearer, devices: lines });
    await Promise.all(lines.map((device) => device.come()));
  }

  async #book({ practitioner, patient, waitingRoom, start, minutes }) {
    this.#appointment = await this.#stage.rest("POST", "/api/appointments", this.#people.get(practitioner).bearer, {
      practitionerId: this.#id(practitioner),
      patientId: this.#id(patient),
      type: "Remote",
      waitingRoom,
      durationMinutes: minutes,
      scheduledDate: new Date(Date.now() + start * 1_000).toISOString(),
    });
    assert.equal(this.#appointment.status, "Accepted", JSON.stringify(this.#appointment));
  }

  async #step(step, where) {
    await this.#reach(step.at);
    const answer = step.who === "clock" ? { ok: true } : await this.#does(step);
    assert.equal(answer.ok ? undefined : answer.error.code, step.refused, `${where}: ${JSON.stringify(answer)}`);
    const seen = Object.entries(step.sees ?? {}).map(([who, events]) => this.#sees(who, events, step, where));
    await Promise.all(seen);
  }

  /** A ring that is over by then in the story is over in truth. */
  async #reach(at) {
    for (const [call, ring] of this.#ringing) {
      if (ring.until > at) continue;
      await until(Math.max(0, ring.expires - Date.now()));
      this.#ringing.delete(call);
    }
  }

  async #sees(who, events, step, where) {
    const patience = step.who === "clock" ? A_MINUTE : PATIENCE;
    for (const device of this.#at(who)) {
      for (const event of events) {
        const told = await device.next(patience);
        assert.equal(told?.event, event, `${where}, seen by ${device.name}`);
        const calls = [...this.#calls.values()].map(({ callId }) => callId);
        if (told.payload.callId) assert.ok(calls.includes(told.payload.callId), `${where}: news of another call`);
      }
    }
  }

  async #does(step) {
    const [device] = this.#at(step.on ? `${step.who}/${step.on}` : step.who);
    const { command, call = "first", ...given } = step.does;
    // A guest has no way in but a link.
    if (!device) return { ok: false, error: { code: await this.#refusedAtTheDoor(step.who, "not-found") } };
    switch (command) {
      case "request-video-call":
        return this.#ring(device, call, step.at, given);
      case "device-rings":
        return device.acknowledge(this.#calls.get(call).callId);
      case "connection-lost":
        device.lose();
        return { ok: true };
      case "connection-back":
        return this.#back(device, call, step.refused);
      case "join-room":
        return this.#join(device, call);
      case "admit-participant":
      case "deny-participant":
        return device.say(command, { ...this.#place(call), userId: this.#id(given.userId) });
      case "invite-participant":
        return this.#invite(device, call, given);
      case "accept-video-call":
      case "reject-video-call":
      case "cancel-video-call":
        this.#ringing.delete(call);
        return device.say(command, { ...this.#place(call), ...given });
      case "leave-room":
      case "end-call":
        return device.say(command, this.#place(call));
      default:
        throw new Error(`nobody knows how to ${command}`);
    }
  }

  async #ring(device, call, at, { calleeId, callType, appointmentId }) {
    const asked = { calleeId: this.#id(calleeId), callType, ...(appointmentId && { appointmentId: this.#appointment.id }) };
    const answer = await device.say("request-video-call", asked);
    if (answer.ok) {
      this.#calls.set(call, { callId: answer.callId, by: device.bearer });
      this.#ringing.set(call, { until: at + RINGS_FOR, expires: Date.parse(answer.expiresAt) });
    } else {
      // It is kept all the same, as the newest of the caller's.
      const { items } = await this.#stage.rest("GET", "/api/video-call/my-sessions", device.bearer);
      this.#calls.set(call, { callId: items[0].callId, by: device.bearer });
    }
    return answer;
  }

  async #join(device, call) {
    const answer = await device.say("join-room", this.#place(call));
    // Of a call that nobody rang, whoever opened it is asked how it ended.
    if (answer.ok && !this.#calls.has(call)) this.#calls.set(call, { callId: answer.callId, by: device.bearer });
    return answer;
  }

  async #invite(device, call, { guestId, role }) {
    const answer = await device.say("invite-participant", { ...this.#place(call), name: guestId, role });
    if (!answer.ok) return answer;
    this.#ids.set(guestId, answer.userId);
    const { token } = await this.#stage.rest("POST", `/api${new URL(answer.link).pathname}`, "");
    await this.#comes(this.#story.people.find(({ id }) => id === guestId), token);
    return answer;
  }

  /** The server lets nobody in without a token, so that they find nothing: what a story calls `otherwise`. */
  async #refusedAtTheDoor(who, otherwise) {
    const stranger = new Device(this.#stage, who, undefined, this.#how);
    assert.match(await stranger.isRefused(), /^unauthorized: /);
    return otherwise;
  }

  /** Whoever comes back enters the room that `sync` names. The seat of somebody who comes too late is gone. */
  async #back(device, call, refused) {
    const sync = await device.come();
    const { roomId } = sync.calls.find(({ callId }) => callId === this.#calls.get(call).callId);
    return refused ? { ok: false, error: { code: refused } } : device.say("join-room", { roomId });
  }

  /** What everybody has heard is all that there was: a later ring is told, and then nobody has heard more. */
  async #nothingElse() {
    const about = (role) => ({ sub: this.#id(`${role} of the bell`), role, name: "Somebody else" });
    const [bell, hand] = ["practitioner", "patient"].map((role) => {
      return new Device(this.#stage, role, token(about(role)), { ...this.#how, transports: ["websocket"] });
    });
    try {
      await Promise.all([bell.come(), hand.come()]);
      const { ok } = await hand.say("call-user", { to: about("practitioner").sub });
      assert.ok(ok && (await bell.next(PATIENCE)), "the bell rings");
    } finally {
      for (const device of [bell, hand]) device.leave();
    }
    for (const device of this.#devices()) {
      if (device.isThere) assert.ok((await device.say("sync")).ok);
      assert.deepEqual(device.heardBeside(), [], `${device.name} has heard more`);
    }
  }

  async #outcome({ calls, room, missed }) {
    for (const [name, told] of Object.entries(calls)) {
      const { callId, by } = this.#calls.get(name);
      const is = await this.#stage.rest("GET", `/api/video-call/session/${callId}`, by);
      assert.deepEqual([is.status, is.outcome], [told.state, told.ending ?? null], name);
      assert.equal(is.durationSeconds === null, told.durationSeconds === undefined, `the duration of ${name}`);
    }
    for (const { id } of this.#story.people.filter(({ role }) => role !== "guest")) {
      const { items } = await this.#stage.rest("GET", "/api/calls/missed", this.#people.get(id).bearer);
      assert.equal(items.length, missed.includes(id) ? missed.filter((who) => who === id).length : 0, `missed by ${id}`);
    }
    if (!this.#appointment) return;
    const { bearer } = this.#people.get(this.#story.appointment.patient);
    const { id } = this.#appointment;
    const { status, practitionerJoined, patientJoined } = await this.#stage.rest("GET", `/video-call/room/appointment/${id}`, bearer);
    assert.deepEqual({ status, practitionerJoined, patientJoined }, room);
  }

  #id(person) {
    return this.#ids.get(person) ?? `${person}-${this.#suffix}`;
  }

  /** Where a call is: an appointment is a place, a ring has none but its own. */
  #place(call) {
    return this.#appointment ? { roomId: this.#appointment.roomId } : { callId: this.#calls.get(call).callId };
  }

  #devices() {
    return [...this.#people.values()].flatMap(({ devices }) => devices);
  }

  #at(who) {
    const [person, name] = who.split("/");
    return this.#people.get(person).devices.filter((device) => !name || device.name === who);
  }
}

/** A client of somebody's, of whichever version: only what all versions have is used. */
class Device {
  #heard = [];
  #waiting = [];
  #rings = new Map();
  #upgrades;

  constructor(stage, name, bearer, { client, transports }) {
    this.name = name;
    this.bearer = bearer;
    this.#upgrades = transports.length > 1;
    const auth = { token: bearer, deviceId: name.replace("/", ".") };
    const how = { auth, transports, forceNew: true, reconnection: false, autoConnect: false };
    this.socket = client(`http://${stage.address}/video-call`, how);
    this.socket.onAny((event, payload, acknowledge) => this.#hear(event, payload, acknowledge));
  }

  get isThere() {
    return this.socket.connected;
  }

  #hear(event, payload, acknowledge) {
    if (acknowledge) this.#rings.set(payload.callId, acknowledge);
    if (LEFT_OUT.includes(event)) return;
    const waiting = this.#waiting.shift();
    if (waiting) waiting({ event, payload });
    else this.#heard.push({ event, payload });
  }

  /** Connects, over the transport that was asked for. */
  async come() {
    const sync = within(PATIENCE, `${this.name} is not told the situation`, (resolve) => this.socket.once("sync", resolve));
    this.socket.connect();
    const told = await sync;
    const { engine } = this.socket.io;
    if (this.#upgrades && engine.transport.name !== "websocket") {
      await within(PATIENCE, `${this.name} stays with polling`, (resolve) => engine.once("upgrade", resolve));
    }
    return told;
  }

  /** Why it may not connect. */
  isRefused() {
    return within(PATIENCE, `${this.name} is not refused`, (resolve) => {
      this.socket.once("connect_error", (error) => resolve(error.message));
      this.socket.connect();
    });
  }

  /** The line breaks, without a good-bye of Socket.IO's. */
  lose() {
    this.socket.io.engine.close();
  }

  leave() {
    this.socket.disconnect();
  }

  say(event, payload) {
    return within(PATIENCE, `${event} is not answered`, (resolve) => this.socket.emit(event, payload, resolve));
  }

  /** Says that it rings. */
  acknowledge(callId) {
    this.#rings.get(callId)({ ok: true });
    return { ok: true };
  }

  /** The next thing that it hears; nothing if that does not come. */
  next(patience) {
    if (this.#heard.length > 0) return this.#heard.shift();
    return within(patience, `${this.name} hears nothing`, (resolve) => this.#waiting.push(resolve));
  }

  heardBeside() {
    return this.#heard.map(({ event }) => event);
  }
}

function within(patience, otherwise, begin) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(otherwise)), patience);
    begin((value) => (clearTimeout(late), resolve(value)));
  });
}
