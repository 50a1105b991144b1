// A day at the practice: people find each other, ring, book and meet, each in a real browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NEEDS, plays } from "./browsers.mjs";
import { demo, goTo, opened, soon } from "./demo.mjs";

test("a patient rings an online doctor, they talk, and both find it in their history", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  const ada = await practice.person("Ada Patient");
  await goTo(ada, "Practitioners");
  await ada.locator(".tile", { hasText: "Jane Smith" }).getByText("Online").waitFor();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await ada.getByText("Ringing…").waitFor();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([plays(ada, "video.remote"), plays(jane, "video.remote")]);
  await ada.getByRole("button", { name: "End the call" }).click();
  await Promise.all([ada, jane].map((page) => page.getByRole("button", { name: "Close" }).click()));

  await ada.getByRole("heading", { name: "How was your call with Jane Smith?" }).waitFor();
  await ada.getByRole("radio", { name: "2 stars" }).check({ force: true });
  await ada.getByRole("checkbox", { name: "Picture" }).check({ force: true });
  await ada.getByRole("button", { name: "Send", exact: true }).click();
  await ada.getByText("Thank you.").waitFor();
  for (const [page, other, way] of [
    [ada, "Jane Smith", "Outgoing"],
    [jane, "Ada Patient", "Incoming"],
  ]) {
    await goTo(page, "Calls");
    const row = page.locator(".row", { hasText: other });
    await row.getByText("Talked").waitFor();
    await row.getByText(way).waitFor();
  }
  await ada.getByText("Export").click();
  assert.match(await downloaded(ada, "For a spreadsheet"), /"video","completed","Ada Patient","Jane Smith"/);
});

test("a patient who is declined is told why, and books instead", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  const ada = await practice.person("Ada Patient");
  await goTo(ada, "Practitioners");
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await jane.getByText("Ada Patient is calling").waitFor();
  await jane.getByRole("button", { name: "Decline", exact: true }).click();
  await ada.getByText("Jane Smith cannot talk now. Try again later, or book a time.").waitFor();
  await ada.getByRole("button", { name: "Book a time", exact: true }).click();
  await ada.waitForURL(/\/patient\/book#with=bs_jane$/);
  // She has said when she works, so there are times to choose from.
  await ada.locator(".days label:not(.none)").last().click();
  await ada.getByRole("group", { name: "Time" }).locator("label").first().click();
  await ada.getByRole("textbox", { name: "What is it about?" }).fill("The rash again");
  await ada.getByRole("button", { name: "Send request" }).click();
  await ada.getByText("Sent. The practice will answer, and you will be told.").waitFor();
  const asked = ada.locator(".row", { hasText: "The rash again" });
  await asked.getByText("Asked for").waitFor();
  await asked.getByText("Call not available").waitFor();

  // The practitioner declines with a word, and it arrives while the patient looks.
  await jane.getByLabel(/^Notifications, \d+ wait/).click();
  const request = jane.locator(".bell li", { hasText: "The rash again" });
  await request.getByRole("button", { name: /^Decline/ }).click();
  await jane.getByRole("textbox", { name: /A word to the other side/ }).fill("I am away that day");
  await jane.getByRole("button", { name: "Decline appointment" }).click();
  await asked.getByText("They said: I am away that day").waitFor();
});

