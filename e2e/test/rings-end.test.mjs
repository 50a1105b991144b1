// How a ring can end before anybody talks, and what the patient can do then; and whom they find to ring.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NEEDS, plays } from "./browsers.mjs";
import { demo, goTo } from "./demo.mjs";

test("whoever cannot be reached is said to be so in words, and there is a way to book", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  const ada = await practice.person("Ada Patient");
  await goTo(jane, "Calls");
  await jane.getByLabel("From").focus();
  await goTo(ada, "Practitioners");
  await ada.getByRole("button", { name: "Start a voice call with Jane Smith" }).click();
  await jane.getByText("Voice call · ").waitFor();
  assert.equal(await jane.evaluate(() => document.activeElement.name), "from", "whoever types goes on");
  await jane.getByRole("button", { name: "Decline with a message" }).click();
  await jane.getByRole("textbox", { name: "Your message" }).fill("My clinic begins at two.");
  await jane.getByRole("button", { name: "Decline", exact: true }).click();
  await ada.getByText("Dr. Jane Smith cannot talk now: “My clinic begins at two.”").waitFor();
  await ada.getByRole("button", { name: "Book a time", exact: true }).waitFor();
  await ada.getByRole("button", { name: "Close" }).click();

  // What she reads in her history is a moment old, so she may ring whoever is not there any more.
  await goTo(ada, "Calls");
  const declined = ada.locator(".row", { hasText: "They said: My clinic begins at two." });
  await declined.getByText("Outgoing · Voice").waitFor();
  await jane.locator("summary.person").click();
  await jane.getByRole("radio", { name: "Do not disturb" }).check({ force: true });
  await jane.locator("summary.person", { hasText: "Do not disturb" }).waitFor();
  await ada.getByRole("button", { name: /^Call back: Jane Smith/ }).click();
  await ada.getByText("Jane Smith is busy. They see that you called.").waitFor();
  await ada.getByRole("button", { name: "Close" }).click();
  assert.equal(await jane.getByText("Ada Patient is calling").count(), 0, "she is not disturbed");

  await jane.close();
  await goTo(ada, "Practitioners");
  await ada.locator(".tile", { hasText: "Jane Smith" }).getByText("Offline").waitFor();
  await goTo(ada, "Calls");
  await ada.getByRole("button", { name: /^Call back: Jane Smith/ }).first().click();
  await ada.getByText("Jane Smith is not there. They see that you called.").waitFor();
  await ada.getByRole("button", { name: "Book a time", exact: true }).click();
  await ada.waitForURL(/\/patient\/book#with=bs_jane$/);
});

test("a patient finds somebody by field, language and presence, which changes as it happens", NEEDS, async (t) => {
  const practice = await demo(t);
  const omar = await practice.person("Omar Haddad");
  const ada = await practice.person("Ada Patient");
  await goTo(ada, "Practitioners");
  const [janes, omars] = ["Jane Smith", "Omar Haddad"].map((name) => ada.locator(".tile", { hasText: name }));
  await janes.getByText(/Next free: (Today|Tomorrow|\w+day), \d\d:\d\d/).waitFor();
  await omars.getByText("Ask for any time").waitFor();
  await ada.getByRole("searchbox", { name: "Search" }).fill("derma");
  await omars.waitFor({ state: "detached" });
  await ada.getByRole("combobox", { name: "Language" }).selectOption("Arabic");
  await ada.getByText("Nobody fits. Search for less, or in another language.").waitFor();
  await ada.getByRole("searchbox", { name: "Search" }).fill("dr haddad");
  await omars.waitFor();
  await ada.getByRole("checkbox", { name: "Available now" }).check();
  await omars.waitFor();
  await ada.reload();
  assert.equal(await ada.getByRole("searchbox", { name: "Search" }).inputValue(), "dr haddad");
  await omars.getByText("Online").waitFor();

  await omar.locator("summary.person").click();
  await omar.getByRole("radio", { name: "Away" }).check({ force: true });
  await ada.getByText("Nobody fits.").waitFor();
  await ada.getByRole("checkbox", { name: "Available now" }).uncheck();
  await omars.getByText("Away").waitFor();
  await omar.getByRole("radio", { name: "Do not disturb" }).check({ force: true });
  await omars.getByText("Busy").waitFor();
  assert.ok(await ada.getByRole("button", { name: "Start a video call with Omar Haddad" }).isDisabled());
  await omar.close();
  await omars.getByText("Offline").waitFor();
  await omars.getByRole("link", { name: "Book appointment with Omar Haddad" }).waitFor();
});
