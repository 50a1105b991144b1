// whole calls in a closed loop, 100,000 unless --count says otherwise: none lost, none doubled, none stuck

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadAverage } from "./parts/figures.mjs";
import { bedside, load } from "./parts/servers.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "100000" }, pairs: { type: "string", default: "50" } },
});
const binary = resolve(positionals[0] ?? "target/release/bedside");
const server = await bedside(binary);
try {
  const found = await load(binary, server, "calls", "--count", values.count, "--pairs", values.pairs);
  const ms = (micros) => (micros / 1000).toFixed(0);
  console.log(
    `${found.calls} whole calls of ${values.pairs} pairs in ${found.seconds.toFixed(0)} s, ` +
      `${found.perSecond.toFixed(0)} a second: none lost, none doubled, none stuck`,
  );
  console.log(
    `${ms(found.processorMicrosEach)} ms of processor each; from ring to end ${ms(found.latencyMicros.p50)} ms, ` +
      `${ms(found.latencyMicros.p99)} ms for the slowest of a hundred; load average ${loadAverage()}`,
  );
} finally {
  await server.stop();
}
