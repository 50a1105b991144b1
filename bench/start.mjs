// how soon the server is ready, and what it costs when idle

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";

const RUNS = 9;
const IDLE_FOR_MS = 3_000;
const GIVE_UP_AFTER_MS = 15_000;
const MEGABYTE = 1_000_000;

const binary = resolve(process.argv[2] ?? "target/release/bedside");
const folder = mkdtempSync(join(tmpdir(), "bedside-bench-"));
let over = false;

try {
  const demo = await several(() => startOnce(["demo"]));
  report("bedside demo, start to ready", middle(demo.map((run) => run.readyAfter)), 300, "ms");

  const database = ["serve", "--data-dir", folder, "--database", `sqlite://${join(folder, "bedside.db")}`];
  await startOnce(database); // Makes the database.
  const serve = await several(() => startOnce(database));
  report("bedside serve on an existing database", middle(serve.map((run) => run.readyAfter)), 150, "ms");

  const idle = await startOnce(database, IDLE_FOR_MS);
  report("memory when idle (resident)", idle.memory / MEGABYTE, 40, "MB");
  report("release binary", statSync(binary).size / MEGABYTE, 40, "MB");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = over ? 1 : 0;

/** Starts the server, waits until it is ready, looks at its memory, and stops it properly. */
async function startOnce(args, idleFor = 0) {
  const port = await freePort();
  const began = performance.now();
  // Started in the folder, so that whatever it makes goes away with it.
  const server = spawn(binary, [...args, "--listen", `127.0.0.1:${port}`], { cwd: folder, stdio: "ignore" });
  const ended = once(server, "exit");
  try {
    while (!(await isReady(port))) {
      if (server.exitCode !== null) throw new Error(`bedside ${args[0]} ended with ${server.exitCode} before it was ready`);
      if (performance.now() - began > GIVE_UP_AFTER_MS) throw new Error(`bedside ${args[0]} did not become ready`);
      await pause(1);
    }
    const readyAfter = performance.now() - began;
    await pause(idleFor);
    return { readyAfter, memory: residentMemory(server.pid) };
  } finally {
    server.kill("SIGTERM");
    const [status] = await ended;
    if (status !== 0) throw new Error(`bedside ${args[0]} ended with ${status} when asked to stop`);
  }
}

async function isReady(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

function residentMemory(pid) {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1]) * 1024;
}

async function freePort() {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address();
  taken.close();
  await once(taken, "close");
  return port;
}

async function several(measure) {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await measure());
  return runs;
}

function middle(figures) {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)];
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

function report(what, figure, most, unit) {
  const verdict = figure <= most ? "ok" : "TOO MUCH";
  over ||= figure > most;
  console.log(`${what.padEnd(42)} ${figure.toFixed(1).padStart(7)} ${unit}   at most ${most} ${unit}   ${verdict}`);
}
