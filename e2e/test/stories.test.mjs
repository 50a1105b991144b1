// The shared stories, end to end: both versions of the official client, over each way to connect.

import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { io } from "socket.io-client";
import { io as io3 } from "socket.io-client-v3";
import { serve } from "./stage.mjs";
import { Play } from "./story.mjs";

const FOLDER = new URL("../../stories/", import.meta.url);
const CLIENTS = { 4: io, 3: io3 };
const WAYS = [["websocket"], ["polling"], ["polling", "websocket"]];

/** Told to the rules alone so far. */
const NOT_PLAYED = {
  "nobody-met": "its door closes four hours after the appointment",
};
/** The server waits a minute in these. */
const LONG = ["answered-but-nobody-comes", "lost-for-good"];

const stories = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({ file: file.replace(".json", ""), ...JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) }));

const plays = Object.entries(CLIENTS).flatMap(([version, client]) =>
  WAYS.flatMap((transports) => stories.map((story) => ({ story, version, client, transports }))),
);

test("every story is seen as it is told", { concurrency: plays.length }, async (t) => {
  // All connections come from one address, and play side by side.
  const stage = await serve(t, "--ring-seconds", "5", "--writes-per-address", "100000");
  const played = plays.map(({ story, version, client, transports }, number) => {
    const long = LONG.includes(story.file) && !process.env.BEDSIDE_TEST_LONG;
    const skip = NOT_PLAYED[story.file] ?? (long ? "takes a minute: script/test --long" : false);
    const name = `${story.name}: version ${version} over ${transports.join(" and then ")}`;
    return t.test(name, { skip }, () => new Play(stage, story, number, { client, transports }).play());
  });
  await Promise.all(played);
});
