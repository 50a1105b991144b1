// what a read and a booking cost in CPU, beside fastify with better-sqlite3 doing the same

import { spawn, spawnSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PAIRS = 7;
const READS = 4_000;
const BOOKINGS = 800;
/** Connections that ask at once, each for a practitioner of its own. */
const CONNECTIONS = 8;
const AT_MOST = 0.85;
const TICKS_A_SECOND = Number(spawnSync("getconf", ["CLK_TCK"]).stdout.toString());
const SECRET = "a secret of the host application, long enough";
const PEER = new URL("peers/fastify/", import.meta.url).pathname;

const binary = resolve(process.argv[2] ?? "target/release/bedside");
const folder = mkdtempSync(join(tmpdir(), "bedside-bench-"));
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const servers = [];
let booked = 0;

try {
  if (!existsSync(`${PEER}node_modules`)) spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: PEER, stdio: "inherit" });
  const ours = await bedside();
  const theirs = await peer();
  console.log(`${PAIRS} pairs of ${READS} reads and ${BOOKINGS} bookings over ${CONNECTIONS} connections; CPU for each request`);
  await sameAnswers(ours, theirs);
  const warm = (server) => measured(server, "reads", 500).then(() => measured(server, "bookings", 100));
  await warm(ours);
  await warm(theirs);
  let over = false;
  for (const [what, count] of [["reads", READS], ["bookings", BOOKINGS]]) {
    const pairs = [];
    // In turns, and each first as often as the other, so that what else the machine does meets both.
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const order = pair % 2 === 0 ? [ours, theirs] : [theirs, ours];
      const costs = new Map();
      for (const server of order) costs.set(server, await measured(server, what, count));
      pairs.push({ ours: costs.get(ours), theirs: costs.get(theirs) });
    }
    const ratio = middle(pairs.map((pair) => pair.ours / pair.theirs));
    const [mine, other] = [middle(pairs.map((pair) => pair.ours)), middle(pairs.map((pair) => pair.theirs))];
    over ||= ratio > AT_MOST;
    const verdict = ratio > AT_MOST ? "TOO MUCH" : "ok";
    console.log(
      `${what.padEnd(9)} Bedside ${mine.toFixed(0).padStart(5)} µs   fastify ${other.toFixed(0).padStart(5)} µs   ` +
        `ratio ${ratio.toFixed(2)}, at most ${AT_MOST}   ${verdict}`,
    );
    console.log(`          pairs: ${pairs.map((pair) => (pair.ours / pair.theirs).toFixed(2)).join(" ")}`);
  }
  process.exitCode = over ? 1 : 0;
} finally {
  agent.destroy();
  for (const server of servers) server.process.kill("SIGTERM");
  await Promise.all(servers.map((server) => server.process.exitCode ?? once(server.process, "exit")));
  rmSync(folder, { recursive: true, force: true });
}

/** Bedside with its people, and an appointment of each practitioner to read. */
async function bedside() {
  const database = join(folder, "bedside.db");
  const port = await freePort();
  const flags = ["--database", `sqlite://${database}`, "--listen", `127.0.0.1:${port}`, "--host-token-secret", SECRET];
  const limits = ["--writes-per-person", "1000000", "--writes-per-address", "1000000"];
  const env = { ...process.env, RUST_LOG: "warn" };
  const server = started(binary, ["serve", ...flags, ...limits], { env }, port, database);
  await until(async () => (await ask(server, "GET", "/readyz").catch(() => ({}))).status === 200);
  await ask(server, "GET", "/api/current-user", { token: token("patient", "Ada Patient", "patient") });
  for (let n = 0; n < CONNECTIONS; n += 1) {
    const practitioner = doctor(n);
    await ask(server, "GET", "/api/current-user", { token: practitioner.token });
    const answer = await book(server, n);
    if (answer.status !== 201) throw new Error(`Bedside does not book: ${answer.text}`);
    server.readable.push(JSON.parse(answer.text).id);
  }
  return server;
}

/** The peer on a copy of that database. */
async function peer() {
  const [ours] = servers;
  const database = join(folder, "peer.db");
  if (spawnSync(binary, ["backup", database, "--database", `sqlite://${ours.database}`]).status !== 0) {
    throw new Error("the database could not be copied");
  }
  const port = await freePort();
  const server = started("node", [`${PEER}server.mjs`, String(port), database, SECRET], {}, port, database);
  server.readable = ours.readable;
  await until(async () => (await read(server, 0).catch(() => ({}))).status === 200);
  return server;
}

function started(command, args, options, port, database) {
  const child = spawn(command, args, { ...options, cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const server = { process: child, port, database, readable: [] };
  servers.push(server);
  return server;
}

/** Microseconds of CPU, in user and system mode, that one request took. */
async function measured(server, what, count) {
  const ask = what === "reads" ? read : book;
  const expected = what === "reads" ? 200 : 201;
  const before = cpuTicks(server.process.pid);
  const one = async (connection) => {
    for (let n = 0; n < count / CONNECTIONS; n += 1) {
      const { status, text } = await ask(server, connection);
      if (status !== expected) throw new Error(`${what}: ${status} ${text}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => one(connection)));
  return ((cpuTicks(server.process.pid) - before) / TICKS_A_SECOND / count) * 1e6;
}

/** Whatever one says of an appointment, the other says, but for where it listens. */
async function sameAnswers(ours, theirs) {
  const plain = ({ status, text }, server) => `${status} ${text.replaceAll(`:${server.port}/`, "/")}`;
  const [mine, other] = [plain(await read(ours, 0), ours), plain(await read(theirs, 0), theirs)];
  if (JSON.stringify(sorted(mine)) !== JSON.stringify(sorted(other))) throw new Error(`they differ:\n${mine}\n${other}`);
}

function sorted(answer) {
  return Object.entries(JSON.parse(answer.slice(4))).sort();
}

function read(server, connection) {
  return ask(server, "GET", `/api/appointments/${server.readable[connection]}`, { token: doctor(connection).token });
}

/** Five minutes that nobody has booked yet. */
function book(server, connection) {
  booked += 1;
  const body = {
    practitionerId: doctor(connection).id,
    patientId: "patient",
    scheduledDate: new Date(Math.ceil(Date.now() / 1_000 + 3_600 + booked * 300) * 1_000).toISOString(),
    durationMinutes: 5,
    type: "Remote",
    reason: "a follow-up",
  };
  return ask(server, "POST", "/api/appointments", { token: doctor(connection).token, body, key: randomUUID() });
}

function ask(server, method, path, { token, body, key } = {}) {
  const text = body && JSON.stringify(body);
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(text && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
    ...(key && { "idempotency-key": key }),
  };
  return new Promise((done, failed) => {
    const sent = request({ agent, host: "127.0.0.1", port: server.port, method, path, headers }, (answer) => {
      let heard = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (heard += part));
      answer.on("end", () => done({ status: answer.statusCode, text: heard }));
    });
    sent.on("error", failed);
    sent.end(text);
  });
}

function doctor(n) {
  doctor.made ??= Array.from({ length: CONNECTIONS }, (_, n) => {
    const id = `doctor-${n}`;
    return { id, token: token(id, `Doctor Number${n}`, "practitioner") };
  });
  return doctor.made[n];
}

function token(sub, name, role) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub, name, role, exp: Math.floor(Date.now() / 1_000) + 86_400 })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** User and system time of all its threads, also of those that are gone. */
function cpuTicks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function until(ready) {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await ready()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error("a server did not become ready");
}

async function freePort() {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address();
  taken.close();
  await once(taken, "close");
  return port;
}

function middle(figures) {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];
}
