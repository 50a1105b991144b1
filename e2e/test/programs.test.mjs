// A host application is told who comes into a call and who leaves it, by messages that it can verify.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_AUTHORITY } from "./authority.mjs";
import { receive } from "./receivers.mjs";
import { inACall, serve, token } from "./stage.mjs";

test("a host application is told who comes and goes, by ids alone", { skip: NO_AUTHORITY }, async (t) => {
  const receivers = await receive(t);
  const stage = await serve(t, "--host-admins", ...receivers.flags);
  const agnes = token({ sub: "agnes", role: "admin", name: "Agnes Root" });
  const { secret } = await stage.rest("POST", "/api/webhooks", agnes, { url: receivers.url("/hook/host") });
  await receivers.plan({ secrets: { "/hook/host": [secret] } });
  const { ada, callId, roomId } = await inACall(stage);
  await ada.does("leave-room", { roomId });

  const hooks = await receivers.until("hook", 3, ({ body }) => body.type.startsWith("participant."));
  const told = hooks.map(({ body: { type, data } }) => `${type}: ${data.person}`);
  assert.deepEqual(told.sort(), ["participant.entered: ada", "participant.entered: jane", "participant.left: ada"]);
  for (const { verified, body } of hooks) {
    assert.deepEqual([verified.by, body.data.callId], [[secret], callId]);
    assert.ok(!JSON.stringify(body).includes("Patient"), "ids alone");
  }
});
