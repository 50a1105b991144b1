import assert from "node:assert/strict";
import { test } from "node:test";
import { serve, two } from "./stage.mjs";

test("whoever is connected hears at once what they are notified of, and nobody else does", async (t) => {
  const stage = await serve(t);
  const { ada, jane } = await two(stage);
  const otto = await stage.person("otto", "patient", "Otto Other");
  const { id } = await stage.rest("POST", "/api/appointments", ada.token, {
    practitionerId: "jane",
    type: "Remote",
    scheduledDate: new Date(Date.now() + 60_000).toISOString(),
  });
  const asked = await jane.heard("notification");
  assert.deepEqual([asked.topic, asked.appointmentId], ["appointment-requested", id]);
  await stage.rest("POST", `/api/appointments/${id}/accept`, jane.token);
  assert.equal((await ada.heard("notification")).topic, "appointment-accepted");
  await stage.rest("POST", `/api/appointments/${id}/start-call`, jane.token);
  assert.equal((await ada.heard("notification")).topic, "call-starting");
  const { items } = await stage.rest("GET", "/api/notifications", jane.token);
  assert.ok(items.some((notice) => notice.id === asked.id), "the list has it under the same id");
  await otto.does("sync", {}); // What was sent before has come.
  assert.equal(otto.names().includes("notification"), false);
});
