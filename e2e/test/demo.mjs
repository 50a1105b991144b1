// `bedside demo`, and its people each in a browser of their own.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { CHROMIUM, FLAGS, PATIENCE } from "./browsers.mjs";
import { BINARY } from "./stage.mjs";

/** A fresh demo: the people by their names. */
export async function demo(t, ...flags) {
  const links = await demoLinks(t, ...flags);
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
  t.after(() => browser.close());
  return new Demo(browser, links);
}

/** The sign-in links that a fresh demo prints. */
export async function demoLinks(t, ...flags) {
  const server = spawn(BINARY, ["demo", "--listen", "127.0.0.1:0", ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  const gone = new Promise((resolve) => server.once("exit", resolve));
  t.after(async () => {
    server.kill("SIGTERM");
    await gone;
  });
  return linksOf(server);
}

async function linksOf(server) {
  const links = {};
  for await (const line of createInterface({ input: server.stdout })) {
    const [, name, link] = line.match(/^ {2}(.+?) \(\w+\) +(http\S+)$/) ?? [];
    if (name) links[name] = link;
    // It listens before it prints them; an empty line ends them.
    if (line === "" && "Jane Smith" in links) return links;
  }
  throw new Error("the demo did not start");
}

class Demo {
  #browser;
  #links;

  constructor(browser, links) {
    this.#browser = browser;
    this.#links = links;
  }

  /** Somebody whom the practice does not know yet, in a browser of their own. `how` goes to the context. */
  async somebody(address, how = {}) {
    const context = await this.#browser.newContext({ locale: "en-GB", ...how });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    await page.goto(String(address));
    return page;
  }

  /** Somebody who has just signed in by their link. */
  async person(name, how) {
    const page = await this.somebody(this.#links[name], how);
    await page.locator("sign-in-page").getByRole("button", { name }).click();
    await page.waitForURL(/\/(doctor\/dashboard|(patient\/)?appointments)$/);
    // From here on they can be rung.
    await page.waitForFunction(
      () => document.querySelector("bedside-incoming-call")?.bedside?.state.value.reach === "online",
    );
    return page;
  }
}

/** Goes somewhere by the frame of the page. */
export async function goTo(page, name) {
  await page.getByRole("navigation").getByRole("link", { name }).click();
}

/** What date and time fields take, so many minutes from now. */
export function soon(minutes) {
  const at = new Date(Date.now() + minutes * 60_000);
  const two = (amount) => String(amount).padStart(2, "0");
  return {
    date: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}:${two(at.getMinutes())}`,
  };
}

/** Presses, and gives the window that opens. */
export async function opened(page, press) {
  const [window] = await Promise.all([page.waitForEvent("popup"), press()]);
  return window;
}
