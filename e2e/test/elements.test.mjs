// Applications of others with our elements in them: a plain page, React and Vue, and a frame.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { browse, host, NEEDS, NEEDS_FIREFOX, open, openFirefox, PATIENCE } from "./browsers.mjs";
import { serve, token } from "./stage.mjs";

const EXAMPLES = new URL("../../web/examples/", import.meta.url).pathname;
const JANE = { sub: "jane", role: "practitioner", name: "Dr. Jane Smith" };
const ADA = { sub: "ada", role: "patient", name: "Ada Patient" };

for (const kind of ["plain", "react", "vue"]) {
  test(`two people call each other from pages of an application made with ${kind}`, NEEDS, async (t) => {
    const examples = await serveExamples(t);
    const stage = await serve(t, "--allow-origin", examples);
    const at = (person, callee) => openExample(t, `${examples}/${kind}/`, stage, person, callee);
    const jane = await at(JANE, ADA);
    const ada = await at(ADA, JANE);
    await ada.getByText("Online").waitFor();
    await ada.getByRole("button", { name: "Video call with Dr. Jane Smith" }).click();
    await jane.getByRole("heading", { name: "Ada Patient" }).waitFor();
    await jane.getByRole("button", { name: "Accept" }).click();
    await Promise.all([seesTheOther(jane), seesTheOther(ada)]);
    await ada.locator("bedside-call").hover();
    await ada.getByRole("button", { name: /^End/ }).first().click();
    await Promise.all([backOnThePage(ada), backOnThePage(jane)]);
  });
}

test("the elements ring and call in Firefox as they do in Chromium", NEEDS_FIREFOX, async (t) => {
  const examples = await serveExamples(t);
  const stage = await serve(t, "--allow-origin", examples);
  const jane = await openFirefox(t, await addressOf(`${examples}/plain/`, stage, JANE, ADA));
  const ada = await openExample(t, `${examples}/plain/`, stage, ADA, JANE);
  await ada.getByText("Online").waitFor();
  await ada.getByRole("button", { name: "Video call with Dr. Jane Smith" }).click();
  const accept = await jane.waitForSelector("bedside-incoming-call >>> button[part=accept]", { timeout: PATIENCE });
  await accept.click();
  await Promise.all([seesTheOther(jane), seesTheOther(ada)]);
  await ada.locator("bedside-call").hover();
  await ada.getByRole("button", { name: /^End/ }).first().click();
  await jane.waitForSelector("bedside-call-window >>> bedside-call-over >>> h2", { timeout: PATIENCE });
});

test("a card stands on its own ground, in the colours of the page around", NEEDS, async (t) => {
  const examples = await serveExamples(t);
  const stage = await serve(t, "--allow-origin", examples);
  const jane = await openExample(t, `${examples}/plain/`, stage, JANE, ADA);
  const ada = await openExample(t, `${examples}/plain/`, stage, ADA, JANE);
  await ada.getByText("Online").waitFor();
  await ada.getByRole("button", { name: "Video call with Dr. Jane Smith" }).click();
  await jane.getByRole("heading", { name: "Ada Patient" }).waitFor();
  const ground = (page) =>
    page.locator("bedside-incoming-call .card").evaluate((card) => getComputedStyle(card).backgroundColor);
  await jane.evaluate(() => (document.documentElement.style.colorScheme = "light"));
  assert.equal(await ground(jane), "rgb(255, 255, 255)");
  await jane.evaluate(() => (document.documentElement.style.colorScheme = "dark"));
  assert.equal(await ground(jane), "rgb(26, 32, 41)");
});

test("whoever declines with a message is understood at the other end", NEEDS, async (t) => {
  const examples = await serveExamples(t);
  const stage = await serve(t, "--allow-origin", examples);
  const jane = await openExample(t, `${examples}/plain/`, stage, JANE, ADA);
  const ada = await openExample(t, `${examples}/plain/`, stage, ADA, JANE);
  await ada.getByText("Online").waitFor();
  await ada.getByRole("button", { name: "Video call with Dr. Jane Smith" }).click();
  await jane.getByRole("button", { name: "Decline with a message" }).click();
  await jane.getByRole("button", { name: "Please book a time." }).click();
  await ada.getByText("Dr. Jane Smith cannot talk now: “Please book a time.”").waitFor();
  await ada.getByRole("button", { name: "Close" }).click();
  await ada.getByRole("button", { name: "Video call with Dr. Jane Smith" }).click();
  await jane.getByRole("heading", { name: "Ada Patient" }).waitFor();
  await ada.getByRole("button", { name: "Cancel" }).click();
  await jane.getByText("Ada Patient is not calling any more.").waitFor();
});

