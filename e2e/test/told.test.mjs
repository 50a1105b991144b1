// How one is told while no page is open: chosen by everybody for themselves, and kept by the administrator.

import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { test } from "node:test";
import { NEEDS } from "./browsers.mjs";
import { demo, goTo, soon } from "./demo.mjs";
import { inbox, listening, mailServer } from "./servers.mjs";

test("an address is confirmed by the code that went there, and what goes there is one's own choice", NEEDS, async (t) => {
  const mail = await mailServer(t);
  const practice = await demo(t, ...mail.flags);
  const ada = await practice.person("Ada Patient");
  await ada.goto(new URL("/account", ada.url()).href);
  await ada.getByRole("button", { name: "Add an e-mail address" }).click();
  await ada.getByRole("textbox", { name: "New e-mail address" }).fill("ada@mail.example");
  await ada.getByRole("button", { name: "Send code" }).click();
  const code = (await mail.letter()).match(/\b\d{6}\b/)[0];
  const field = ada.getByRole("textbox", { name: "Code for ada@mail.example" });
  await field.fill(code === "123456" ? "123457" : "123456");
  await ada.getByRole("button", { name: "Confirm" }).click();
  await ada.getByText("This code is wrong or too old.").waitFor();
  await field.fill(code);
  await ada.getByRole("button", { name: "Confirm" }).click();
  await ada.getByRole("button", { name: "Change the e-mail address" }).waitFor();

  const reminder = ada.getByRole("group", { name: "A reminder, a day before" });
  await reminder.getByRole("checkbox", { name: "E-mail" }).uncheck();
  await ada.getByRole("checkbox", { name: "Do not disturb me" }).check();
  await ada.getByLabel("Quiet until").fill("06:30");
  await form(ada, "What you are told of").getByRole("button", { name: "Save" }).click();
  await ada.getByText("Saved.", { exact: true }).waitFor();
  await ada.reload();
  assert.equal(await reminder.getByRole("checkbox", { name: "E-mail" }).isChecked(), false);
  assert.equal(await ada.getByLabel("Quiet until").inputValue(), "06:30");
  assert.equal(await ada.getByRole("group", { name: "An appointment is asked for" }).count(), 0, "not a patient's");

  await ada.getByRole("button", { name: "Stop all e-mail and SMS" }).click();
  await ada.getByRole("dialog").getByRole("button", { name: "Stop all e-mail and SMS" }).click();
  await ada.getByText("You get neither e-mail nor SMS.").waitFor();
  await ada.getByRole("button", { name: "Send them again" }).click();
  await ada.getByRole("button", { name: "Stop all e-mail and SMS" }).waitFor();

  await ada.getByRole("button", { name: "Make a private address" }).click();
  const calendar = await ada.getByRole("textbox", { name: "Link" }).inputValue();
  assert.match(await (await fetch(calendar)).text(), /^BEGIN:VCALENDAR/);
});

test("whoever has no password asks at the door for a link, and the letter signs them in once", NEEDS, async (t) => {
  const mail = await mailServer(t);
  const practice = await demo(t, ...mail.flags);
  const alma = await practice.person("Alma Office");
  await goTo(alma, "People");
  await alma.getByRole("button", { name: "Edit Ada Patient" }).click();
  await alma.getByRole("dialog").getByRole("textbox", { name: "E-mail" }).fill("ada@mail.example");
  await alma.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await alma.getByText("Ada Patient is saved.").waitFor();

  const ada = await practice.somebody(new URL("/patient/calls", alma.url()));
  await ada.getByRole("button", { name: "Send me a link instead" }).click();
  assert.equal(await ada.getByText("a link is on its way").count(), 0, "an address is asked for first");
  await ada.getByLabel("E-mail address").fill("nobody@mail.example");
  await ada.getByRole("button", { name: "Send me a link instead" }).click();
  await ada.getByText("If an account has the address nobody@mail.example, a link is on its way.").waitFor();
  await ada.getByLabel("E-mail address").fill("ada@mail.example");
  await ada.getByRole("button", { name: "Send me a link instead" }).click();
  await ada.getByText("If an account has the address ada@mail.example, a link is on its way.").waitFor();
  const letter = await mail.letter();
  assert.match(letter, /To: .*ada@mail\.example/, "the one to nobody was not sent");
  const [link] = letter.match(/http\S+\/sign-in\/[\w-]+/);
  await ada.goto(link);
  await ada.getByRole("button", { name: "Continue as Ada Patient" }).click();
  await ada.getByRole("heading", { name: "Appointments" }).waitFor();
  assert.doesNotMatch(ada.url(), /sign-in/, "the token does not stay in the address");
  const second = await practice.somebody(link);
  await second.getByText("This link does not work any more").waitFor();
});

