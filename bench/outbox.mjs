// how many notices a second the outbox drains to a local provider of SMS, on SQLite and on PostgreSQL

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "100000" }, only: { type: "string" } },
});
const binary = resolve(positionals[0] ?? "target/release/bedside");
const count = Number(values.count);
const PEOPLE = 1_000;
const GIVE_UP_AFTER_MS = 20 * 60_000;
const NOON = 1_800_000_000_000;
const folder = mkdtempSync(join(tmpdir(), "bedside-bench-"));
chmodSync(folder, 0o755);

try {
  if (values.only !== "postgres") await drain("SQLite", `sqlite://${join(folder, "bedside.db")}`, intoSqlite);
  if (values.only !== "sqlite") await onPostgres((url, run) => drain("PostgreSQL", url, run));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Fills the outbox, starts the server, and waits until the provider has everything. */
async function drain(name, database, run) {
  execFileSync(binary, ["migrate", "--database", database], { cwd: folder, stdio: "ignore" });
  for (const statement of seed(name)) run(statement);
  const provider = await listen();
  const config = join(folder, "bedside.toml");
  const body = `{"id":"{id}","to":"{to}","text":"{text}"}`;
  const headers = `{ "content-type" = "application/json" }`;
  writeFileSync(config, `[sms]\nprovider = "http"\nurl = "${provider.url}"\nheaders = ${headers}\nbody = '${body}'\n`);
  const began = performance.now();
  const server = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--database", database, "--config", config], {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, RUST_LOG: "warn" },
  });
  const ended = once(server, "exit");
  const tenths = [];
  while (provider.ids.size < count && performance.now() - began < GIVE_UP_AFTER_MS && server.exitCode === null) {
    await pause(20);
    while (provider.ids.size >= ((tenths.length + 1) * count) / 10) tenths.push(performance.now());
  }
  const seconds = (performance.now() - began) / 1_000;
  server.kill("SIGTERM");
  await ended;
  provider.close();
  const rate = Math.round(provider.ids.size / seconds);
  console.log(
    `${name.padEnd(12)} ${provider.ids.size} notices in ${seconds.toFixed(1)} s: ${rate} a second, ${provider.repeats} sent twice`,
  );
  // What waits and what is done must not slow down what goes.
  const each = [began, ...tenths].slice(0, -1).map((since, n) => Math.round(count / 10 / ((tenths[n] - since) / 1_000)));
  console.log(`${"".padEnd(12)} by tenths: ${each.join(", ")} a second`);
  if (provider.ids.size < count || provider.repeats > 0) process.exitCode = 1;
}

/** People who wish to be told of messages by SMS, a call that they were written to in, and what they are owed. */
function* seed(name) {
  const numbers = (n) =>
    name === "SQLite"
      ? `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${n}) `
      : `WITH s(n) AS (SELECT generate_series(1, ${n})) `;
  const now = Date.now();
  yield `${numbers(PEOPLE)}INSERT INTO people (id, role, name, given_name, family_name, phone, languages, listed, sort_name,
    created_at, updated_at, version) SELECT 'p' || n, 'patient', 'P', 'P', '', '+491700000000', '', FALSE, 'p', ${NOON},
    ${NOON}, 1 FROM s`;
  yield `INSERT INTO choices (person, topic, channel, wanted) SELECT id, 'message', 'sms', TRUE FROM people`;
  yield `INSERT INTO rooms (id, practitioner, patient, door, status, practitioner_joined, patient_joined, version)
    VALUES ('room', 'p1', 'p2', 'open', 'Ended', TRUE, TRUE, 1)`;
  yield `INSERT INTO calls (id, room, media, caller, caller_role, callee, callee_role, door, origin, requested_at, state,
    ended_at, ending, version) VALUES ('call', 'room', 'video', 'p1', 'patient', 'p2', 'patient', 'open', 'ring', ${now},
    'ended', ${now}, 'completed', 1)`;
  yield `${numbers(count)}INSERT INTO notices (id, person, topic, about, about_id, at)
    SELECT 'n' || n, 'p' || (n % ${PEOPLE} + 1), 'message', 'call', 'call', ${now} FROM s`;
  yield `${numbers(count)}INSERT INTO outbox (id, lane, recipient, topic, about, about_id, at, due_at)
    SELECT 'n' || n, 'plan', 'p' || (n % ${PEOPLE} + 1), 'message', 'call', 'call', ${now}, ${now} FROM s`;
}

/** A provider of SMS that says yes to everything and remembers what it was given. */
async function listen() {
  const ids = new Set();
  const provider = { ids, repeats: 0 };
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const { id } = JSON.parse(Buffer.concat(parts).toString());
      if (ids.has(id)) provider.repeats += 1;
      ids.add(id);
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  provider.url = `http://127.0.0.1:${server.address().port}/`;
  provider.close = () => server.closeAllConnections() ?? server.close();
  return provider;
}

function intoSqlite(statement) {
  const program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()";
  execFileSync("python3", ["-c", program, join(folder, "bedside.db"), statement]);
}

/** A PostgreSQL of one's own, through a socket in its own folder. The superuser of the machine may not run it. */
async function onPostgres(work) {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort() : [];
  if (versions.length === 0) return console.log("PostgreSQL   is not here; install the Debian package postgresql");
  const programs = join(base, versions.at(-1), "bin");
  const data = join(folder, "data");
  const root = process.getuid() === 0;
  if (root) execFileSync("chown", ["postgres", folder]);
  const as = (program, ...args) => {
    const [command, ...rest] = root ? ["runuser", "-u", "postgres", "--", join(programs, program)] : [join(programs, program)];
    return execFileSync(command, [...rest, ...args], { cwd: "/", stdio: "ignore" });
  };
  as("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--pgdata", data);
  const options = `-c listen_addresses= -c unix_socket_directories=${folder}`;
  as("pg_ctl", "start", "--wait", "--silent", "--pgdata", data, "--log", join(folder, "log"), "--options", options);
  try {
    const run = (statement) => as("psql", "-h", folder, "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-c", statement);
    await work(`postgres://postgres@${encodeURIComponent(folder)}/postgres`, run);
  } finally {
    as("pg_ctl", "stop", "--mode=fast", "--silent", "--pgdata", data);
  }
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
