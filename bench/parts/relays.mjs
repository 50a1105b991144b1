// Starts the relays that are measured beside each other. Each gets a free port, no log, and room for the load: what
// quotas and bandwidths do is not what is measured.

import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { said, withManyFiles } from "./servers.mjs";

const SECRET = "a secret of nobody";
const HERE = "127.0.0.1";
const NO_LIMIT = "1000000000000";
/** A STUN Binding request. */
const BINDING = Buffer.from("000100002112a442000102030405060708090a0b", "hex");
const GIVE_UP_AFTER_MS = 10_000;

/** Our relay alone, as the crate's example has it. */
export function ours(binary, how) {
  const program = join(dirname(resolve(binary)), "examples/relay");
  return start("Bedside", how, (port) => [
    program,
    ...["--listen", `${HERE}:${port}`, "--secret", SECRET, "--relay-ip", "127.0.0.2", "--allow-peer", "127.0.0.3/32"],
    ...["--allocations", "16000", "--bits-per-second", NO_LIMIT],
  ]);
}

/** coturn with the settings it has by itself, but for what lets it run on this machine alone. */
export function coturn(program, how) {
  return start(program === "turnserver" ? "coturn" : program, how, (port) => [
    program,
    ...["-n", "--no-cli", "--no-tls", "--no-dtls", "--log-file", "/dev/null", "--no-stdout-log", "--pidfile", ""],
    ...["-L", HERE, "-E", HERE, "-p", port, "--use-auth-secret", "--static-auth-secret", SECRET, "-r", "bench"],
    "--allow-loopback-peers",
  ]);
}

/** What any relay costs that makes a system call for each packet. */
export function bare(binary, how) {
  return start("bare relay", how, (port) => [loadOf(binary), "bare", "--listen", `${HERE}:${port}`]);
}

export function isInstalled(program) {
  return !spawnSync(program, ["--version"], { stdio: "ignore" }).error;
}

/** Makes load at a relay, on one core: what it found. */
export function load(binary, relay, core, ...args) {
  const at = ["--address", `${HERE}:${relay.port}`, "--server-pid", relay.pid];
  const secret = relay.name === "bare relay" ? [] : ["--secret", SECRET];
  const all = ["-c", core, loadOf(binary), ...args, ...at, ...secret].map(String);
  return said(relay.name, withManyFiles("taskset", all, { stdio: ["ignore", "pipe", "inherit"] }));
}

function loadOf(binary) {
  return join(dirname(resolve(binary)), "bedside-load");
}

/** `how` comes before the command, such as `taskset`. */
async function start(name, how, command) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startAt(await freePort(), name, how, command);
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (attempt === 5) throw error;
    }
  }
}

async function startAt(port, name, how, command) {
  const [program, ...args] = [...how, ...command(port)].map(String);
  const child = withManyFiles(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  const gone = once(child, "exit");
  const stop = async () => (child.kill("SIGKILL"), await gone);
  const ready = name === "bare relay" ? once(createInterface({ input: child.stdout }), "line") : answers(port);
  await Promise.race([ready, gone.then(() => Promise.reject(new Error(`${name} ended before it was ready`)))]);
  child.stdout.resume();
  return { name, port, pid: child.pid, stop };
}

async function answers(port) {
  const socket = createSocket("udp4");
  const asking = setInterval(() => socket.send(BINDING, port, HERE), 25);
  const late = setTimeout(() => socket.emit("error", new Error("a relay did not become ready")), GIVE_UP_AFTER_MS);
  try {
    await once(socket, "message");
  } finally {
    clearInterval(asking);
    clearTimeout(late);
    socket.close();
  }
}

/** The next one has to be free as well: the bare relay has its peers there. */
async function freePort() {
  for (;;) {
    const first = createSocket("udp4").bind(0, HERE);
    await once(first, "listening");
    const { port } = first.address();
    const next = createSocket("udp4").bind(port + 1, HERE);
    const isFree = await Promise.race([once(next, "listening").then(() => true), once(next, "error").then(() => false)]);
    for (const socket of isFree ? [first, next] : [first]) await new Promise((done) => socket.close(done));
    if (isFree) return port;
  }
}