test("this device shows what is told also while no page is open, and no more once one has signed out", NEEDS, async (t) => {
  const practice = await demo(t, "--web-push");
  const ada = await practice.person("Ada Patient");
  await ada.context().grantPermissions(["notifications"]);
  const given = { p256dh: await publicKey(), endpoint: "https://push.example/ada" };
  await ada.addInitScript(standInForPushService, given);
  await ada.goto(new URL("/account", ada.url()).href);
  await ada.getByRole("button", { name: "Turn on" }).click();
  await ada.getByText("It shows what there is to tell").waitFor();

  const cdp = await ada.context().newCDPSession(ada);
  const registered = new Promise((resolve) =>
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: [one] }) => one && resolve(one.registrationId)),
  );
  await cdp.send("ServiceWorker.enable");
  const data = JSON.stringify({ topic: "missed-call", title: "Missed call", body: "Jane Smith", tag: "c1", url: "/" });
  const origin = new URL(ada.url()).origin;
  await cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId: await registered, data });
  await ada.waitForFunction(async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.some(({ title, body }) => title === "Missed call" && body === "Jane Smith");
  });

  const forgotten = ada.waitForRequest((request) => request.url().endsWith("/api/me/devices/forget"));
  await ada.locator("summary.person").click();
  await ada.getByRole("button", { name: "Sign out" }).click();
  assert.match((await forgotten).postData(), /push\.example/);
  await ada.getByRole("heading", { name: "Welcome to Riverside Practice" }).waitFor();
});

test("whoever rings somebody without an open page reads that their phone is being woken", NEEDS, async (t) => {
  const service = await pushService(t);
  const practice = await demo(t, "--web-push", "--send-to-private", "127.0.0.0/8");
  const jane = await practice.person("Jane Smith");
  await jane.context().grantPermissions(["notifications"]);
  await jane.addInitScript(standInForPushService, { p256dh: await publicKey(), endpoint: service.address });
  await jane.goto(new URL("/account", jane.url()).href);
  await jane.getByRole("button", { name: "Turn on" }).click();
  await jane.getByText("It shows what there is to tell").waitFor();
  const ada = await practice.person("Ada Patient");
  await goTo(ada, "Practitioners");
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).waitFor();
  await jane.close();
  // Until the server has noticed, they may still be thought to be at their page.
  await ada.getByText("Away").waitFor();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await ada.getByText("Their phone is being woken…").waitFor();
  await service.pushed;
});

test("a program is added with a secret that is seen once, tried, switched off and told all again", NEEDS, async (t) => {
  const host = await program(t);
  const practice = await demo(t, "--send-to-private", "127.0.0.0/8");
  const alma = await practice.person("Alma Office");
  await goTo(alma, "Webhooks");
  await alma.getByText("No program is told anything.").waitFor();
  await alma.getByRole("button", { name: "Add webhook" }).click();
  const dialog = alma.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Address" }).fill("https://10.0.0.1/hook");
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  await dialog.getByText("This address cannot be used.").waitFor();
  await dialog.getByRole("textbox", { name: "Address" }).fill(host.address);
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  const secret = await alma.getByRole("textbox", { name: "Secret" }).inputValue();
  assert.match(secret, /^whsec_/);
  await alma.getByRole("button", { name: "I have kept it" }).click();
  const row = alma.locator(".row", { hasText: host.address });

  await row.getByRole("button", { name: /^Test/ }).click();
  await alma.getByText("The program took the test message.").waitFor();
  assert.equal((await host.told("webhook.test")).data.webhookId.slice(0, 3), "wh_");
  host.answer = 500;
  await row.getByRole("button", { name: /^Test/ }).click();
  await alma.getByText("The program did not take the test message. The other server refused it.").waitFor();
  host.answer = 200;

  await choose(row, "Tell everything again");
  await alma.getByRole("button", { name: "Tell again" }).click();
  await host.told("appointment.created");
  await choose(row, "New secret");
  await alma.getByRole("dialog").getByRole("button", { name: "New secret" }).click();
  assert.notEqual(await alma.getByRole("textbox", { name: "Secret" }).inputValue(), secret);
  await alma.getByRole("button", { name: "I have kept it" }).click();
  await choose(row, "Disable");
  await alma.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await row.getByText("Off", { exact: true }).waitFor();
  await row.getByRole("button", { name: /^Enable/ }).click();
  await row.getByText("On", { exact: true }).waitFor();
});

