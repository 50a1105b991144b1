// how soon after accept each sees the other: the usual flow beside ours, with the server near and midway

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { CHROMIUM, FLAGS, sdk } from "../e2e/test/browsers.mjs";
import { SECRET, token } from "../e2e/test/stage.mjs";
import { loadAverage, middle, processor, spread, table } from "./parts/figures.mjs";
import { OURS, USUAL } from "./parts/flows.mjs";
import { bedside, bedsideIn } from "./parts/servers.mjs";

const { chromium } = createRequire(new URL("../e2e/package.json", import.meta.url))("playwright-core");
const COUNT = process.argv.includes("--count") ? Number(process.argv[process.argv.indexOf("--count") + 1]) : 15;
/** Nobody answers sooner; by then ours is to be connected. */
const RINGS_FOR_MS = 2_500;
const PATIENCE_MS = 20_000;
const LEG_MS = 25;
const [SERVER, NEAR, FAR] = ["10.118.0.1", "10.118.0.2", "10.118.0.3"];

const binary = resolve(process.argv[2] ?? "target/release/bedside");
const scripts = {
  "bedside.js": await sdk(),
  "socket.io.js": readFileSync(new URL("../e2e/node_modules/socket.io-client/dist/socket.io.esm.min.js", import.meta.url)),
};
const flows = { usual: USUAL, ours: OURS };
const networks = [
  { name: "server near (loopback)", set: near, atMost: 200 },
  { name: `server midway (${4 * LEG_MS} ms between the two)`, set: midway, atMost: 300 },
];
let isOver = false;

console.log(`${COUNT} calls each way, by turns, on ${processor()}; load average ${loadAverage()}`);
for (const network of networks) await measure(network);
console.log(`load average at the end ${loadAverage()}`);
process.exitCode = isOver ? 1 : 0;

async function measure({ name, set, atMost }) {
  const ends = [];
  try {
    const { address, places } = await set(ends);
    const found = { usual: [], ours: [] };
    const browsers = await Promise.all(places.map((place) => launch(place, address, ends)));
    // In turns, so that what else the machine does meets both; the first of each warms up.
    for (let n = 0; n <= COUNT; n += 1) {
      for (const flow of Object.keys(flows)) {
        const took = await call(browsers, address, flow, `${flow}-${n}`);
        if (n > 0) found[flow].push(took);
      }
    }
    const rows = Object.entries(found).map(([flow, all]) => {
      const of = (side) => all.map((took) => took[side]);
      const [callee, caller] = [of("callee"), of("caller")];
      const worse = Math.max(middle(callee), middle(caller));
      if (flow === "ours") isOver ||= worse > atMost;
      const verdict = flow === "usual" ? "" : worse > atMost ? `TOO MUCH, at most ${atMost}` : `ok, at most ${atMost}`;
      const ready = all.filter(({ isReady }) => isReady).length;
      return [flow, spread(callee, 0), spread(caller, 0), flow === "ours" ? `${ready} of ${all.length}` : "", verdict];
    });
    const head = ["flow", "callee sees, ms (spread)", "caller sees, ms (spread)", "connected in time", ""];
    console.log(`\n${name}; load average ${loadAverage()}\n${table(head, rows)}`);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Ada rings, Jane accepts: how long after that each has the other's picture. */
async function call(browsers, address, flow, of) {
  const people = [
    { sub: `ada-${of}`, role: "patient", name: "Ada Patient" },
    { sub: `jane-${of}`, role: "practitioner", name: "Jane Smith" },
  ];
  const pages = await Promise.all(
    browsers.map((browser, n) => open(browser, address, flow, people[n], people[1 - n].sub)),
  );
  const [ada, jane] = pages;
  try {
    await Promise.all(pages.map((page) => page.waitForFunction(() => globalThis.isThere?.())));
    await ada.evaluate(() => void globalThis.ring());
    await jane.waitForFunction(() => globalThis.isRung());
    await new Promise((done) => setTimeout(done, RINGS_FOR_MS));
    const isReady = (await Promise.all(pages.map((page) => page.evaluate(() => globalThis.isReady())))).every(Boolean);
    const pressed = await jane.evaluate(() => {
      void globalThis.accept();
      return performance.timeOrigin + performance.now();
    });
    const [caller, callee] = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.firstFrame)));
    await ada.evaluate(() => globalThis.hangUp());
    return { caller: caller - pressed, callee: callee - pressed, isReady };
  } finally {
    await Promise.all(pages.map((page) => page.close()));
  }
}

