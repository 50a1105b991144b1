// What people do in a call, at the pages of the real server: on a desktop and on a phone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, counting, hearsAndSees, keepCount, NEEDS, plays } from "./browsers.mjs";
import { demo, signIn, talking } from "./practice.mjs";

test("pressing Call twice rings once", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  const asked = [];
  browser.on("page", (page) =>
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => asked.push(String(payload)))),
  );
  const jane = await signIn(browser, links["Jane Smith"], "Jane Smith");
  const ada = await signIn(browser, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).dblclick();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([plays(ada, "video.remote"), plays(jane, "video.remote")]);
  assert.equal(asked.filter((frame) => frame.includes('"request-video-call"')).length, 1);
});

test("a screen is seen whole in the place of the camera, until the browser's own button ends it", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  await browser.addInitScript(squareScreen);
  const [jane, ada] = await talking(browser, links);
  assert.equal(await ada.getByRole("button", { name: "Share your screen" }).count(), 0, "the practice alone may");
  await jane.getByRole("button", { name: "Share your screen" }).click();
  await ada.getByLabel("Screen of Jane Smith").waitFor();
  await plays(ada, "video.remote", 1);
  await jane.evaluate(() => globalThis.endScreen());
  await ada.getByLabel("Picture of Jane Smith").waitFor();
  await plays(ada, "video.remote", 16 / 9);
  await jane.getByRole("button", { name: "Share your screen" }).waitFor();
});

test("a message brings hidden controls back, and Escape closes the panel in which it is read", NEEDS, async (t) => {
  const { links } = await demo(t);
  const [jane, ada] = await talking(await browse(t), links);
  const quiet = ada.locator(".scene[data-quiet]");
  await quiet.waitFor();
  await jane.keyboard.press("c");
  await jane.getByRole("textbox", { name: "Write a message" }).fill("Can you see me?");
  await jane.keyboard.press("Enter");
  await ada.getByRole("button", { name: "Open chat, 1 new" }).waitFor();
  await quiet.waitFor({ state: "detached" });
  await ada.keyboard.press("c");
  await ada.getByText("Can you see me?").last().waitFor();
  await ada.keyboard.press("Escape");
  await ada.getByRole("textbox", { name: "Write a message" }).waitFor({ state: "detached" });
  await ada.getByRole("button", { name: "Open chat", exact: true }).waitFor();
});

test("a picture that the browser does not begin to show by itself is begun again", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  await browser.addInitScript(dropFirstPicture);
  const pages = await talking(browser, links);
  const dropped = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.dropped)));
  assert.deepEqual(dropped, [1, 1]);
});

test("whoever only leaves comes back to the others, who go on talking", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await counting(t);
  const [jane, ada] = await talking(browser, links);
  await ada.getByRole("button", { name: "More choices" }).click();
  await ada.getByRole("button", { name: "Leave, the call goes on" }).click();
  await ada.getByRole("heading", { name: "You have left the call" }).waitFor();
  await ada.getByRole("button", { name: "Come back" }).click();
  await Promise.all([hearsAndSees(ada, 1), hearsAndSees(jane, 1)]);
});

for (const [how, viewport] of [
  ["upright", { width: 360, height: 740 }],
  ["on its side", { width: 740, height: 360 }],
]) {
  test(`on a phone ${how} all is within reach of a thumb`, NEEDS, async (t) => {
    const { links } = await demo(t);
    const desk = await counting(t);
    const phone = await desk.browser().newContext({ viewport, hasTouch: true, isMobile: true, locale: "en-GB" });
    await phone.addInitScript(keepCount);
    const [jane, ada] = await talking(desk, links, phone);
    await Promise.all([hearsAndSees(ada, 1), hearsAndSees(jane, 1)]);
    const small = await ada.getByRole("toolbar").getByRole("button").evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width > 0 && Math.min(width, height) < 48),
    );
    assert.deepEqual(small, []);
    assert.ok(await ada.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is beside the screen");
    await ada.getByRole("button", { name: "Turn camera off" }).tap();
    await jane.getByText("Camera is off").waitFor();
    await ada.getByRole("button", { name: "End the call" }).tap();
    await jane.getByRole("heading", { name: "Ada Patient has ended the call" }).waitFor();
  });
}

/** Runs in a page before anything else: there is a square screen to share, which ends as by the browser's own button. */
function squareScreen() {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 600, height: 600 });
    const drawing = canvas.getContext("2d");
    setInterval(() => drawing.fillRect(Math.random() * 600, Math.random() * 600, 9, 9), 50);
    const screen = canvas.captureStream();
    globalThis.endScreen = () =>
      screen.getTracks().forEach((track) => (track.stop(), track.dispatchEvent(new Event("ended"))));
    return screen;
  };
}

/**
 * Stands in for a Chromium under load, in which a video element that is given a stream before its first picture
 * sometimes stays dark for good: here each stays so with what it is given first.
 */
function dropFirstPicture() {
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  const given = new WeakMap();
  globalThis.dropped = 0;
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    configurable: true,
    get() {
      return given.get(this) ?? get.call(this);
    },
    set(stream) {
      const isFirst = this.matches(".remote") && stream !== null && !given.has(this);
      if (isFirst) globalThis.dropped += 1;
      if (stream !== null) given.set(this, stream);
      set.call(this, isFirst ? new MediaStream() : stream);
    },
  });
}
