// Every element in every state, in both themes, on a phone and on a desktop: nothing that axe finds, nothing too small
// to press, nothing wider than the screen.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { CHROMIUM, NEEDS } from "./browsers.mjs";

const ELEMENTS = new URL("../../web/packages/elements/", import.meta.url).pathname;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Twice the text, as somebody has it who sees little. */
const LARGE = 2;
const SCREENS = [
  {
    theme: "light",
    width: 360,
    height: 740,
    hasTouch: true,
    isMobile: true,
    target: 48,
  },
  {
    theme: "dark",
    width: 1440,
    height: 900,
    hasTouch: false,
    isMobile: false,
    target: 40,
  },
  {
    theme: "dark",
    width: 1024,
    height: 768,
    hasTouch: false,
    isMobile: false,
    target: 40,
    forcedColors: "active",
  },
  {
    theme: "light",
    width: 768,
    height: 1024,
    hasTouch: true,
    isMobile: true,
    target: 48,
    text: LARGE,
  },
];

let gallery;
let close = () => {};

before(async () => {
  if (NEEDS.skip) return;
  const vite = await import(createRequire(`${ELEMENTS}package.json`).resolve("vite"));
  const outDir = mkdtempSync(join(tmpdir(), "bedside-gallery-"));
  const build = {
    outDir,
    emptyOutDir: false,
    rolldownOptions: { input: `${ELEMENTS}gallery.html` },
  };
  await vite.build({
    root: ELEMENTS,
    configFile: false,
    logLevel: "error",
    build,
  });
  const server = await vite.preview({
    root: ELEMENTS,
    configFile: false,
    build: { outDir },
    preview: { port: 0 },
  });
  gallery = `${server.resolvedUrls.local[0]}gallery.html`;
  close = async () => {
    await server.close();
    rmSync(outDir, { recursive: true });
  };
});

after(() => close());

for (const { theme, width, height, target, text = 1, ...device } of SCREENS) {
  const how = device.forcedColors ? " in colours of its own" : text > 1 ? " with large text" : "";
  test(`every state of every element is right on a ${theme} screen of ${width} pixels${how}`, NEEDS, async (t) => {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu"],
    });
    t.after(() => browser.close());
    const viewport = { width, height };
    const page = await browser.newPage({
      viewport,
      colorScheme: theme,
      reducedMotion: "reduce",
      ...device,
    });
    const broken = [];
    page.on("pageerror", (error) => broken.push(error.message));
    await page.goto(`${gallery}?theme=${theme}`);
    await page.waitForFunction(() => globalThis.bedsideStates);
    await page.evaluate((text) => (document.documentElement.style.fontSize = `${text * 100}%`), text);
    await page.addScriptTag({ path: AXE });
    const states = await page.evaluate(() => globalThis.bedsideStates);
    assert.ok(states.length > 30, "the gallery is full");
    const wrong = [];
    for (const state of states) {
      await show(page, state);
      const found = await page.evaluate(whatIsWrong, { target, isForced: device.forcedColors !== undefined });
      wrong.push(...found.map((one) => `${state}: ${one}`));
    }
    assert.deepEqual([...wrong, ...broken], []);
  });
}

