// connections that are held, 15,000 for 600 seconds unless --count and --seconds say otherwise: none dropped, each answers

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadAverage } from "./parts/figures.mjs";
import { bedside, load } from "./parts/servers.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "15000" }, seconds: { type: "string", default: "600" } },
});
const binary = resolve(positionals[0] ?? "target/release/bedside");
const server = await bedside(binary);
try {
  const found = await load(binary, server, "idle", "--counts", values.count, "--settle", 2, "--seconds", values.seconds);
  const { bytesEach } = found.weighed[0];
  console.log(
    `${found.held} connections held for ${found.seconds.toFixed(0)} s: none dropped, ${found.answered} answered at the end`,
  );
  console.log(
    `${(bytesEach / 1024).toFixed(1)} KB each; ${found.processorMicrosASecondEach.toFixed(1)} µs of processor a second ` +
      `each; load average ${loadAverage()}`,
  );
} finally {
  await server.stop();
}