test("a letter that was refused is seen with its reason, and arrives when it is sent again", NEEDS, async (t) => {
  const mail = await mailServer(t);
  const practice = await demo(t, ...mail.flags);
  const alma = await practice.person("Alma Office");
  await goTo(alma, "People");
  await alma.getByRole("button", { name: "Edit Ada Patient" }).click();
  await alma.getByRole("dialog").getByRole("textbox", { name: "E-mail" }).fill("ada@mail.example");
  await alma.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await alma.getByText("Ada Patient is saved.").waitFor();
  mail.refuses = true;
  await goTo(alma, "Appointments");
  await alma.getByRole("button", { name: "New appointment" }).click();
  const dialog = alma.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Practitioner" }).selectOption("Omar Haddad");
  await dialog.getByRole("combobox", { name: "Patient" }).selectOption("Ada Patient");
  const { date, time } = soon(2 * 24 * 60);
  await dialog.getByLabel("Day").fill(date);
  await dialog.getByLabel("Time", { exact: true }).fill(time);
  await dialog.getByRole("button", { name: "Make appointment" }).click();
  await alma.getByText("Made. The patient has been told.").waitFor();

  await goTo(alma, "Messages");
  await alma.locator(".row", { hasText: "A reminder, an hour before" }).getByText("Ada Patient").waitFor();
  await mail.refused;
  await alma.getByRole("button", { name: "Failed" }).click();
  const failed = alma.locator(".row", { hasText: "An appointment is confirmed" });
  await failed.getByText("The other server refused it.").waitFor();
  mail.refuses = false;
  await failed.getByRole("button", { name: /^Send again/ }).click();
  await alma.getByText("It is being sent again.").waitFor();
  assert.match(await mail.letter(), /To: .*ada@mail\.example/);
  await alma.getByText("Nothing has failed.").waitFor();
});

function form(page, heading) {
  return page.locator("form", { has: page.getByRole("heading", { name: heading }) });
}

async function choose(row, name) {
  await row.locator("summary").click();
  await row.getByRole("button", { name }).click();
}

/** The maker of the browser has a push service; here is none. The rest is the browser's own. */
function standInForPushService({ p256dh, endpoint }) {
  const keys = { p256dh, auth: "AAAAAAAAAAAAAAAAAAAAAA" };
  const made = { endpoint, toJSON: () => ({ endpoint: made.endpoint, keys }) };
  let held = null;
  made.unsubscribe = async () => ((held = null), true);
  PushManager.prototype.subscribe = async () => (held = made);
  PushManager.prototype.getSubscription = async () => held;
}

/** Of a browser, as it would give it to the server. */
async function publicKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  return Buffer.from(await crypto.subtle.exportKey("raw", pair.publicKey)).toString("base64url");
}

/** Where pushes go on their way to a browser. */
async function pushService(t) {
  let pushed;
  const service = { pushed: new Promise((resolve) => (pushed = resolve)) };
  const server = createHttpServer((_, response) => {
    response.writeHead(201).end();
    pushed();
  });
  return Object.assign(service, { address: `http://127.0.0.1:${await listening(t, server)}/jane` });
}

/** A program that is told what happens. */
async function program(t) {
  const host = { answer: 200, heard: inbox() };
  const server = createHttpServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => (body += bytes));
    request.on("end", () => {
      response.writeHead(host.answer).end();
      host.heard.put(JSON.parse(body));
    });
  });
  const port = await listening(t, server);
  const told = (type) => host.heard.next((one) => one.type === type);
  return Object.assign(host, { address: `http://127.0.0.1:${port}/hook`, told });
}
