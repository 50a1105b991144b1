// What a browser does that is woken. A host application serves this file from its own origin, with one line of its own:
// importScripts("https://calls.example.org/push.js") in its worker, and `bedside` set to the address of this server.

const server = self.bedside ?? self.location.origin;

self.addEventListener("push", (event) => {
  const told = event.data?.json();
  if (told) event.waitUntil(show(told));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const told = event.notification.data;
  event.waitUntil(event.action === "decline" ? decline(told) : open(told.url));
});

/** Whatever is shown under one tag takes the place of what was shown before: a ring ends as a missed call. */
async function show(told) {
  const rings = told.topic === "incoming-call";
  if (rings && told.until < Date.now()) return;
  await self.registration.showNotification(told.title, {
    body: told.body,
    tag: told.tag || told.topic,
    renotify: rings,
    requireInteraction: rings,
    silent: told.topic === "ring-over",
    vibrate: rings ? [400, 200, 400, 200, 400] : undefined,
    icon: `${server}/icon.svg`,
    data: told,
    actions: rings ? buttons(told) : [],
  });
  if (rings) await sayThatItRings(told);
}

/** Browsers that have no room for buttons leave them out; a press on the whole then opens the call. */
function buttons(told) {
  const declined = { de: "Ablehnen" }[self.navigator.language.slice(0, 2)] ?? "Decline";
  return [
    { action: "accept", title: told.accept },
    { action: "decline", title: declined },
  ];
}

/** The caller sees that it rings, and no SMS follows. */
async function sayThatItRings(told) {
  await write(`/api/calls/${told.callId}/rings`, { deviceId: `push ${told.tag}` });
}

async function decline(told) {
  await write(`/api/video-call/end-session/${told.callId}`, {});
}

/** By the cookie of the one who is signed in; without one, whoever opens the page signs in. */
async function write(path, body) {
  const request = { method: "POST", credentials: "include", headers: { "content-type": "application/json" } };
  await fetch(`${server}${path}`, { ...request, body: JSON.stringify(body) }).catch(() => undefined);
}

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => one.url === url);
  await (page ? page.focus() : self.clients.openWindow(url));
}
