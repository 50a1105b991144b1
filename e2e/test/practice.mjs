// The demo practice, and its people at their pages.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { open, plays } from "./browsers.mjs";
import { BINARY } from "./stage.mjs";

/** A demo practice on a free port, and the sign-in links that it prints. */
export async function demo(t, ...flags) {
  const args = ["demo", "--listen", "127.0.0.1:0", ...flags];
  const server = spawn(BINARY, args, { stdio: ["ignore", "pipe", "ignore"] });
  const gone = new Promise((resolve) => server.once("exit", resolve));
  t.after(async () => {
    server.kill("SIGTERM");
    await gone;
  });
  const links = {};
  for await (const line of createInterface({ input: server.stdout })) {
    const [, name, link] = line.match(/^ {2}(.+?) \(\w+\) +(http\S+)$/) ?? [];
    if (name) links[name] = link;
    // It listens before it prints them; an empty line ends them.
    if (line === "" && "Jane Smith" in links) return { links, address: new URL(links["Jane Smith"]).origin };
  }
  throw new Error("the demo did not start");
}

export async function signIn(browser, link, name) {
  const page = await open(browser, link);
  await page.getByRole("button", { name: `Continue as ${name}` }).click();
  await page.waitForURL(/\/(doctor\/dashboard|patient\/appointments)$/);
  return page;
}

/** Jane and Ada see each other; Ada perhaps on a phone. */
export async function talking(browser, links, phone = browser) {
  const jane = await signIn(browser, links["Jane Smith"], "Jane Smith");
  const ada = await signIn(phone, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([plays(ada, "video.remote"), plays(jane, "video.remote")]);
  return [jane, ada];
}
