// A trial in the local network: a phone comes by the machine's address, over HTTPS with a self-signed certificate.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { plays } from "./browsers.mjs";
import { BINARY } from "./stage.mjs";

const CHROMIUM = process.env.BEDSIDE_TEST_CHROMIUM ?? "/usr/bin/chromium";
const NEEDS = existsSync(CHROMIUM)
  ? {}
  : { skip: `NO CALL WAS TRIED OVER HTTPS: there is no ${CHROMIUM}. Install chromium, or set BEDSIDE_TEST_CHROMIUM.` };
const FLAGS = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream=fps=15",
  "--use-fake-ui-for-media-stream",
  "--allow-loopback-in-peer-connection",
  "--autoplay-policy=no-user-gesture-required",
];
const PATIENCE = 20_000;

test("whoever goes on after the browser's warning has a camera, and a call", NEEDS, async (t) => {
  const links = await demo(t);
  const ada = new URL(links["Ada Patient"]);
  assert.equal(ada.protocol, "https:");
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
  t.after(() => browser.close());
  const people = await browser.newContext({ ignoreHTTPSErrors: true });
  const patient = await signIn(people, ada.href, "Ada Patient");
  const practitioner = await signIn(people, links["Jane Smith"], "Jane Smith");
  await patient.getByRole("link", { name: "Practitioners" }).click();
  await patient.locator(".tile", { hasText: "Jane Smith" }).getByText("Online").waitFor();
  await patient.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await practitioner.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([plays(patient, "video.remote"), plays(practitioner, "video.remote")]);

  const typed = await people.newPage();
  await typed.goto(`http://${ada.host}/patient/doctors`);
  assert.equal(typed.url(), `https://${ada.host}/patient/doctors`, "whoever types the address without https:// is led");
});

/** The sign-in links of a demo practice that the whole network can reach. */
async function demo(t) {
  const args = ["demo", "--tls", "self-signed", "--listen", "0.0.0.0:0"];
  const server = spawn(BINARY, args, { stdio: ["ignore", "pipe", "ignore"] });
  const gone = new Promise((resolve) => server.once("exit", resolve));
  t.after(async () => {
    server.kill("SIGTERM");
    await gone;
  });
  const links = {};
  for await (const line of createInterface({ input: server.stdout })) {
    const [, name, link] = line.match(/^ {2}(.+?) \(\w+\) +(https\S+)$/) ?? [];
    if (name) links[name] = link;
    if (line === "" && "Jane Smith" in links) return links;
  }
  throw new Error("the demo did not start");
}

async function signIn(people, link, name) {
  const page = await people.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(link);
  await page.getByRole("button", { name: `Continue as ${name}` }).click();
  await page.waitForURL(/\/(doctor\/dashboard|patient\/appointments)$/);
  return page;
}
