// What messages go to: a mail server, an SMS provider, a push service and a host application, which read with libraries
// that are not ours.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { certify } from "./authority.mjs";

const PYTHON = new URL("../.venv/bin/python", import.meta.url).pathname;
const SCRIPT = new URL("../receivers/receivers.py", import.meta.url).pathname;

export async function receive(t) {
  const { certificate, key, root } = certify("localhost");
  const program = spawn(PYTHON, [SCRIPT, certificate, key], { stdio: ["pipe", "pipe", "ignore"] });
  t.after(() => program.kill());
  const folder = mkdtempSync(join(tmpdir(), "bedside-receivers-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for await (const line of createInterface({ input: program.stdout })) {
    return new Receivers(JSON.parse(line), root, folder);
  }
  throw new Error("there are no receivers");
}

class Receivers {
  #http;

  constructor({ http, smtp }, root, folder) {
    this.#http = `http://127.0.0.1:${http}`;
    const config = join(folder, "bedside.toml");
    const headers = '{ "content-type" = "application/json" }';
    const body = '{"to":"{to}","text":"{text}","id":"{id}"}';
    writeFileSync(config, `[sms]\nprovider = "http"\nurl = "${this.#http}/sms"\nheaders = ${headers}\nbody = '${body}'\n`);
    /** Of a server that sends here. */
    this.flags = [
      ...["--config", config, "--smtp-url", `smtp://localhost:${smtp}`, "--smtp-root", root, "--smtp-user", "clinic"],
      ...["--smtp-password", "a password of the mail server", "--mail-from", "Example Practice <calls@clinic.example>"],
      ...["--web-push", "--send-to-private", "127.0.0.0/8"],
    ];
  }

  url(path) {
    return `${this.#http}${path}`;
  }

  /** What they are to answer, and what they verify with. */
  async plan(said) {
    const headers = { "content-type": "application/json" };
    await fetch(this.url("/plan"), { method: "POST", headers, body: JSON.stringify(said) });
  }

  /** What has come so far: `letter`, `sms`, `push` or `hook`. */
  async received(kind) {
    const all = await (await fetch(`${this.#http}/received`)).json();
    return all.filter((one) => one.kind === kind);
  }

  /** All that fit, once there are so many. */
  async until(kind, count, fits, patience = 30_000) {
    const late = Date.now() + patience;
    for (;;) {
      const all = await this.received(kind);
      const found = all.filter(fits);
      if (found.length >= count) return found;
      assert.ok(Date.now() < late, `${count} of ${kind} did not come: ${JSON.stringify(all)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** A browser that can be woken, as it would tell the server of itself. */
  async subscription(name) {
    return (await fetch(`${this.#http}/subscribe/${name}`)).json();
  }
}
