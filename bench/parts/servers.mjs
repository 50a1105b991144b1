// Starts what is measured: Bedside, and the peers that do the same with socket.io. Each gets a free port, no log, and
// as many open files as this machine allows.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SECRET = "a secret of the host application, long enough";
const PEERS = fileURLToPath(new URL("../peers/", import.meta.url));
/** The limits on addresses are for the many; here all come from one. */
const NO_LIMIT = "1000000000";

/** Bedside on a database of its own. */
export function bedside(binary, ...flags) {
  return serve([binary], "127.0.0.1:0", flags);
}

/** The same in a network of its own. */
export function bedsideIn(namespace, binary, listen, ...flags) {
  return serve(["ip", "netns", "exec", namespace, binary], listen, flags);
}

async function serve([program, ...before], listen, flags) {
  const folder = mkdtempSync(join(tmpdir(), "bedside-bench-"));
  const own = ["serve", "--listen", listen, "--data-dir", folder, "--writes-per-address", NO_LIMIT];
  const env = { ...process.env, BEDSIDE_HOST_TOKEN_SECRET: SECRET, RUST_LOG: "error" };
  const running = await start("Bedside", program, [...before, ...own, ...flags], env);
  return { ...running, stop: async () => (await running.stop(), rmSync(folder, { recursive: true, force: true })) };
}

/** socket.io alone. */
export function plainNode() {
  return peer("plain Node", [join(PEERS, "node/server.mjs")]);
}

/** NestJS with a class for each payload. */
export function nest() {
  return peer("NestJS", [join(PEERS, "nest/dist/main.js")]);
}

/** Installs the peers if they are not there yet, after saying so. */
export function installPeers() {
  for (const name of ["node", "nest"]) {
    const folder = join(PEERS, name);
    if (isOlder(join(folder, "node_modules/.package-lock.json"), join(folder, "package-lock.json"))) {
      console.log(`Missing, and installed now: the packages of bench/peers/${name}/package-lock.json (npm ci)`);
      must(spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--silent"], { cwd: folder, stdio: "inherit" }));
    }
  }
  must(spawnSync("npm", ["run", "--silent", "build"], { cwd: join(PEERS, "nest"), stdio: "inherit" }));
}

/** Makes load at a server: what it found. */
export async function load(binary, server, ...args) {
  const program = join(dirname(resolve(binary)), "bedside-load");
  const at = ["--address", server.address, "--server-pid", `${server.pid}`, "--secret", SECRET];
  return said(server.name, withManyFiles(program, [...args.map(String), ...at], { stdio: ["ignore", "pipe", "inherit"] }));
}

/** What a child prints in the end, as JSON. */
export async function said(name, child) {
  let found = "";
  child.stdout.on("data", (text) => (found += text));
  const status = await new Promise((done) => child.once("close", done));
  if (status !== 0) throw new Error(`${name}: the load ended with ${status}`);
  return JSON.parse(found);
}

function peer(name, args) {
  return start(name, process.execPath, args, { ...process.env, NODE_ENV: "production", PEER_SECRET: SECRET });
}

export async function start(name, program, args, env) {
  const child = withManyFiles(program, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const gone = new Promise((done) => child.once("exit", done));
  const stop = async () => (child.kill("SIGKILL"), await gone);
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listens on ([^;\s]+)/.exec(line)?.[1];
    if (address) return { name, address, pid: child.pid, stop };
  }
  throw new Error(`${name} did not start`);
}

/** The shell raises the limit and then becomes the program, so that the process is the one that is measured. */
export function withManyFiles(program, args, options) {
  return spawn("sh", ["-c", 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"', program, ...args], options);
}

function isOlder(file, than) {
  return !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs;
}

function must({ status }) {
  if (status !== 0) throw new Error("the peers could not be installed");
}
