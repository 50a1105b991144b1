// A practitioner's own week, and what staff and administrators keep.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NEEDS, plays } from "./browsers.mjs";
import { demo, goTo, opened, soon } from "./demo.mjs";

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>`;

test("a patient moves an appointment, takes it into a calendar, and cancels it", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient");
  const jane = await practice.person("Jane Smith");
  const next = ada.locator(".next", { hasText: "Follow-up: the rash" });
  await next.locator("summary").click();
  const [file] = await Promise.all([
    ada.waitForEvent("download"),
    next.getByRole("link", { name: "Add to calendar" }).click(),
  ]);
  assert.match(readFileSync(await file.path(), "utf8"), /BEGIN:VEVENT[^]*DTSTART:\d{8}T\d{6}Z[^]*END:VEVENT/);

  await next.locator("summary").click();
  await next.getByRole("button", { name: /^Reschedule/ }).click();
  await ada.getByRole("heading", { name: "Another time" }).waitFor();
  await ada.locator(".days label:not(.none)").last().click();
  await ada.getByRole("group", { name: "Time" }).locator("label").first().click();
  await ada.getByRole("button", { name: "Ask for this time" }).click();
  await ada.getByText("Sent. The practice confirms the new time, and you will be told.").waitFor();
  const moved = ada.locator(".row, .next", { hasText: "Follow-up: the rash" });
  await moved.getByText("Asked for").waitFor();
  await jane.locator(".bell summary").click();
  await jane.locator(".bell li", { hasText: "Follow-up: the rash" }).getByRole("button", { name: /^Accept/ }).click();
  // It stands elsewhere once it is settled again.
  await moved.getByText("Asked for").waitFor({ state: "detached" });
  await moved.getByText("Call not available").waitFor();

  await moved.locator("summary").click();
  await moved.getByRole("button", { name: /^Cancel/ }).click();
  await ada.getByRole("textbox").fill("It is gone");
  await ada.getByRole("dialog").getByRole("button", { name: "Cancel appointment" }).click();
  await ada.getByText("Cancelled. The other side has been told.").waitFor();
  await ada.getByRole("button", { name: "Show earlier ones" }).click();
  await moved.getByText("Cancelled", { exact: true }).waitFor();
  await jane.getByText("Ada Patient has cancelled the appointment.").waitFor();
});

test("a practitioner says when they work, and patients are offered those times alone", NEEDS, async (t) => {
  const practice = await demo(t);
  const omar = await practice.person("Omar Haddad");
  await goTo(omar, "Hours");
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
    await omar.getByRole("button", { name: `Add hours: ${day}` }).click();
  }
  await omar.getByLabel("Monday, until").fill("10:00");
  await omar.getByRole("button", { name: "Add more after a break: Monday" }).click();
  assert.equal(await omar.getByLabel("Monday, from").count(), 2);
  await omar.getByRole("button", { name: "Add days off" }).click();
  await omar.getByRole("button", { name: "Save" }).click();
  await omar.getByText("Saved. Patients are offered these times from now on.").waitFor();

  const ada = await practice.person("Ada Patient");
  await ada.goto(new URL("/patient/book#with=bs_omar", ada.url()).href);
  await ada.locator(".days label").first().waitFor();
  assert.ok(await ada.locator(".days label").first().evaluate((day) => day.classList.contains("none")), "a day off");
  await ada.locator(".days label:not(.none)").first().click();
  const times = await ada.getByRole("group", { name: "Time" }).locator("label").allInnerTexts();
  assert.ok(times.length > 0 && times.every((time) => time.trim() >= "09:00" && time.trim() < "15:00"), `${times}`);
});

test("a practitioner makes an appointment at a fixed link, sees it by day and by week, and goes back", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  const ada = await practice.person("Ada Patient");
  await goTo(jane, "Calendar");
  await jane.getByRole("button", { name: "After" }).click();
  // A Thursday: what the demo has for today and tomorrow may be in that week, too, but not later than on its Monday.
  await jane.getByTitle(/^New appointment, .*10:00/).nth(3).click();
  const dialog = jane.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Patient" }).selectOption("Ada Patient");
  await dialog.getByRole("combobox", { name: "Where" }).selectOption("Link of another provider");
  await dialog.getByLabel("Address of the meeting").fill("https://zoom.example/j/123");
  await dialog.getByRole("textbox", { name: "What it is about" }).fill("Over there");
  await dialog.getByRole("button", { name: "Make appointment" }).click();
  await jane.getByText("Made. The patient has been told.").waitFor();
  const visit = jane.locator(".calendar .visit.Accepted", { hasText: "Ada Patient" }).filter({ hasText: "10:00" });
  await visit.waitFor();
  await ada.locator(".row", { hasText: "Over there" }).getByText("Video call at another provider").waitFor();
  await visit.click();
  await jane.getByRole("dialog").getByText("Over there").waitFor();
  await jane.keyboard.press("Escape");
  await jane.getByRole("button", { name: "Day", exact: true }).click();
  await jane.waitForURL(/view=day/);
  await jane.reload();
  await jane.getByRole("button", { name: "Day", exact: true, pressed: true }).waitFor();
  await goTo(jane, "Hours");
  await jane.getByRole("heading", { name: "Working hours" }).waitFor();
  await jane.goBack();
  await jane.getByRole("heading", { name: "Calendar" }).waitFor();
  await jane.getByRole("button", { name: "Day", exact: true, pressed: true }).waitFor();
});

test("whoever talks is busy by themselves, and an administrator sees that they talk, not what", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  const ada = await practice.person("Ada Patient");
  const alma = await practice.person("Alma Office");
  await goTo(alma, "Live");
  await alma.getByText("Nobody is in a call.").waitFor();
  await goTo(ada, "Practitioners");
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([plays(ada, "video.remote"), plays(jane, "video.remote")]);
  const second = await ada.context().newPage();
  await second.goto(new URL("/patient/doctors", ada.url()).href);
  await second.locator(".tile", { hasText: "Jane Smith" }).getByText("Busy").waitFor();
  await second.close();
  await alma.reload();
  const row = alma.locator(".row", { hasText: "Ada Patient · Jane Smith" });
  await row.getByText("2 people inside").waitFor();
  await goTo(alma, "Audit");
  await alma.locator(".row", { hasText: "looked at live calls" }).first().waitFor();
});

test("somebody new comes in by a link that is handed over, and is out at once when they are disabled", NEEDS, async (t) => {
  const practice = await demo(t);
  const alma = await practice.person("Alma Office");
  await goTo(alma, "People");
  await alma.getByRole("button", { name: "Add person" }).click();
  const dialog = alma.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Staff" }).check({ force: true });
  await dialog.getByRole("textbox", { name: "Name" }).fill("Nora New");
  await dialog.getByRole("textbox", { name: "E-mail" }).fill("nora@riverside.example");
  await dialog.getByRole("button", { name: "Add person" }).click();
  await alma.getByRole("heading", { name: "A sign-in link for Nora New" }).waitFor();
  const link = await alma.getByRole("textbox", { name: "Link" }).inputValue();
  await alma.getByRole("button", { name: "Close" }).click();

  const nora = await (await alma.context().browser().newContext({ locale: "en-GB" })).newPage();
  await nora.goto(link);
  await nora.getByRole("button", { name: "Continue as Nora New" }).click();
  await nora.getByRole("heading", { name: "Appointments", exact: true }).waitFor();
  assert.equal(await nora.getByRole("navigation").getByRole("link", { name: "Settings" }).count(), 0);
  await nora.goto(new URL("/account", link).href);
  await nora.getByLabel("New password").fill("four words of no kinship");
  await nora.getByRole("button", { name: "Save password" }).click();
  await nora.getByText("The password is saved.").waitFor();

  const row = alma.locator(".row", { hasText: "Nora New" });
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Where they are signed in" }).click();
  await alma.getByText("Nora New is signed in at 1 place").waitFor();
  await alma.keyboard.press("Escape");
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Disable" }).click();
  await alma.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await row.getByText("Disabled").waitFor();
  await nora.getByRole("heading", { name: "Welcome to Riverside Practice" }).waitFor();
  await nora.getByLabel("E-mail address").fill("nora@riverside.example");
  await nora.getByLabel("Password").fill("four words of no kinship");
  await nora.getByRole("button", { name: "Sign in" }).click();
  await nora.getByText("Address and password do not fit together.").waitFor();
});

test("the practice has its name, its look and its ring time, and patients see them on their pages", NEEDS, async (t) => {
  const practice = await demo(t);
  const alma = await practice.person("Alma Office");
  const ada = await practice.person("Ada Patient");
  await goTo(alma, "Settings");
  await alma.getByLabel("Name", { exact: true }).fill("Hillside Clinic");
  await alma.getByLabel("Welcome text").fill("Come in.");
  const logo = alma.getByLabel("Choose a logo");
  await logo.setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: Buffer.alloc(60_000) });
  await alma.getByText("That picture is too large. It may have 28 kB.").waitFor();
  await logo.setInputFiles({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from(LOGO) });
  await alma.getByRole("img", { name: "Logo of the practice" }).waitFor();
  assert.equal(await alma.getByLabel("Welcome text").inputValue(), "Come in.", "what was typed before stays");
  await alma.getByLabel("Colour").fill("#5b2a86");
  await alma.getByLabel("Ring for (seconds)").fill("5");
  await alma.getByRole("button", { name: "Save" }).click();
  await alma.getByText("Saved.", { exact: true }).waitFor();
  await alma.waitForFunction(() => document.title.endsWith("Hillside Clinic"));

  await ada.reload();
  await ada.locator(`.brand img[src="data:image/svg+xml;base64,${btoa(LOGO)}"]`).waitFor();
  const jane = await practice.person("Jane Smith");
  await goTo(ada, "Practitioners");
  const wayHere = ada.getByRole("navigation").getByRole("link", { name: "Practitioners" });
  assert.equal(await wayHere.evaluate((link) => getComputedStyle(link).color), "rgb(91, 42, 134)");
  await ada.getByRole("button", { name: "Start a voice call with Jane Smith" }).click();
  await jane.getByText("Ada Patient is calling").waitFor();
  await ada.getByText("Jane Smith did not answer. Try again later, or book a time.").waitFor();
  await ada.getByRole("button", { name: "Close" }).click();
  await ada.locator("summary.person").click();
  await ada.getByRole("button", { name: "Sign out" }).click();
  await ada.getByRole("heading", { name: "Welcome to Hillside Clinic" }).waitFor();
  await ada.getByText("Come in.").waitFor();
});

test("an administrator gives somebody another role, and signs them out where they are", NEEDS, async (t) => {
  const practice = await demo(t);
  const sam = await practice.person("Sam Frontdesk");
  const alma = await practice.person("Alma Office");
  await goTo(alma, "People");
  await alma.getByRole("button", { name: "Edit Sam Frontdesk" }).click();
  await alma.getByRole("dialog").getByRole("radio", { name: "Practitioner" }).check({ force: true });
  await alma.getByRole("dialog").getByRole("textbox", { name: "Specialization" }).fill("Paediatrics");
  await alma.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  const row = alma.locator(".row", { hasText: "Sam Frontdesk" });
  await row.getByText("Practitioner · Paediatrics").waitFor();
  await sam.reload();
  await sam.getByRole("heading", { name: "This page is not yours" }).waitFor();
  await sam.getByRole("link", { name: "Go to the first page" }).click();
  await sam.getByRole("heading", { name: "Your day" }).waitFor();

  await row.locator("summary").click();
  await row.getByRole("button", { name: "Where they are signed in" }).click();
  await alma.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await alma.getByText("Sam Frontdesk is signed out everywhere.").waitFor();
  await sam.getByRole("heading", { name: "Welcome to Riverside Practice" }).waitFor();
  await goTo(alma, "Audit");
  const deeds = alma.locator(".row");
  await deeds.filter({ hasText: "Alma Office signed out everywhere: Sam Frontdesk" }).waitFor();
  await deeds.filter({ hasText: "Alma Office changed a person: Sam Frontdesk" }).waitFor();
  const lists = deeds.filter({ hasText: "Alma Office listed people" });
  await lists.first().waitFor();
  assert.equal(await lists.count(), 1, "however often she came by");
});

test("staff see all appointments, answer for the practice, and find one by practitioner and status", NEEDS, async (t) => {
  const practice = await demo(t);
  const sam = await practice.person("Sam Frontdesk");
  const asked = sam.locator(".row", { hasText: "A mole that has changed" });
  await asked.getByRole("button", { name: /^Accept/ }).click();
  await sam.getByText("Accepted. Both of you have been told.").waitFor();
  await sam.getByRole("combobox", { name: "Status" }).selectOption("Confirmed");
  await asked.waitFor();
  await sam.getByRole("combobox", { name: "Practitioner" }).selectOption("Jane Smith");
  await sam.getByRole("combobox", { name: "Status" }).selectOption("Declined");
  await asked.waitFor({ state: "detached" });
  assert.equal(await sam.getByRole("combobox", { name: "Practitioner" }).inputValue(), "Jane Smith");
  assert.equal(await sam.getByRole("navigation").getByRole("link").count(), 2, "neither audit nor settings");
});
