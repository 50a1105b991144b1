// What is the same on every page: the network goes, a form fails, one comes by a deep link, or with a keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NEEDS } from "./browsers.mjs";
import { demo, goTo } from "./demo.mjs";

test("without a network that is said, nothing that was typed is lost, and it goes on by itself", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient");
  await ada.goto(new URL("/patient/book#with=bs_jane", ada.url()).href);
  await ada.locator(".days label:not(.none)").last().click();
  await ada.getByRole("group", { name: "Time" }).locator("label").first().click();
  const reason = ada.getByRole("textbox", { name: "What is it about?" });
  await reason.fill("A long story");
  await ada.context().setOffline(true);
  await ada.getByText("You are offline. What you have typed is kept.").waitFor();
  await ada.getByRole("button", { name: "Send request" }).click();
  await ada.getByText("There is no connection. Check your network, then try again.").waitFor();
  assert.equal(await reason.inputValue(), "A long story");
  await ada.context().setOffline(false);
  await ada.getByText("You are offline.").waitFor({ state: "detached" });
  await ada.getByRole("button", { name: "Send request" }).click();
  await ada.getByText("Sent. The practice will answer, and you will be told.").waitFor();
  await ada.locator(".row", { hasText: "A long story" }).waitFor();
});

test("an answer that was lost on its way books once, however often one presses", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient");
  await ada.goto(new URL("/patient/book#with=bs_jane", ada.url()).href);
  await ada.locator(".days label:not(.none)").last().click();
  await ada.getByRole("group", { name: "Time" }).locator("label").first().click();
  await ada.getByRole("textbox", { name: "What is it about?" }).fill("Once");
  let lost = 0;
  await ada.route("**/api/appointments", async (route) => {
    if (route.request().method() !== "POST" || lost > 0) return route.fallback();
    lost += 1;
    await route.fetch();
    await route.abort();
  });
  await ada.getByRole("button", { name: "Send request" }).click();
  await ada.getByText("There is no connection.").waitFor();
  await ada.getByRole("button", { name: "Send request" }).click();
  await ada.getByText("Sent. The practice will answer, and you will be told.").waitFor();
  await ada.locator(".row", { hasText: "Once" }).first().waitFor();
  assert.equal(await ada.locator(".row", { hasText: "Once" }).count(), 1);
});

test("a page whose server has trouble says so, and is there when one tries again", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  await jane.route("**/api/calls?**", (route) => route.fulfill({ status: 503, body: "" }));
  await jane.route("**/api/calls", (route) => route.fulfill({ status: 503, body: "" }));
  await goTo(jane, "Calls");
  await jane.getByRole("alert").getByText("The practice's server has trouble.").waitFor();
  await jane.unrouteAll();
  await jane.getByRole("button", { name: "Try again" }).click();
  await jane.getByText("No calls yet. Each call appears here once it is over.").waitFor();
});

test("a deep link goes on after signing in, and back leads where one was", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient");
  await hasPassword(ada);
  await ada.goto(new URL("/patient/calls#outcome=missed", ada.url()).href);
  await ada.getByText("Sign in to go on to this page.").waitFor();
  await ada.getByLabel("E-mail address").fill(ADDRESS);
  await ada.getByLabel("Password").fill(PASSWORD);
  await ada.getByRole("button", { name: "Sign in" }).click();
  await ada.getByRole("heading", { name: "Calls", exact: true }).waitFor();
  assert.equal(await ada.getByRole("combobox", { name: "Outcome" }).inputValue(), "missed");
  await goTo(ada, "Practitioners");
  await ada.getByRole("heading", { name: "Practitioners" }).waitFor();
  await ada.goBack();
  await ada.getByRole("heading", { name: "Calls", exact: true }).waitFor();
  assert.equal(await ada.getByRole("combobox", { name: "Outcome" }).inputValue(), "missed");
});

