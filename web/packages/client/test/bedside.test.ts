import { afterEach, expect, test, vi } from "vitest";
import { Bedside } from "../src/bedside.ts";
import { Cell } from "../src/cell.ts";
import type { Connection } from "../src/connection.ts";

afterEach(() => vi.unstubAllGlobals());

/** A connection on which nothing was heard yet. It keeps what is asked. */
function silent() {
  const asked: object[] = [];
  const connection = {
    deviceId: "desk",
    reach: new Cell("online"),
    isConnected: true,
    on: () => undefined,
    answer: () => undefined,
    ask: async (_event: string, payload: object) => (asked.push(payload), {}),
  };
  return { asked, connection: connection as unknown as Connection };
}

test("whoever rings before anything is known yet still connects while it rings", async () => {
  vi.stubGlobal("RTCPeerConnection", class {});
  const { asked, connection } = silent();
  await new Bedside(connection, new AbortController().signal).ring("jane");
  expect(asked).toMatchObject([{ calleeId: "jane", preconnect: true }]);
});

test("whoever is followed twice is asked for until nobody follows them any more", async () => {
  const { asked, connection } = silent();
  const bedside = new Bedside(connection, new AbortController().signal);
  const [list, button] = [new AbortController(), new AbortController()];
  bedside.watchPresence(["jane", "omar"], list.signal);
  bedside.watchPresence(["jane"], button.signal);
  await Promise.resolve();
  expect(asked.at(-1)).toEqual({ userIds: ["jane", "omar"] });
  list.abort();
  await Promise.resolve();
  expect(asked.at(-1)).toEqual({ userIds: ["jane"] });
  button.abort();
  await Promise.resolve();
  expect(asked.at(-1)).toEqual({ userIds: [] });
});

test("whoever gives up in the moment of the answer ends the call that has begun", async () => {
  const { connection } = silent();
  const bedside = new Bedside(connection, new AbortController().signal);
  const events: string[] = [];
  connection.ask = (async (event: string) => {
    events.push(event);
    return { callId: "c1", roomId: "r1", expiresAt: "2026-11-21T08:00:00Z" };
  }) as unknown as Connection["ask"];
  await bedside.ring("jane");
  await bedside.cancel();
  expect(events).toEqual(["request-video-call", "end-call"]);
});
