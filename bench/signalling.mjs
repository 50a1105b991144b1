// processor time and memory of the gateway, beside plain Node with socket.io and NestJS doing the same

import { release } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadAverage, middle, processor, spread, table } from "./parts/figures.mjs";
import { bedside, installPeers, load, nest, plainNode } from "./parts/servers.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const binary = resolve(positionals[0] ?? "target/release/bedside");
const size = values.quick
  ? { rounds: 2, seconds: 2, pairs: 100, connects: 500, weighed: [200, 500], settle: 1 }
  : { rounds: 5, seconds: 4, pairs: 200, connects: 2000, weighed: [1000, 10_000], settle: 5 };
const SIGNALS = [
  ["150-byte candidate", 150],
  ["1.5 KB offer", 1500],
];
/** What the gateway may take at most, as a part of what the peers take; memory in KB for each connection. */
const TARGETS = { signal: { "plain Node": 0.45, NestJS: 0.16 }, connect: { "plain Node": 0.3 }, memory: 16 };

const wanted = (part) => !values.only || values.only.split(",").includes(part);
installPeers();
console.log(`${processor()}; Linux ${release()}, Node ${process.version}; load average ${loadAverage()} at the start`);
const servers = [await bedside(binary), await plainNode(), await nest()];
try {
  if (wanted("signal")) await signals();
  if (wanted("connect")) await connects();
} finally {
  for (const server of servers) await server.stop();
}
if (wanted("memory")) await memory();
console.log(`\nload average ${loadAverage()} at the end`);

async function signals() {
  const most = [];
  for (const server of servers) {
    const { perSecond } = await load(binary, server, "signal", "--pairs", size.pairs, "--seconds", size.seconds);
    most.push(perSecond);
  }
  const rate = Math.floor(Math.min(...most.slice(1)) / 2);
  console.log(`\nSignals a second at most: ${servers.map(({ name }, n) => `${name} ${most[n].toFixed(0)}`).join(", ")}`);
  console.log("(Bedside lets each connection send 50 a second.)");
  for (const [what, bytes] of SIGNALS) {
    const args = ["signal", "--pairs", size.pairs, "--bytes", bytes, "--rate", rate, "--seconds", size.seconds];
    const found = await rounds((server) => load(binary, server, ...args));
    console.log(`\n${what}, ${rate} a second (half of what the slowest peer can): ${size.rounds} rounds by turns`);
    report(found, "µs of processor for each", TARGETS.signal);
    const ms = (n, part) => middle(found[n].map((one) => one.latencyMicros[part])) / 1000;
    const parts = ["p50", "p90", "p99", "p999"];
    const rows = servers.map(({ name }, n) => [name, ...parts.map((part) => ms(n, part).toFixed(2))]);
    console.log(table(["ms from one to the other", ...parts], rows));
  }
}

async function connects() {
  const found = await rounds((server) => load(binary, server, "connect", "--count", size.connects));
  console.log(`\nSet-up of a connection up to \`sync\`, of people known before: ${size.connects} in each of ${size.rounds} rounds`);
  report(found, "µs of processor for each", TARGETS.connect);
}

/** Each in a process of its own, for memory remembers. */
async function memory() {
  const rows = [];
  for (const begin of [() => bedside(binary), plainNode, nest]) {
    const server = await begin();
    try {
      const found = await load(binary, server, "idle", "--counts", size.weighed.join(","), "--settle", size.settle);
      for (const { connections, bytesEach, privateBytesEach } of found.weighed) {
        const kilobytes = [bytesEach, privateBytesEach].map((bytes) => (bytes / 1024).toFixed(1));
        const asked = server.name === "Bedside" && connections === size.weighed.at(-1);
        const verdict = bytesEach / 1024 <= TARGETS.memory ? "reached" : "not reached";
        rows.push([server.name, connections, ...kilobytes, asked ? `at most ${TARGETS.memory}: ${verdict}` : ""]);
      }
    } finally {
      await server.stop();
    }
  }
  console.log("\nMemory of a connection that says nothing");
  console.log(table(["", "connections", "KB resident each", "KB private each", ""], rows));
}

/** One after the other, round by round, so that whatever else the machine does falls on all of them. */
async function rounds(measure) {
  const found = servers.map(() => []);
  for (let round = 0; round < size.rounds; round += 1) {
    for (const [n, server] of servers.entries()) found[n].push(await measure(server));
  }
  return found;
}

function report(found, what, targets) {
  const each = found.map((runs) => runs.map((run) => run.processorMicrosEach));
  const rows = servers.map(({ name }, n) => {
    const ratios = each[0].map((ours, round) => ours / each[n][round]);
    const [ratio, target] = [middle(ratios), targets[name]];
    const verdict = target && `at most ${target}: ${ratio <= target ? "reached" : "not reached"}`;
    return [name, spread(each[n], 1), n === 0 ? "" : spread(ratios, 3), verdict ?? ""];
  });
  console.log(table(["", what, "Bedside is, of it", ""], rows));
}
