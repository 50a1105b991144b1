// What befalls people in a call, at the pages of the real server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, counting, FLAGS, hearsAndSees, NEEDS, open, plays } from "./browsers.mjs";
import { demo, signIn, talking } from "./practice.mjs";

test("three people hear and see each other, each over a connection of their own", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await counting(t);
  const [jane, ada] = await talking(browser, links);
  await jane.getByRole("button", { name: "More choices" }).click();
  await jane.getByRole("button", { name: "Invite somebody" }).click();
  await jane.getByRole("textbox", { name: "Name" }).fill("Ines Interpreter");
  await jane.getByRole("button", { name: "Make a link" }).click();
  const link = await jane.getByText(/\/join\//).textContent();
  await jane.getByRole("button", { name: "Close" }).click();
  const ines = await open(browser, link.trim());
  await ines.getByRole("button", { name: "Join" }).click();
  await jane.getByRole("button", { name: "Admit", exact: true }).click();
  await Promise.all([jane, ada, ines].map((page) => hearsAndSees(page, 2)));
});

test("whoever has denied the camera is told what to press, and is in the call all the same", NEEDS, async (t) => {
  const { links } = await demo(t);
  const jane = await signIn(await browse(t), links["Jane Smith"], "Jane Smith");
  // Nobody presses Allow.
  const wary = await browse(t, FLAGS.filter((flag) => flag !== "--use-fake-ui-for-media-stream"));
  const ada = await signIn(wary, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await ada.getByText("Your browser blocks camera and microphone here.").waitFor();
  await plays(ada, "video.remote");
  await jane.getByText("Camera is off").waitFor();
});

test("a call goes on at the person's other device, and comes back to the first one", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await counting(t);
  const [jane, ada] = await talking(browser, links);
  const tablet = await open(browser, ada.url());
  await ada.getByRole("heading", { name: "The call goes on at another place" }).waitFor();
  await Promise.all([hearsAndSees(tablet, 1), hearsAndSees(jane, 1)]);
  await ada.getByRole("button", { name: "Continue here" }).click();
  await tablet.getByRole("heading", { name: "The call goes on at another place" }).waitFor();
  await Promise.all([hearsAndSees(ada, 1), hearsAndSees(jane, 1)]);
});

test("a call that is answered at one device stops ringing at the other", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await counting(t);
  const jane = await signIn(browser, links["Jane Smith"], "Jane Smith");
  const tablet = await open(browser, jane.url());
  const ada = await signIn(browser, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  const ringing = (page) => page.getByRole("button", { name: "Accept", exact: true });
  await Promise.all([ringing(jane).waitFor(), ringing(tablet).waitFor()]);
  await ringing(jane).click();
  await ringing(tablet).waitFor({ state: "hidden" });
  await Promise.all([hearsAndSees(ada, 1), hearsAndSees(jane, 1)]);
  assert.equal(await tablet.getByRole("heading", { name: "Ada Patient", level: 2 }).count(), 0);
});

test("a page that is opened while it rings, rings, and the caller sees so", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await counting(t);
  const jane = await signIn(browser, links["Jane Smith"], "Jane Smith");
  const ada = await signIn(browser, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  // For some seconds she still counts as there.
  const page = jane.url();
  await jane.goto("about:blank");
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await ada.getByText("Connecting…").waitFor();
  await jane.goto(page);
  await ada.getByText("Ringing…").waitFor();
  await jane.reload();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([hearsAndSees(ada, 1), hearsAndSees(jane, 1)]);
});