/** Runs in the page. */
async function whatIsWrong({ target, isForced }) {
  const { violations } = await globalThis.axe.run(document, {
    resultTypes: ["violations"],
    rules: {
      region: { enabled: false },
      "page-has-heading-one": { enabled: false },
      // Then the browser takes the person's own colours, and axe compares one of theirs with one of ours.
      "color-contrast": { enabled: !isForced },
    },
  });
  const wrong = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} at ${node.target.flat().join(" ")}`));
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("it is wider than the screen");
  const inside = (root) =>
    [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? inside(one.shadowRoot) : [])]);
  for (const one of inside(document)) {
    if (!one.matches("button, a.button, select, input:not([type=checkbox], [type=radio])")) continue;
    const { width, height } = one.getBoundingClientRect();
    const isSeen = one.checkVisibility();
    if (isSeen && Math.min(width, height) < target - 0.5) {
      wrong.push(`${one.getAttribute("aria-label") ?? one.textContent.trim()} is ${width} by ${height}`);
    }
  }
  return wrong;
}

async function show(page, state) {
  await page.evaluate((hash) => (location.hash = hash), state);
  await page.waitForFunction((title) => document.title === title, state);
  // Elements draw themselves in the next turn, and those within them in the one after.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

test("an element that is gone before its words have come breaks nothing, and is whole when it is back", NEEDS, async (t) => {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const broken = [];
  page.on("pageerror", (error) => broken.push(error.message));
  await page.goto(gallery);
  await page.waitForFunction(() => globalThis.bedsideStates);
  await page.evaluate(() => {
    const ring = { locale: "de", name: "Ada", ringing: { state: "calling" } };
    globalThis.ring = Object.assign(document.createElement("bedside-outgoing-call"), ring);
    document.body.append(globalThis.ring);
    globalThis.ring.remove();
    document.body.append(Object.assign(document.createElement("bedside-call-button"), { locale: "de" }));
  });
  // The words have come to another element, which was asked for later.
  await page.getByText("Videoanruf").waitFor();
  await page.evaluate(() => document.body.append(globalThis.ring));
  await page.getByRole("dialog").getByText("Verbindet …").waitFor();
  assert.deepEqual(broken, []);
});

test(
  "a ring is found, answered and declined by the keyboard alone, and gives the title back when it is over",
  NEEDS,
  async (t) => {
    const page = await aloneWith(t, "bedside-incoming-call/ringing");
    // It comes and goes.
    await page.waitForFunction(() => document.title === "Ada Patient is calling");
    const order = [];
    for (let step = 0; step < 5; step += 1) {
      await page.keyboard.press("Tab");
      order.push(
        await page.evaluate(() => {
          const focused = document.activeElement.shadowRoot.activeElement;
          return focused.getAttribute("aria-label") ?? focused.textContent.trim();
        }),
      );
    }
    assert.deepEqual(order, ["Turn the ring tone off", "Decline", "Voice", "Accept", "Decline with a message"]);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    assert.deepEqual(await page.evaluate(() => globalThis.wishes), [
      ["accept-call", { callId: "c1", callType: "video" }],
    ]);
    await page.clock.fastForward(3_700_000);
    await page.getByRole("heading", { name: "Ada Patient" }).waitFor({ state: "hidden" });
    assert.notEqual(await page.title(), "Ada Patient is calling");
  },
);

test("a ring can be answered while the page shows a modal dialog of its own", NEEDS, async (t) => {
  const page = await aloneWith(t, "bedside-incoming-call/nobody");
  await page.evaluate(() => document.body.appendChild(document.createElement("dialog")).showModal());
  await show(page, "bedside-incoming-call/voice");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Accept" }).click();
  assert.deepEqual(await page.evaluate(() => globalThis.wishes), [
    ["accept-call", { callId: "c1", callType: "audio" }],
  ]);
});

test("one joins without a camera, and not without having agreed where that is asked", NEEDS, async (t) => {
  const page = await aloneWith(t, "bedside-device-check/missing");
  await page.getByRole("button", { name: "Join" }).click();
  assert.equal((await page.evaluate(() => globalThis.wishes)).length, 1);
  await show(page, "bedside-device-check/with-name-and-consent");
  await page.getByRole("textbox", { name: "Your name, as the others see it" }).fill("Ada");
  await page.getByRole("button", { name: "Join" }).click();
  assert.equal((await page.evaluate(() => globalThis.wishes)).length, 1);
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Join" }).click();
  assert.deepEqual((await page.evaluate(() => globalThis.wishes)).at(-1), [
    "join-call",
    { name: "Ada", speakerId: undefined },
  ]);
});

test("whoever is turned away is told so in words of the practice", NEEDS, async (t) => {
  const page = await aloneWith(t, "bedside-waiting-list/several");
  await page.getByRole("button", { name: "Turn away Ada Patient" }).click();
  await page.getByRole("textbox", { name: "Words for Ada Patient" }).fill("Please call the desk.");
  await page.keyboard.press("Enter");
  const wish = ["turn-away", { roomId: "r1", userId: "ada", words: "Please call the desk." }];
  assert.deepEqual(await page.evaluate(() => globalThis.wishes), [wish]);
  assert.equal(await page.evaluate(() => document.activeElement.localName), "bedside-waiting-list");
});

/** A page with one state, that remembers what the person wishes. */
async function aloneWith(t, state) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  t.after(() => browser.close());
  const page = await browser.newPage({ reducedMotion: "reduce" });
  await page.clock.install();
  await page.addInitScript(() => {
    globalThis.wishes = [];
    for (const name of ["accept-call", "decline-call", "join-call", "turn-away", "admit"]) {
      document.addEventListener(name, (event) => globalThis.wishes.push([name, event.detail]));
    }
  });
  await page.goto(`${gallery}#${state}`);
  await page.locator(state.split("/")[0]).waitFor({ state: "attached" });
  return page;
}
