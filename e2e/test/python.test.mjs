// Clients of another language and other authors: python-socketio and aiortc, in the environment that `script/setup` makes.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { certify, NO_AUTHORITY } from "./authority.mjs";
import { serve, token } from "./stage.mjs";

const PYTHON = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));
const at = (file) => fileURLToPath(new URL(file, import.meta.url));

/** What goes wrong in it fails the test with what it said. */
function run(file, args, env) {
  return promisify(execFile)(PYTHON, ["-B", at(file), ...args], { env, timeout: 60_000 });
}

for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
  test(`python-socketio plays a whole call over ${transports.join(" and then ")}`, async (t) => {
    const stage = await serve(t);
    const env = {
      ADA: token({ sub: "ada", role: "patient", name: "Ada Patient" }),
      JANE: token({ sub: "jane", role: "practitioner", name: "Jane Smith" }),
    };
    await run("foreign_client.py", [`http://${stage.address}`, transports.join()], env);
  });
}

test("aiortc, which may only be relayed, sees, hears and talks by UDP and by TCP", async (t) => {
  const stage = await serve(t);
  const { iceServers } = await stage.rest("GET", "/api/ice-servers", token({ sub: "ada", role: "patient", name: "Ada" }));
  const { urls, username, credential } = iceServers[1];
  assert.equal(urls.length, 2);
  for (const url of urls) await run("relayed_call.py", [url], { USERNAME: username, PASSWORD: credential });
});

const TRUSTS = NO_AUTHORITY ? { skip: `AIORTC WAS NOT TRIED BY TLS: ${NO_AUTHORITY}` } : {};

test("and by TLS, at the port of the pages", TRUSTS, async (t) => {
  const { certificate, key, root } = certify("localhost");
  const secret = "a secret of the relay and of nobody else";
  const places = ["--turn-listen", "127.0.0.1:0", "--turn-tls-listen", "off", "--public-url", "https://localhost"];
  const stage = await serve(t, "--tls-cert", certificate, "--tls-key", key, "--turn-secret", secret, ...places);
  const [, port] = stage.address.split(":");
  const username = `${Math.ceil(Date.now() / 1000) + 60}:somebody`;
  const password = createHmac("sha1", secret).update(username).digest("base64");
  const env = { USERNAME: username, PASSWORD: password, SSL_CERT_FILE: root };
  await run("relayed_call.py", [`turns:localhost:${port}?transport=tcp`], env);
});
