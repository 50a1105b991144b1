// The demo practice, and its people at their pages.

import { open, plays } from "./browsers.mjs";
import { demoLinks } from "./demo.mjs";

/** A demo practice on a free port, and the sign-in links that it prints. */
export async function demo(t, ...flags) {
  const links = await demoLinks(t, ...flags);
  return { links, address: new URL(links["Jane Smith"]).origin };
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
