// What a browser does with a push, in a page of a host application: our worker shows it, and answers for it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { NO_AUTHORITY } from "./authority.mjs";
import { NEEDS, PATIENCE, browse } from "./browsers.mjs";
import { demo, goTo } from "./demo.mjs";
import { receive } from "./receivers.mjs";

const WORKER = readFileSync(new URL("../../web/packages/app/public/push.js", import.meta.url));
const RING = {
  topic: "incoming-call",
  title: "Elm Street",
  body: "Dr. Jane Smith is calling you now.",
  url: "https://calls.example.org/patient/video-call/1",
  tag: "0123456789abcdef0123456789abcdef",
  token: "a-token",
  accept: "Answer",
  decline: "Decline",
};

async function listen(t, answer) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.closeAllConnections() ?? server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/** The server that the worker answers to, and what it was asked. */
async function bedside(t) {
  const asked = [];
  const address = await listen(t, (request, response) => {
    if (request.method === "POST") asked.push(request.url);
    response.setHeader("content-type", "text/javascript");
    response.end(request.url === "/push.js" ? WORKER : "");
  });
  return { address, asked };
}

async function eventually(what, ask) {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const found = await ask();
    if (found) return found;
    assert.ok(Date.now() < until, what);
    await new Promise((done) => setTimeout(done, 25));
  }
}

test("a worker of a host application rings, says so, and shows what becomes of the ring in its place", NEEDS, async (t) => {
  const { address, asked } = await bedside(t);
  const host = await listen(t, (request, response) => {
    const worker = `self.bedside = "${address}"; importScripts("${address}/push.js");`;
    const isWorker = request.url === "/worker.js";
    response.setHeader("content-type", isWorker ? "text/javascript" : "text/html");
    response.end(isWorker ? worker : "<!doctype html><title>Host</title>");
  });
  const context = await browse(t);
  await context.grantPermissions(["notifications"], { origin: host });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  const registered = new Promise((found) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find((one) => one.scopeURL.startsWith(host));
      if (own) found(own.registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  await page.goto(host);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
  });
  const registrationId = await registered;
  const push = (told) =>
    devtools.send("ServiceWorker.deliverPushMessage", { origin: host, registrationId, data: JSON.stringify(told) });
  const shown = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.map(({ title, body, tag, actions }) => ({ title, body, tag, actions: actions.map((one) => one.title) }));
    });

  await push(RING);
  const [ring] = await eventually("it rings", async () => ((all) => all.length > 0 && all)(await shown()));
  assert.deepEqual(ring, { title: RING.title, body: RING.body, tag: RING.tag, actions: ["Answer", "Decline"] });
  await eventually("the caller hears that it rings", () => asked.includes("/api/pushes/a-token/rings"));

  await push({ ...RING, topic: "missed-call", body: "Missed call from Dr. Jane Smith.", token: null });
  const [missed, ...more] = await eventually("it is over", async () =>
    ((all) => all[0]?.body.startsWith("Missed") && all)(await shown()),
  );
  assert.deepEqual([missed.tag, missed.actions, more], [RING.tag, [], []]);
  assert.deepEqual(asked, ["/api/pushes/a-token/rings"]);
});

test("a press declines by what came with the push, and a page of the host's own is opened", NEEDS, async (t) => {
  const { address, asked } = await bedside(t);
  const context = await browse(t);
  const page = await context.newPage();
  await page.goto(`${address}/page`);
  // A notification cannot be pressed from outside, so the worker's own listeners are called with what a press brings.
  const opened = await page.evaluate(
    async ({ code, address, ring }) => {
      const listeners = {};
      const opened = [];
      const self = {
        bedside: address,
        bedsidePage: (told) => `https://app.example.org/calls/${told.callId ?? "none"}`,
        addEventListener: (name, listen) => (listeners[name] = listen),
        clients: { matchAll: async () => [], openWindow: async (url) => opened.push(url) },
      };
      new Function("self", code)(self);
      const press = async (action) => {
        const waits = [];
        const notification = { close: () => undefined, data: { ...ring, callId: "c" } };
        listeners.notificationclick({ action, notification, waitUntil: (one) => waits.push(one) });
        await Promise.all(waits);
      };
      await press("decline");
      await press("accept");
      return opened;
    },
    { code: WORKER.toString(), address, ring: RING },
  );
  assert.deepEqual(asked, ["/api/pushes/a-token/decline"]);
  assert.deepEqual(opened, ["https://app.example.org/calls/c"]);
});

test("whoever calls somebody with no page open sees that a phone is woken, and that an SMS follows", NEEDS, async (t) => {
  if (NO_AUTHORITY) return t.skip(NO_AUTHORITY);
  const receivers = await receive(t);
  const practice = await demo(t, ...receivers.flags);
  const jane = await practice.person("Jane Smith");
  await asks(jane, "POST", "/api/me/devices", await receivers.subscription("phone"));
  await asks(jane, "POST", "/api/me/addresses", { phone: "+491711234567" });
  const [sms] = await receivers.until("sms", 1, () => true);
  const [code] = JSON.parse(sms.body).text.match(/\b\d{6}\b/);
  await asks(jane, "POST", "/api/me/addresses/confirm", { channel: "sms", code });
  const choices = [{ topic: "incoming-call", channel: "sms", wanted: true }];
  await asks(jane, "PUT", "/api/me/reach", { choices });
  await jane.context().close();

  const ada = await practice.person("Ada Patient");
  await goTo(ada, "Practitioners");
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await ada.getByText("Their phone is being woken…").waitFor();
  const [push] = await receivers.until("push", 1, ({ body }) => body.topic === "incoming-call");
  await ada.getByText("They are getting a text message…").waitFor();
  await receivers.until("sms", 2, () => true);

  // The phone shows the ring.
  const rings = `${new URL(ada.url()).origin}/api/pushes/${push.body.token}/rings`;
  assert.equal((await fetch(rings, { method: "POST" })).status, 204);
  await ada.getByText("Ringing…").waitFor();
  await ada.getByRole("button", { name: "Cancel" }).click();
  await receivers.until("push", 1, ({ body }) => body.topic === "missed-call");
});

test("a browser finds nothing that keeps the pages from the home screen, where iPhones want them for pushes", NEEDS, async (t) => {
  const practice = await demo(t);
  const ada = await practice.person("Ada Patient");
  const devtools = await ada.context().newCDPSession(ada);
  const { url, errors, data } = await devtools.send("Page.getAppManifest");
  assert.deepEqual([new URL(url).pathname, errors], ["/manifest.webmanifest", []]);
  const { display, start_url: start, icons } = JSON.parse(data);
  assert.equal(display, "standalone");
  for (const address of [start, ...icons.map(({ src }) => src)]) {
    assert.equal((await fetch(new URL(address, url))).status, 200, address);
  }
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
});

/** As the pages do. */
async function asks(page, method, path, body) {
  const asked = ([method, path, body]) =>
    fetch(path, { method, headers: { "content-type": "application/json" }, body }).then(({ status }) => status);
  assert.equal(await page.evaluate(asked, [method, path, JSON.stringify(body)]), 204, path);
}