test("a call that nobody took is a missed one with a badge, and is called back in one press", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient");
  // Out of a directory that is a moment old: what can be rung is decided by the server.
  const omar = await practice.person("Omar Haddad");
  await goTo(ada, "Practitioners");
  const ring = ada.getByRole("button", { name: "Start a voice call with Omar Haddad" });
  await ring.waitFor();
  await omar.locator("summary.person").click();
  await omar.getByRole("radio", { name: "Do not disturb" }).check({ force: true });
  await ada.locator(".tile", { hasText: "Omar Haddad" }).getByText("Busy").waitFor();
  await omar.getByRole("radio", { name: "Online" }).check({ force: true });
  await ada.locator(".tile", { hasText: "Omar Haddad" }).getByText("Online").waitFor();
  await ring.click();
  await omar.getByText("Ada Patient is calling").waitFor();
  await ada.getByRole("button", { name: "Cancel" }).click();

  await omar.getByRole("navigation").getByRole("link", { name: "Calls 1 missed call" }).waitFor();
  await omar.waitForFunction(() => document.title.startsWith("(1) "));
  await goTo(omar, "Calls");
  await omar.getByRole("heading", { name: "Missed calls" }).waitFor();
  await omar.getByRole("button", { name: "Mark the missed call of Ada Patient as seen" }).first().click();
  await omar.getByRole("heading", { name: "Missed calls" }).waitFor({ state: "detached" });
  await omar.waitForFunction(() => !document.title.startsWith("("));
  // What is seen stays in the record, to be called back from there.
  await omar.getByRole("button", { name: /^Call back: Ada Patient/ }).first().click();
  await ada.getByText("Omar Haddad is calling").waitFor();
  await omar.getByRole("navigation").getByRole("link", { name: "Calls", exact: true }).waitFor();
  await ada.getByRole("button", { name: "Decline", exact: true }).click();
  await omar.getByText("Ada Patient cannot talk now. Try again later, or book a time.").waitFor();
  await omar.getByText("Close", { exact: true }).click();

  const rows = omar.locator("li.row", { hasText: "Ada Patient" });
  const pick = (outcome) => omar.getByRole("combobox", { name: "Outcome" }).selectOption(outcome);
  // Whoever gave up leaves a missed call behind.
  await pick("Given up");
  await omar.getByText("No call fits.").waitFor();
  await pick("Missed");
  await rows.waitFor();
  assert.match(await rows.innerText(), /Incoming.*Missed/s);
  await pick("Declined");
  await rows.getByText("Missed").waitFor({ state: "detached" });
  assert.match(await rows.innerText(), /Outgoing.*Declined/s);
  await omar.getByText("Export").click();
  const file = JSON.parse(await downloaded(omar, "For programs"));
  assert.deepEqual(file.map(({ outcome }) => outcome), ["declined"], "what one sees is what one gets");
  await omar.getByLabel("Until").fill(soon(-2 * 24 * 60).date);
  await omar.getByText("No call fits.").waitFor();
});

test("a booking is accepted from the bell, and both join through the waiting room", NEEDS, async (t) => {
  const practice = await demo(t);
  const omar = await practice.person("Omar Haddad");
  const ada = await practice.person("Ada Patient");
  await ada.getByRole("link", { name: "Book appointment" }).click();
  await ada.getByRole("combobox", { name: "Practitioner" }).selectOption({ label: "Dr. Omar Haddad · General practice" });
  const { date, time } = soon(10);
  await ada.getByLabel("Day").fill(date);
  await ada.getByLabel("Time", { exact: true }).fill(time);
  await ada.getByRole("textbox", { name: "What is it about?" }).fill("A cough");
  await ada.getByRole("button", { name: "Send request" }).click();

  await omar.getByLabel("Notifications, 1 waits").click();
  await omar.locator(".bell").getByRole("button", { name: /^Accept: Ada Patient/ }).click();
  await omar.getByText("Accepted. Both of you have been told.").waitFor();
  // The link arrives without a reload; it may be the next of all appointments.
  const join = ada.getByRole("button", { name: /^Join call: Omar Haddad/ });
  await join.click();
  const adas = await opened(ada, () => ada.getByRole("dialog").getByRole("button", { name: "Join call" }).click());
  await ada.getByText("The call with Omar Haddad is open in another window.").waitFor();
  await adas.getByRole("button", { name: "Join" }).click();
  await adas.getByText("You are next").waitFor();

  await omar.getByRole("heading", { name: "Now" }).waitFor();
  await omar.locator(".waits", { hasText: "Ada Patient" }).getByText("Waits to be let in").waitFor();
  await omar.getByRole("button", { name: /^Start call: Ada Patient/ }).click();
  const omars = await opened(omar, () => omar.getByRole("dialog").getByRole("button", { name: "Start call" }).click());
  await omars.getByRole("button", { name: "Join" }).click();
  await omars.getByRole("button", { name: "Admit", exact: true }).click();
  await Promise.all([plays(adas, "video.remote"), plays(omars, "video.remote")]);
});

/** What is in the file that one gets by a link. */
async function downloaded(page, name) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  return readFileSync(await file.path(), "utf8");
}
