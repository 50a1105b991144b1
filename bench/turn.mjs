// the relay beside Debian's coturn and a relay that knows no protocol: processor time for each packet, latency, memory

import { release } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadAverage, middle, processor, spread, table } from "./parts/figures.mjs";
import { bare, coturn, isInstalled, load, ours } from "./parts/relays.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    // Another turnserver, to be measured as well.
    coturn: { type: "string" },
  },
});
const binary = resolve(positionals[0] ?? "target/release/bedside");
const size = values.quick ? { rounds: 3, seconds: 1, count: 2000 } : { rounds: 7, seconds: 2, count: 10_000 };

// On one core with the load, which only gives it up when it has filled every queue: so the relay finds all of it and
// is never woken for a single packet. Else the load would have to be faster than what it measures.
const BUSY = { relay: ["chrt", "-b", "0", "taskset", "-c", "0"], load: 0 };
// Each on its own core, and the relay asleep between packets.
const AT_LEISURE = { relay: ["taskset", "-c", "0"], load: 1 };
const SATURATED = ["--flows", 8, "--burst", 8];
const TO_COTURN = { coturn: 0.45 };
const TO_BARE = { "bare relay": 1.2 };
const WAYS = [
  ["saturated-160", "saturated, 160 bytes", BUSY, [...SATURATED, "--bytes", 160], TO_COTURN],
  ["saturated-1200", "saturated, 1,200 bytes", BUSY, [...SATURATED, "--bytes", 1200], TO_COTURN],
  ["offloads", "saturated, 1,200 bytes, with offloads", BUSY, [...SATURATED, "--bytes", 1200, "--offloads"], TO_COTURN],
  ["between", "between two allocations, 1,200 bytes", BUSY, [...SATURATED, "--bytes", 1200, "--between"], TO_COTURN],
  [
    "video",
    "video: 10 flows both ways, 30 bursts a second of ten times 1,200 bytes",
    AT_LEISURE,
    ["--flows", 10, "--burst", 10, "--bursts-per-second", 30, "--bytes", 1200],
    TO_BARE,
  ],
  [
    "audio",
    "audio: 10 flows both ways, 50 packets a second of 160 bytes",
    AT_LEISURE,
    ["--flows", 10, "--bursts-per-second", 50, "--bytes", 160],
    TO_BARE,
  ],
];
/** Of what coturn takes, and in KB. */
const ALLOCATION = { processor: { coturn: 0.4 }, memory: 2 };

const peers = ["turnserver", values.coturn].filter((program) => program && isInstalled(program));
if (!peers.includes("turnserver")) console.log("There is no turnserver (Debian package coturn): nothing is beside it.");
const wanted = (part) => !values.only || values.only.split(",").includes(part);
console.log(`${processor()}; Linux ${release()}; load average ${loadAverage()} at the start`);
for (const way of WAYS) if (wanted(way[0])) await packets(...way);
if (wanted("allocations")) await allocations();
console.log(`\nload average ${loadAverage()} at the end`);

async function packets(name, what, cores, args, targets) {
  const relays = [() => ours(binary, cores.relay), ...peers.map((program) => () => coturn(program, cores.relay))];
  if (name !== "between") relays.push(() => bare(binary, cores.relay));
  const running = await Promise.all(relays.map((begin) => begin()));
  try {
    const measure = (relay) => load(binary, relay, cores.load, "relayed", "--seconds", size.seconds, ...args);
    const found = await rounds(running, measure);
    console.log(`\n${what}: ${size.rounds} rounds by turns`);
    report(running, found, "µs of processor for each packet", targets);
    const rows = running.map(({ name }, n) => {
      const at = (part) => middle(found[n].map((run) => run.latencyMicros[part])).toFixed(0);
      const most = 1e6 / middle(found[n].map((run) => run.processorMicrosEach));
      const lost = middle(found[n].map((run) => run.lost)) * 100;
      return [name, most.toFixed(0), at("p50"), at("p90"), at("p99"), lost.toFixed(2)];
    });
    console.log(table(["", "a second on one core", "µs under way: p50", "p90", "p99", "% lost"], rows));
  } finally {
    for (const relay of running) await relay.stop();
  }
}

/** Each time in a process of its own, for memory remembers. */
async function allocations() {
  const { relay: how, load: core } = AT_LEISURE;
  const begins = [() => ours(binary, how), ...peers.map((program) => () => coturn(program, how))];
  const found = await rounds(begins, async (begin) => {
    const relay = await begin();
    try {
      return { name: relay.name, ...(await load(binary, relay, core, "allocations", "--count", size.count)) };
    } finally {
      await relay.stop();
    }
  });
  const names = found.map(([{ name }]) => ({ name }));
  console.log(`\n${size.count} allocations: ${size.rounds} rounds by turns`);
  report(names, found, "µs of processor for each", ALLOCATION.processor);
  const rows = names.map(({ name }, n) => {
    const kilobytes = found[n].map((run) => run.bytesEach / 1024);
    const verdict = n === 0 ? judged(middle(kilobytes), ALLOCATION.memory) : "";
    return [name, spread(kilobytes, 2), verdict, middle(found[n].map((run) => run.perSecond)).toFixed(0)];
  });
  console.log(table(["", "KB resident for each", "", "a second, asked for 32 at a time"], rows));
}

/** One after the other, round by round, so that whatever else the machine does falls on all of them. */
async function rounds(relays, measure) {
  const found = relays.map(() => []);
  for (let round = 0; round < size.rounds; round += 1) {
    for (const [n, relay] of relays.entries()) found[n].push(await measure(relay));
  }
  return found;
}

function report(relays, found, what, targets) {
  const each = found.map((runs) => runs.map((run) => run.processorMicrosEach));
  const rows = relays.map(({ name }, n) => {
    const ratios = each[0].map((ours, round) => ours / each[n][round]);
    const verdict = targets[name] ? judged(middle(ratios), targets[name]) : "";
    return [name, spread(each[n], 2), n === 0 ? "" : spread(ratios, 3), verdict];
  });
  console.log(table(["", what, "Bedside is, of it", ""], rows));
}

function judged(figure, most) {
  return `at most ${most}: ${figure <= most ? "reached" : "not reached"}`;
}
