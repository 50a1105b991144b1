// Windows that a browser blocks, calls without a picture, and appointments at other providers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NEEDS } from "./browsers.mjs";
import { demo, goTo, opened, soon } from "./demo.mjs";

test("where the browser blocks new windows there is a link to copy, and the patient is told at once", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient");
  const jane = await practice.person("Jane Smith");
  await jane.evaluate(() => (window.open = () => null));
  await jane.getByRole("button", { name: /^Start call: Ada Patient/ }).click();
  await jane.getByRole("heading", { name: "Start the call with Ada Patient now?" }).waitFor();
  await jane.getByRole("dialog").getByRole("button", { name: "Start call" }).click();
  await jane.getByRole("heading", { name: "Your browser did not open the window" }).waitFor();
  const link = await jane.getByRole("textbox", { name: "Link" }).inputValue();
  assert.equal(new URL(link).origin, new URL(jane.url()).origin);
  assert.match(link, /\/join\/[\w-]{20,}/);
  await jane.getByRole("button", { name: "Copy" }).click();
  await jane.getByText("Copied.").waitFor();

  // She may be on any page: here she looks for somebody else.
  await ada.getByText("Jane Smith is ready for you.").waitFor();
  await ada.evaluate(() => (window.open = () => null));
  await ada.getByRole("alert").getByRole("button", { name: "Join call" }).click();
  await ada.getByRole("dialog").getByRole("button", { name: "Join call" }).click();
  await ada.getByRole("heading", { name: "Your browser did not open the window" }).waitFor();
  const open = ada.getByRole("link", { name: "Open the call" });
  const window = await opened(ada, () => open.click());
  await window.getByRole("button", { name: "Join" }).waitFor();
});

test("two people of a booking ring each other with their voices alone", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  const ada = await practice.person("Ada Patient");
  await jane.locator(".row", { hasText: "Follow-up: the rash" }).locator("summary").click();
  await jane.getByRole("button", { name: /^Voice call now: Ada Patient/ }).click();
  await ada.getByText("Jane Smith is calling").waitFor();
  await ada.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([ada.waitForURL(/\/patient\/video-call\//), jane.waitForURL(/\/doctor\/video-call\//)]);
  const id = jane.url().split("/").at(-1);
  await jane.waitForFunction(
    async (id) => (await (await fetch(`/api/video-call/session/${id}`)).json()).participants.length === 2,
    id,
  );
  const call = await jane.evaluate(async (id) => (await fetch(`/api/video-call/session/${id}`)).json(), id);
  assert.deepEqual([call.callType, call.status, call.caller.id], ["audio", "active", "bs_jane"]);
  await jane.getByRole("button", { name: "End the call" }).click();
  await jane.getByRole("button", { name: "Close" }).click();
  await goTo(jane, "Calls");
  await jane.locator(".row", { hasText: "Ada Patient" }).getByText(/Outgoing · Voice/).waitFor();
});

test("an appointment is held on a Jitsi server of the practice's choice", NEEDS, async (t) => {
  const practice = await demo(t);
  const alma = await practice.person("Alma Office");
  await goTo(alma, "Settings");
  await alma.getByRole("button", { name: "Add a provider" }).click();
  await alma.getByRole("button", { name: "Save" }).click();
  await alma.getByText("Saved.", { exact: true }).waitFor();

  const ada = await practice.person("Ada Patient");
  const omar = await practice.person("Omar Haddad");
  for (const page of [ada, omar]) {
    await page.context().route("https://meet.example.org/**", (route) => route.fulfill({ body: "the meeting" }));
  }
  await goTo(alma, "Appointments");
  await alma.getByRole("button", { name: "New appointment" }).click();
  const dialog = alma.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Practitioner" }).selectOption("Omar Haddad");
  await dialog.getByRole("combobox", { name: "Patient" }).selectOption("Ada Patient");
  const { date, time } = soon(5);
  await dialog.getByLabel("Day").fill(date);
  await dialog.getByLabel("Time", { exact: true }).fill(time);
  await dialog.getByRole("combobox", { name: "Where" }).selectOption("Jitsi Meet");
  await dialog.getByRole("textbox", { name: "What it is about" }).fill("Elsewhere");
  await dialog.getByRole("button", { name: "Make appointment" }).click();
  await alma.getByText("Made. The patient has been told.").waitFor();

  const meetings = [];
  for (const [page, step] of [
    [omar, "Start call"],
    [ada, "Join call"],
  ]) {
    const visit = page.locator(".row, .next", { hasText: "Elsewhere" });
    await visit.getByText("Video call at another provider").waitFor();
    await visit.getByRole("button", { name: new RegExp(`^${step}`) }).click();
    const window = await opened(page, () => page.getByRole("dialog").getByRole("button", { name: step }).click());
    await window.getByText("the meeting").waitFor();
    meetings.push(window.url());
  }
  assert.equal(meetings[0], meetings[1]);
  assert.match(meetings[0], /^https:\/\/meet\.example\.org\/[\w-]{20,}$/);
});
