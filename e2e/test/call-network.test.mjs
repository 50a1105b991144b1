// A call over a network that carries little, or that somebody pays for by the byte.

import { test } from "node:test";
import { browse, counting, hearsAndSees, Lines, NEEDS, PATIENCE } from "./browsers.mjs";
import { demo, talking } from "./practice.mjs";

/** Sound with all that goes around it; no picture fits in beside it. */
const SOUND_ALONE = 55_000;

test("where the network carries no picture the sound goes on alone, and the picture comes back by itself", NEEDS, async (t) => {
  const { links } = await demo(t);
  const lines = new Lines(t);
  const browser = await counting(t);
  await lines.lead(browser);
  const [jane, ada] = await talking(browser, links);
  await Promise.all([hearsAndSees(jane, 1), hearsAndSees(ada, 1)]);
  lines.carry(SOUND_ALONE);
  const told = Date.now();
  await Promise.all([soundOnly(jane).waitFor({ timeout: 60_000 }), soundOnly(ada).waitFor({ timeout: 60_000 })]);
  t.diagnostic(`sound only after ${Date.now() - told} ms`);
  await Promise.all([hears(jane), hears(ada)]);
  lines.carry(Infinity);
  const wide = Date.now();
  const gone = { state: "detached", timeout: 90_000 };
  await Promise.all([soundOnly(jane).waitFor(gone), soundOnly(ada).waitFor(gone)]);
  await Promise.all([hearsAndSees(jane, 1), hearsAndSees(ada, 1)]);
  t.diagnostic(`with a picture after ${Date.now() - wide} ms`);
});

test("whoever saves data gets and sends a small picture until they want a large one again", NEEDS, async (t) => {
  const { links } = await demo(t);
  const [jane, ada] = await talking(await browse(t), links);
  await Promise.all([jane, ada].map((page) => until(page, ({ videoWidth }) => videoWidth >= 480)));
  await choose(ada, "Save data");
  await ada.getByTitle("Saving data").waitFor();
  await Promise.all([jane, ada].map((page) => until(page, ({ videoWidth }) => videoWidth <= 320)));
  await choose(ada, "Stop saving data");
  await Promise.all([jane, ada].map((page) => until(page, ({ videoWidth }) => videoWidth >= 480)));
});

const soundOnly = (page) => page.getByRole("status").getByText(/sound only for now/);

/** Sound comes that had not when this was asked. */
async function hears(page) {
  const energy = async () => (await page.evaluate(() => globalThis.received()))[0].energy;
  const before = await energy();
  for (const late = Date.now() + PATIENCE; Date.now() < late; await new Promise((soon) => setTimeout(soon, 200))) {
    if ((await energy()) > before) return;
  }
  throw new Error("there is no sound");
}

/** Something of the sheet with more choices. */
async function choose(page, name) {
  await page.hover("bedside-call");
  await page.getByRole("button", { name: "More choices" }).click();
  await page.getByRole("button", { name, exact: true }).click();
}

/** So it is with the picture of the other. */
async function until(page, isSo) {
  const video = page.locator("video.remote");
  for (const late = Date.now() + 2 * PATIENCE; Date.now() < late; await new Promise((soon) => setTimeout(soon, 200))) {
    if (await video.evaluate(isSo)) return;
  }
  throw new Error(`not so: ${isSo}, but ${await video.evaluate(({ videoWidth }) => videoWidth)}`);
}
