// Every page: nothing for axe to find, nothing wider than the screen, a heading to begin with, in both languages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { NEEDS } from "./browsers.mjs";
import { demo } from "./demo.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SMALLEST = { width: 320, height: 640 };
const DESK = { width: 1440, height: 900 };
/** All that can be chosen is there to be chosen; nothing is sent. */
const TELLS = ["--web-push", "--smtp-url", "smtp+plain://127.0.0.1:9", "--mail-from", "Riverside <a@riverside.example>"];
const PAGES = {
  "Ada Patient": ["/patient/appointments", "/patient/doctors", "/patient/book#with=bs_jane", "/patient/calls", "/account"],
  "Jane Smith": ["/doctor/dashboard", "/doctor/calendar#view=week", "/doctor/hours", "/doctor/calls", "/network"],
  "Alma Office": ["/appointments", "/people", "/live", "/settings", "/audit", "/messages", "/webhooks"],
};

for (const [colorScheme, locale] of [
  ["light", "en-GB"],
  ["dark", "de-DE"],
]) {
  test(`every page can be used by everybody, ${colorScheme}, ${locale}`, NEEDS, async (t) => {
    const practice = await demo(t, ...TELLS);
    const wrong = [];
    for (const [name, paths] of Object.entries(PAGES)) {
      const page = await practice.person(name, { colorScheme, locale, viewport: DESK, bypassCSP: true });
      for (const path of paths) {
        const answer = await page.goto(new URL(path, page.url()).href);
        if (!answer.ok()) wrong.push(`${path} is answered with ${answer.status()}`);
        await page.locator("main h1").waitFor();
        await page.locator("main .skeleton").waitFor({ state: "detached" });
        wrong.push(...(await page.evaluate(emptyIcons)).map((where) => `${path}: nothing is drawn in ${where}`));
        for (const size of [DESK, SMALLEST]) {
          await page.setViewportSize(size);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          if (wide > 0) wrong.push(`${path} is ${wide} px wider than ${size.width}`);
          wrong.push(...(await found(page)).map((one) => `${path} at ${size.width}: ${one}`));
        }
      }
      await page.context().close();
    }
    assert.deepEqual(wrong, []);
  });
}

test("the door, what opens over a page, and a page that is not there can be used by everybody", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith", { bypassCSP: true });
  await jane.locator(".bell summary").click();
  assert.deepEqual(await found(jane), [], "the bell");
  await jane.keyboard.press("Escape");
  await jane.getByRole("button", { name: "New appointment" }).click();
  await jane.getByRole("dialog").waitFor();
  assert.deepEqual(await found(jane), [], "a new appointment");
  await jane.keyboard.press("Escape");
  await jane.goto(new URL("/nothing/here", jane.url()).href);
  await jane.getByRole("heading", { name: "There is no such page" }).waitFor();
  assert.deepEqual(await found(jane), [], "no such page");
  await jane.goto(new URL("/settings", jane.url()).href);
  await jane.getByRole("heading", { name: "This page is not yours" }).waitFor();
  await jane.locator("summary.person").click();
  await jane.getByRole("button", { name: "Sign out" }).click();
  await jane.getByRole("heading", { name: "Welcome to Riverside Practice" }).waitFor();
  assert.deepEqual(await found(jane), [], "the door");
});

test("what a phone has no room for is under More", NEEDS, async (t) => {
  const practice = await demo(t);
  const alma = await practice.person("Alma Office", { viewport: SMALLEST, bypassCSP: true });
  const more = alma.getByRole("navigation").locator("summary");
  await more.click();
  assert.deepEqual(await found(alma), []);
  await alma.getByRole("navigation").getByRole("link", { name: "Webhooks" }).click();
  await alma.getByRole("heading", { name: "Webhooks" }).waitFor();
  assert.equal(await alma.locator(".more").getAttribute("open"), null, "it closes behind one");
});

/** What axe finds, in few words. Not while something still appears: its colours are none yet. */
async function found(page) {
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`);
}

/** Where a drawing should be and there are no lines. */
function emptyIcons() {
  const isDrawn = (icon) => [...icon.children].some((line) => line.getBBox().width + line.getBBox().height > 0);
  const icons = [...document.querySelectorAll("svg.icon")].filter((icon) => icon.checkVisibility());
  if (icons.length === 0) return ["all of the page"];
  return icons.filter((icon) => !isDrawn(icon)).map((icon) => icon.parentElement.outerHTML.slice(0, 100));
}