async function open(browser, address, flow, person, callee) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const given = new URLSearchParams({ url: address, token: token(person), callee });
  await page.goto(`${address}/bench/${flow}.html#${given}`);
  return page;
}

/** A browser at that place. The pages are the bench's own; all else goes to the server. */
async function launch({ namespace }, address, ends) {
  const own = namespace
    ? [`--unsafely-treat-insecure-origin-as-secure=${address}`]
    : ["--allow-loopback-in-peer-connection"];
  const others = FLAGS.filter((one) => !one.startsWith("--allow-loopback") && !one.includes("fps="));
  // A page that is made up counts as one of the internet, and would not be let in.
  const args = [...others, ...own, "--disable-features=LocalNetworkAccessChecks"];
  const browser = await chromium.launch({
    executablePath: namespace ? new URL("../e2e/networks/chromium", import.meta.url).pathname : CHROMIUM,
    headless: true,
    args: [...args, "--use-fake-device-for-media-stream=fps=30"],
    env: { ...process.env, BEDSIDE_NETWORK: namespace ?? "", BEDSIDE_CHROMIUM: CHROMIUM },
  });
  ends.push(() => browser.close());
  const context = await browser.newContext();
  for (const [flow, body] of Object.entries(flows)) {
    await context.route(`${address}/bench/${flow}.html`, (route) => route.fulfill({ body, contentType: "text/html" }));
  }
  for (const [name, body] of Object.entries(scripts)) {
    await context.route(`${address}/bench/${name}`, (route) => route.fulfill({ body, contentType: "text/javascript" }));
  }
  return context;
}

async function near(ends) {
  const server = await bedside(binary, "--host-token-secret", SECRET);
  ends.push(() => server.stop());
  return { address: `http://${server.address}`, places: [{}, {}] };
}

/** Three networks of their own on this machine, of which two are far from each other and the server between them. */
async function midway(ends) {
  if (process.getuid() !== 0) throw new Error("only root may make the networks that the second half needs");
  const all = ["server", "near", "far"].map((who) => `bedside-${process.pid}-${who}`);
  for (const namespace of all) {
    run("ip", "netns", "add", namespace);
    ends.push(() => run("ip", "netns", "delete", namespace));
  }
  const lines = [`${all[0]}=${SERVER}/24=0`, `${all[1]}=${NEAR}/24=${LEG_MS}`, `${all[2]}=${FAR}/24=${LEG_MS}`];
  const program = new URL("parts/distance.py", import.meta.url).pathname;
  const distance = spawn("python3", [program, ...lines], { stdio: ["pipe", "pipe", "inherit"] });
  ends.push(async () => {
    distance.stdin.end();
    if (distance.exitCode === null) await once(distance, "exit");
  });
  const [said] = await Promise.race([once(distance.stdout, "data"), once(distance, "exit")]);
  if (!String(said).startsWith("ready")) throw new Error(`the networks could not be joined: ${said}`);
  const flags = ["--host-token-secret", SECRET, "--public-url", `http://${SERVER}:3000`, "--turn-allow-peer", `${SERVER}/24`];
  const server = await bedsideIn(all[0], binary, "0.0.0.0:3000", ...flags);
  ends.push(() => server.stop());
  return { address: `http://${SERVER}:3000`, places: [{ namespace: all[1] }, { namespace: all[2] }] };
}

function run(program, ...args) {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr.trim()}`);
}
