// Pages of somebody else's, made with the SDK, in real browsers against the real server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browse, host, NEEDS, open, plays, sdk } from "./browsers.mjs";
import { serve, token } from "./stage.mjs";

const PAGE = readFileSync(new URL("smallest-page.html", import.meta.url), "utf8");
const JANE = { sub: "jane", role: "practitioner", name: "Jane Smith" };
const ADA = { sub: "ada", role: "patient", name: "Ada Patient" };

test("the readme of the SDK holds the smallest page as it is run", () => {
  const readme = readFileSync(new URL("../../web/packages/client/README.md", import.meta.url), "utf8");
  assert.ok(readme.includes(`\`\`\`html\n${PAGE}\`\`\``));
});

test("the smallest page rings, answers, shows both, and hangs up", NEEDS, async (t) => {
  const { ada, jane } = await inACall(t);
  assert.deepEqual(await Promise.all([told(ada), told(jane)]), ["connected", "connected"]);
  await ada.click("#end");
  await Promise.all([says(ada, "over: ended"), says(jane, "over: ended")]);
});

/** Two of the smallest pages, in a call with each other. */
async function inACall(t, page = PAGE, ...flags) {
  const address = await host(t, { "index.html": page, "bedside.js": await sdk() });
  const stage = await serve(t, "--allow-origin", address, ...flags);
  const url = `http://${stage.address}`;
  const at = async (person, callee) => {
    const given = new URLSearchParams({ url, token: token(person), callee });
    return open(await browse(t), `${address}/index.html#${given}`);
  };
  const [jane, ada] = await Promise.all([at(JANE, "ada"), at(ADA, "jane")]);
  await jane.waitForSelector("#call:enabled");
  await ada.click("#call:enabled");
  await jane.click("#accept:enabled");
  await Promise.all([plays(ada, "#other"), plays(jane, "#other")]);
  return { stage, ada, jane };
}

function told(page) {
  return page.textContent("#told");
}

function says(page, words) {
  return page.waitForFunction((words) => document.getElementById("told").textContent === words, words);
}
