// What a browser does that is woken. A host application serves a worker of its own origin that says
//   self.bedside = "https://calls.example.org"; importScripts("https://calls.example.org/push.js");
// and, if it has a page of its own for what is told, `self.bedsidePage = (told) => "https://app.example.org/…"`.

const server = self.bedside ?? self.location.origin;

self.addEventListener("push", (event) => {
  const told = event.data?.json();
  if (told) event.waitUntil(show(told));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const told = event.notification.data;
  event.waitUntil(event.action === "decline" ? answer(told, "decline") : open(self.bedsidePage?.(told) ?? told.url));
});

/**
 * Whatever is shown under one tag takes the place of what was shown before: a ring ends as a missed call. Something is
 * always shown, since browsers take the right to push from those who wake them for nothing. What came too late the push
 * service has thrown away: it knows how long the ring lasts, and a phone's clock may be wrong.
 */
async function show(told) {
  const rings = told.topic === "incoming-call";
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
  // The caller sees that it rings, and no SMS follows.
  if (rings) await answer(told, "rings");
}

/** Browsers that have no room for buttons leave them out; a press on the whole then opens the call. */
function buttons(told) {
  return [
    { action: "accept", title: told.accept },
    { action: "decline", title: told.decline },
  ];
}

/** By what came with the push: nobody has to be signed in, and it is sent from any origin. */
async function answer(told, deed) {
  await fetch(`${server}/api/pushes/${told.token}/${deed}`, { method: "POST", mode: "no-cors" }).catch(() => undefined);
}

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => one.url === url);
  await (page ? page.focus() : self.clients.openWindow(url));
}