test("with the keyboard alone one skips to the content, answers a request, and comes back to where one was", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  await jane.reload();
  await jane.locator("main .row").first().waitFor();
  await jane.keyboard.press("Tab");
  assert.equal(await focused(jane), "Skip to content");
  await jane.keyboard.press("Enter");
  await until(jane, /New appointment/);
  await jane.keyboard.press("Enter");
  await jane.getByRole("dialog").waitFor();
  await jane.keyboard.press("Escape");
  assert.match(await focused(jane), /New appointment/, "back where one was");
  await jane.locator(".skip").focus();
  await until(jane, /Notifications/);
  await jane.keyboard.press("Enter");
  await until(jane, /^Accept: Ada Patient/);
  await jane.keyboard.press("Enter");
  await jane.getByText("Accepted. Both of you have been told.").waitFor();
  await jane.keyboard.press("Escape");
  assert.equal(await jane.locator("details.bell").getAttribute("open"), null);
});

test("with the keyboard alone one signs in, rings somebody, gives up, and books", NEEDS, async (t) => {
  const practice = await demo(t);
  const jane = await practice.person("Jane Smith");
  const ada = await practice.person("Ada Patient");
  await hasPassword(ada);
  await ada.goto(new URL("/", ada.url()).href);
  await ada.getByRole("heading", { name: "Sign in" }).waitFor();
  await until(ada, /^E-mail address/);
  await ada.keyboard.type(ADDRESS);
  await ada.keyboard.press("Tab");
  await ada.keyboard.type(PASSWORD);
  await ada.keyboard.press("Enter");
  await ada.getByRole("heading", { name: "Appointments" }).waitFor();
  await until(ada, /^Practitioners/);
  await ada.keyboard.press("Enter");
  await ada.locator(".tile").first().waitFor();
  await until(ada, /^Start a video call with Jane Smith/);
  await ada.keyboard.press("Enter");
  await jane.getByText("Ada Patient is calling").waitFor();
  await until(ada, /^Cancel/);
  await ada.keyboard.press("Enter");
  await jane.getByText("Ada Patient is not calling any more.").waitFor();
  await until(ada, /^Book appointment with Jane Smith/);
  await ada.keyboard.press("Enter");
  await ada.locator(".days").waitFor();
  await until(ada, /^\w{3}\s+\d+\s+\w{3}/);
  await ada.keyboard.press("ArrowRight");
  await ada.keyboard.press("Tab");
  assert.match(await focused(ada), /^\d\d:\d\d/, "the times of that day come next");
  await ada.keyboard.press("Space");
  await until(ada, /^What is it about/);
  await ada.keyboard.type("No mouse");
  await until(ada, /^Send request/);
  await ada.keyboard.press("Enter");
  await ada.locator(".row", { hasText: "No mouse" }).getByText("Asked for").waitFor();
});

test("German people read German, also where a number has two forms", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient", { locale: "de-DE" });
  await ada.getByRole("heading", { name: "Termine" }).waitFor();
  assert.equal(await ada.locator("html").getAttribute("lang"), "de-DE");
  await ada.goto(new URL("/account", ada.url()).href);
  await ada.getByRole("radio", { name: "English" }).check({ force: true });
  await ada.getByRole("heading", { name: "My account" }).waitFor();
  await ada.reload();
  await ada.getByRole("heading", { name: "My account" }).waitFor();
});

const ADDRESS = "ada@mail.example";
const PASSWORD = "a quiet waiting room at noon";

/** From now on she signs in with it, and has to. */
async function hasPassword(ada) {
  await ada.goto(new URL("/account", ada.url()).href);
  await ada.getByLabel("E-mail address").fill(ADDRESS);
  await ada.getByLabel("New password").fill(PASSWORD);
  await ada.getByRole("button", { name: "Save password" }).click();
  await ada.getByText("The password is saved.").waitFor();
  await ada.context().clearCookies();
}

/** What a screen reader would call whatever has the focus. */
function focused(page) {
  return page.evaluate(() => {
    let one = document.activeElement;
    while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (!one.matches("a, button, summary, input, select, textarea")) return "";
    return (one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.textContent).trim();
  });
}

/** Presses Tab until it is there. */
async function until(page, name) {
  for (let pressed = 0; pressed < 40; pressed += 1) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${name} is not reached with Tab`);
}
