// What a call has of the screen: a small window above others, all of it, and that it stays lit. And which devices it has.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, counting, hearsAndSees, NEEDS, PATIENCE } from "./browsers.mjs";
import { demo, talking } from "./practice.mjs";

test("the other's picture goes into a small window, and comes back", NEEDS, async (t) => {
  const { links } = await demo(t);
  const [jane] = await talking(await browse(t), links);
  await choose(jane, "Picture in a small window");
  const inWindow = () => {
    const video = deepest(document.pictureInPictureElement);
    return video?.localName === "video" && video.className === "remote" && !video.paused;
    function deepest(element) {
      return element?.shadowRoot?.pictureInPictureElement ? deepest(element.shadowRoot.pictureInPictureElement) : element;
    }
  };
  await until(jane, inWindow);
  await choose(jane, "Picture in a small window");
  await until(jane, () => document.pictureInPictureElement === null);
});

test("a call takes the whole screen, and gives it back", NEEDS, async (t) => {
  const { links } = await demo(t);
  const [jane] = await talking(await browse(t), links);
  // Only the page in front gets it.
  await jane.bringToFront();
  await choose(jane, "Full screen");
  await until(jane, () => document.fullscreenElement !== null);
  assert.ok(await jane.locator("bedside-toolbar").isVisible());
  await choose(jane, "End full screen");
  await until(jane, () => document.fullscreenElement === null);
});

test("the screen stays lit in a call, again after the page was away, and no longer than that", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  await browser.addInitScript(countLocks);
  const [jane, ada] = await talking(browser, links);
  await until(jane, () => globalThis.locks.held === 1);
  // The browser itself lets go when the page goes out of sight.
  await jane.evaluate(() => globalThis.look("hidden"));
  await until(jane, () => globalThis.locks.held === 0);
  await jane.evaluate(() => globalThis.look("visible"));
  await until(jane, () => globalThis.locks.held === 1);
  await jane.hover("bedside-call");
  await jane.getByRole("button", { name: "End the call" }).click();
  for (const page of [jane, ada]) await until(page, () => globalThis.locks.held === 0);
  await jane.evaluate(() => (globalThis.look("hidden"), globalThis.look("visible")));
  assert.equal(await jane.evaluate(() => globalThis.locks.asked), 2);
});

test("a camera and a microphone that are pulled out are noticed, and used again once they are back", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await counting(t);
  await browser.addInitScript(plugs);
  const [jane, ada] = await talking(browser, links);
  await Promise.all([hearsAndSees(jane, 1), hearsAndSees(ada, 1)]);
  await ada.evaluate(() => globalThis.pullOut());
  await ada.getByText(/was taken away/).waitFor();
  await jane.getByText("Camera is off").waitFor();
  await ada.evaluate(() => globalThis.plugIn());
  await ada.getByText(/was taken away/).waitFor({ state: "detached" });
  await Promise.all([hearsAndSees(jane, 1), hearsAndSees(ada, 1)]);
});

test("a device that is plugged in can be chosen in the call, and one that is gone cannot", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await counting(t);
  await browser.addInitScript(plugs);
  const [jane, ada] = await talking(browser, links);
  await jane.keyboard.press("d");
  const cameras = jane.getByRole("combobox", { name: "Camera", exact: true }).locator("option");
  await cameras.first().waitFor({ state: "attached" });
  const before = await cameras.count();
  await jane.evaluate(() => globalThis.add({ kind: "videoinput", deviceId: "new", label: "A new camera" }));
  await cameras.nth(before).waitFor({ state: "attached" });
  assert.equal(await cameras.last().textContent(), "A new camera");
  await jane.evaluate(() => globalThis.removeAdded());
  await cameras.nth(before).waitFor({ state: "detached" });
  await hearsAndSees(ada, 1);
});

/** Something of the sheet with more choices. */
async function choose(page, name) {
  await page.hover("bedside-call");
  await page.getByRole("button", { name: "More choices" }).click();
  await page.getByRole("button", { name, exact: true }).click();
}

const until = (page, question) => page.waitForFunction(question, undefined, { timeout: PATIENCE });

/** Runs in a page before anything else: counts what keeps the screen lit, which a browser without a screen refuses. */
function countLocks() {
  globalThis.locks = { asked: 0, held: 0 };
  const held = new Set();
  let visibility = "visible";
  Object.defineProperty(document, "visibilityState", { get: () => visibility });
  const request = async () => {
    globalThis.locks.asked += 1;
    globalThis.locks.held += 1;
    const lock = { release: async () => held.delete(lock) && (globalThis.locks.held -= 1) };
    held.add(lock);
    return lock;
  };
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
  globalThis.look = (now) => {
    visibility = now;
    if (now === "hidden") for (const lock of held) void lock.release();
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

/** Runs in a page before anything else: devices can be pulled out and plugged in. */
function plugs() {
  const { mediaDevices } = navigator;
  const media = mediaDevices.getUserMedia.bind(mediaDevices);
  const list = mediaDevices.enumerateDevices.bind(mediaDevices);
  const tracks = new Set();
  let isOut = false;
  let added = [];
  mediaDevices.getUserMedia = async (wish) => {
    if (isOut) throw new DOMException("Requested device not found", "NotFoundError");
    const stream = await media(wish);
    for (const track of stream.getTracks()) tracks.add(track);
    return stream;
  };
  mediaDevices.enumerateDevices = async () => (isOut ? [] : [...(await list()), ...added]);
  const changed = () => mediaDevices.dispatchEvent(new Event("devicechange"));
  globalThis.pullOut = () => {
    isOut = true;
    for (const track of tracks) {
      if (track.readyState === "ended") continue;
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }
    tracks.clear();
    changed();
  };
  globalThis.plugIn = () => {
    isOut = false;
    changed();
  };
  globalThis.add = (device) => {
    added = [device];
    changed();
  };
  globalThis.removeAdded = () => {
    added = [];
    changed();
  };
}
