import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { call } from "./smallest-client.mjs";
import { serve, token } from "./stage.mjs";

const GATEWAY = "../../crates/server/src/wire/gateway";
const CLIENT = fileURLToPath(new URL("smallest-client.mjs", import.meta.url));

const read = (path) => readFile(new URL(path, import.meta.url), "utf8");
const document = () => read("../../docs/protocol.md");

/** A person whom the server knows, at no device yet. */
async function known(stage, sub, role, name) {
  const bearer = token({ sub, role, name });
  await stage.rest("GET", "/api/current-user", bearer);
  return bearer;
}

async function online(stage, person) {
  const watcher = await stage.person("otto", "patient", "Otto Other");
  await watcher.does("watch-presence", { userIds: [person] });
  await watcher.heard("presence-changed", (told) => told.presence === "online");
}

test("the smallest client rings, answers, signals and hangs up", async (t) => {
  const stage = await serve(t);
  const url = `http://${stage.address}`;
  const [ada, jane] = [await known(stage, "ada", "patient", "Ada"), await known(stage, "jane", "practitioner", "Jane")];
  const answering = call(url, jane);
  await online(stage, "jane");
  const outcomes = await Promise.all([call(url, ada, "jane"), answering]);
  // It is an answer to an offer that makes a client hang up, so both have gone over.
  for (const outcome of outcomes) assert.deepEqual([outcome.event, outcome.reason], ["call-ended", "completed"]);
  assert.deepEqual(outcomes[0], outcomes[1]);
  const session = await stage.rest("GET", `/api/video-call/session/${outcomes[0].callId}`, ada);
  assert.equal(session.status, "ended");
});

test("the smallest client is a program, and says why it was refused", async (t) => {
  const stage = await serve(t);
  const url = `http://${stage.address}`;
  await known(stage, "jane", "practitioner", "Jane");
  const ring = (bearer) => promisify(execFile)(process.execPath, [CLIENT, url, bearer, "jane"]);
  await assert.rejects(ring("nobody"), /unauthorized: /);
  await assert.rejects(ring(token({ sub: "ada", role: "patient", name: "Ada" })), /request-video-call: offline/);
});

test("the document holds the smallest client as it is run", async () => {
  const client = await readFile(CLIENT, "utf8");
  assert.ok(client.split("\n").length <= 61, "sixty lines");
  assert.ok((await document()).includes(`\`\`\`js\n${client}\`\`\``));
});

test("the document has every spelling that clients may use", async () => {
  const vocabulary = await read(`${GATEWAY}/vocabulary.rs`);
  const spellings = [...vocabulary.matchAll(/\("([a-z-]+)", Act::/g)].map(([, spelling]) => spelling);
  assert.ok(spellings.length > 20, "the table is found");
  const text = await document();
  assert.deepEqual(spellings.filter((spelling) => !text.includes(`\`${spelling}\``)), []);
});

test("the document has every event that clients may hear", async () => {
  const sources = ["../../crates/server/src/wire/translate/news.rs"];
  for (const part of ["hub", "teller", "session", "desk"]) sources.push(`${GATEWAY}/${part}.rs`);
  const text = await document();
  const events = new Set(["sync", "error"]);
  for (const source of sources) {
    // Every event but those two has a hyphen, and next to nothing else in these files is quoted and has one.
    for (const [, event] of (await read(source)).matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)) events.add(event);
  }
  assert.ok(events.size > 20, "the events are found");
  assert.deepEqual([...events].filter((event) => !text.includes(`\`${event}\``)), []);
});

test("the examples of the document can be read", async () => {
  const blocks = [...(await document()).matchAll(/```json\n(.*?)```/gs)].map(([, block]) => block);
  assert.ok(blocks.length > 2, "the examples are found");
  for (const block of blocks) assert.doesNotThrow(() => JSON.parse(block), block);
});
