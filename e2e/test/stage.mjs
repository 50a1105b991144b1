// Starts the real server and connects people to it with the official client, as their applications would.

import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

export const SECRET = "a secret of the host application, long enough";
export const BINARY = process.env.BEDSIDE_TEST_BINARY ?? new URL("../../target/debug/bedside", import.meta.url).pathname;
/** What has not come by then does not come. */
const PATIENCE = 8_000;

/** The running server of one test. */
export async function serve(test, ...flags) {
  const folder = mkdtempSync(join(tmpdir(), "bedside-e2e-"));
  const stage = new Stage(folder, flags);
  test.after(() => stage.end());
  await stage.start();
  return stage;
}

class Stage {
  #folder;
  #flags;
  #process;
  #lines = [];
  address = "127.0.0.1:0";

  constructor(folder, flags) {
    this.#folder = folder;
    this.#flags = flags;
  }

  async start() {
    const args = ["serve", "--listen", this.address, "--data-dir", this.#folder, "--host-token-secret", SECRET];
    this.#process = spawn(BINARY, [...args, ...this.#flags], { stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface({ input: this.#process.stdout })) {
      // The same port again after a restart, as clients know it.
      this.address = line.match(/^Bedside listens on ([^;]+);/)[1];
      return;
    }
    throw new Error("the server did not start");
  }

  /** `kill -9`: no good-bye. */
  async kill() {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return; // It is gone already.
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await gone;
  }

  async end() {
    for (const line of this.#lines) line.socket.disconnect();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Somebody at a device. `how` goes to the official client. */
  person(sub, role, name, how) {
    return this.withToken(token({ sub, role, name }), how);
  }

  /** The same with a token that is there. `answers` goes with what a device says when it rings. */
  async withToken(bearer, { namespace = "/video-call", auth = {}, client = io, answers, ...how } = {}) {
    const socket = client(`http://${this.address}${namespace}`, {
      auth: { token: bearer, ...auth },
      forceNew: true,
      reconnectionDelay: 100,
      ...how,
    });
    const line = new Line(socket, bearer, this, answers);
    this.#lines.push(line);
    await line.heard("sync");
    return line;
  }

  async rest(method, path, bearer, body) {
    const answer = await fetch(`http://${this.address}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.json();
  }

  /** The code with which something is refused. */
  async restCode(...asked) {
    return (await this.rest(...asked)).code;
  }
}

/** One connection, which remembers what it heard. */
export class Line {
  #heard = [];
  #waiting = [];

  constructor(socket, bearer, stage, answers = {}) {
    /** What a device says when it rings; some clients say nothing at all. */
    this.answers = answers ? [{ ok: true, ...answers }] : [];
    this.socket = socket;
    this.token = bearer;
    this.stage = stage;
    socket.onAny?.((event, payload, acknowledge) => this.#hear(event, payload, acknowledge));
  }

  #hear(event, payload, acknowledge) {
    acknowledge?.(...this.answers);
    const at = this.#waiting.findIndex((one) => one.event === event && one.fits(payload));
    if (at >= 0) this.#waiting.splice(at, 1)[0].resolve(payload);
    else this.#heard.push({ event, payload });
  }

  /** The next event of that name that nobody has waited for yet. */
  heard(event, fits = () => true, patience = PATIENCE) {
    const at = this.#heard.findIndex((one) => one.event === event && fits(one.payload));
    if (at >= 0) return Promise.resolve(this.#heard.splice(at, 1)[0].payload);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${event} did not come; heard: ${this.names()}`)), patience);
      this.#waiting.push({ event, fits, resolve: (payload) => (clearTimeout(late), resolve(payload)) });
    });
  }

  /** What came before does not matter any more. */
  forget() {
    this.#heard = [];
  }

  /** What came and was not waited for. */
  names() {
    return this.#heard.map((one) => one.event);
  }

  say(event, payload) {
    return this.socket.timeout(PATIENCE).emitWithAck(event, payload);
  }

  /** The acknowledgement of something that must be done. */
  async does(event, payload) {
    const answer = await this.say(event, payload);
    if (!answer.ok) throw new Error(`${event}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The code of something that must be refused. */
  async refused(event, payload) {
    const answer = await this.say(event, payload);
    if (answer.ok) throw new Error(`${event} was not refused: ${JSON.stringify(answer)}`);
    return answer.error.code;
  }
}

export function token(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ exp, ...claims })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** Ada the patient and Jane the practitioner, each at a device. */
export async function two(stage, how = {}) {
  const jane = await stage.person("jane", "practitioner", "Jane Smith", how);
  const ada = await stage.person("ada", "patient", "Ada Patient", how);
  return { ada, jane };
}

/** The two in the room of a call that was rung and answered. */
export async function inACall(stage, how = {}) {
  const { ada, jane } = await two(stage, how);
  const { callId, roomId } = await ada.does("request-video-call", { doctorId: "jane", reason: "rash" });
  await jane.heard("incoming-video-call");
  await jane.does("accept-video-call", { callId });
  await ada.heard("call-accepted");
  await jane.does("join-room", { roomId });
  await jane.heard("joined-room");
  await ada.does("join-room", { roomId });
  await ada.heard("joined-room");
  await jane.heard("user-joined");
  return { ada, jane, callId, roomId };
}