test("a page of an origin that was not allowed gets no connection", NEEDS, async (t) => {
  const examples = await serveExamples(t);
  const stage = await serve(t);
  const page = await (await browse(t)).newPage();
  const refused = page.waitForEvent("console", (one) => one.text().includes("blocked by CORS policy"));
  await page.goto(`${examples}/plain/#server=http://${stage.address}`);
  await refused;
});

test("a frame signs in by a message, rings, and tells the page around it", NEEDS, async (t) => {
  const application = await host(t, { "index.html": HOST });
  const stage = await serve(t, "--allow-origin", application);
  await seen(stage, JANE);
  const given = new URLSearchParams({ server: `http://${stage.address}`, token: token(JANE) });
  const page = await open(await browse(t), `${application}/index.html#${given}`);
  await page.waitForFunction(() => globalThis.heard?.includes("bedside-ready"));
  const ada = await stage.withToken(token(ADA));
  await untilReachable(ada);
  await ada.heard("call-ringing");
  const frame = page.frameLocator("iframe");
  await frame.getByRole("heading", { name: "Ada Patient" }).waitFor();
  await page.waitForFunction(() => globalThis.heard.includes("bedside-ringing"));
  await frame.getByRole("button", { name: "Accept" }).click();
  await ada.heard("call-accepted");
  await frame.locator("bedside-call").waitFor();
  await page.waitForFunction(() => globalThis.heard.includes("bedside-call-opened"));
});

/** The frame connects on its own time. */
async function untilReachable(ada) {
  await ada.does("watch-presence", { userIds: ["jane"] });
  await ada.heard("presence-changed", ({ presence }) => presence === "online");
  await ada.does("request-video-call", { doctorId: "jane", reason: "rash" });
}

async function openExample(t, example, stage, person, callee) {
  return open(await browse(t), await addressOf(example, stage, person, callee));
}

async function addressOf(example, stage, person, callee) {
  await seen(stage, person);
  const given = { server: `http://${stage.address}`, token: token(person), callee: callee.sub, name: callee.name };
  return `${example}#${new URLSearchParams(given)}`;
}

/** Whoever was seen once is known, and others may ask whether they are there. */
async function seen(stage, person) {
  await stage.rest("GET", "/api/current-user", token(person));
}

/** Pages of both browsers are asked the same way. */
async function seesTheOther(page) {
  const isSo = () => {
    const inside = (root) =>
      [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? inside(one.shadowRoot) : [])]);
    const isMoving = (one) => one.localName === "video" && one.srcObject && one.currentTime > 0.2;
    return inside(document).filter(isMoving).length >= 2;
  };
  for (const late = Date.now() + PATIENCE; Date.now() < late; await new Promise((soon) => setTimeout(soon, 200))) {
    if (await page.evaluate(isSo)) return;
  }
  throw new Error("there are not two pictures that move");
}

async function backOnThePage(page) {
  await page.getByRole("button", { name: /Close|Back/ }).click();
  await page.locator("bedside-call").waitFor({ state: "detached" });
  assert.equal(await page.getByRole("heading", { name: "Laboratory results" }).isVisible(), true);
}

async function serveExamples(t) {
  const vite = await import(createRequire(`${EXAMPLES}package.json`).resolve("vite"));
  const server = await vite.createServer({
    root: EXAMPLES,
    configFile: `${EXAMPLES}vite.config.js`,
    server: { host: "127.0.0.1", port: 0, hmr: false },
    logLevel: "error",
  });
  t.after(() => server.close());
  await server.listen();
  return `http://127.0.0.1:${server.httpServer.address().port}`;
}

/** A page around a frame of ours, as docs/integration.md has it. */
const HOST = `<!doctype html><title>A host</title>
<iframe allow="camera; microphone; display-capture; autoplay" width="800" height="600"></iframe>
<script>
  const { server, token } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const frame = document.querySelector("iframe");
  globalThis.heard = [];
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== server) return;
    globalThis.heard.push(data.type);
    const wantsToken = data.type === "bedside-ready" || data.type === "bedside-token-wanted";
    if (wantsToken) source.postMessage({ type: "bedside-sign-in", token }, server);
  });
  frame.src = server + "/embed.html";
</script>`;

test("files go out small to whoever takes them so", async (t) => {
  const stage = await serve(t);
  const ask = (encoding) => fetch(`http://${stage.address}/elements.js`, { headers: { "accept-encoding": encoding } });
  const [small, plain] = [await ask("gzip, br"), await ask("identity")];
  assert.deepEqual([small.headers.get("content-encoding"), plain.headers.get("content-encoding")], ["br", null]);
  assert.match(small.headers.get("vary"), /accept-encoding/);
  assert.match(small.headers.get("content-type"), /javascript/);
  assert.equal(await small.text(), await plain.text());
});
