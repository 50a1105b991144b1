import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Connection, type ConnectionOptions } from "../src/connection.ts";
import { codeOf } from "../src/problem.ts";
import { type Network, Server } from "./server.ts";

let server: Server;
let end: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  end = new AbortController();
});

afterEach(() => {
  end.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Time passes, and what follows from it has happened. */
const pass = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

async function connected(options: Partial<ConnectionOptions> = {}): Promise<Connection> {
  const connection = new Connection({ deviceId: "desk", signal: end.signal, ...options });
  await pass(2_500);
  return connection;
}

/** What came of asking: the answer, or the code of the refusal. */
function outcome(asked: Promise<object>): { of: unknown } {
  const outcome: { of: unknown } = { of: undefined };
  void asked.then(
    (answer) => (outcome.of = answer),
    (refused) => (outcome.of = codeOf(refused)),
  );
  return outcome;
}

const NETWORKS: Network[] = ["open", "refuses websockets", "swallows websockets"];

test.each(NETWORKS)("a network that %s lets one ask, be answered, and hear", async (network) => {
  server.network = network;
  const connection = await connected();
  const heard: object[] = [];
  connection.on("call-missed", (news) => heard.push(news), end.signal);
  expect(connection.reach.value).toBe("online");
  expect(server.socket !== undefined).toBe(network === "open");
  const asked = outcome(connection.ask("set-presence", { presence: "dnd" }));
  await pass();
  expect(server.heard).toEqual([
    '40/video-call,{"deviceId":"desk"}',
    '42/video-call,0["set-presence",{"presence":"dnd"}]',
  ]);
  server.say('42/video-call,["call-missed",{"callId":"c1"}]');
  server.say('43/video-call,0[{"ok":true}]');
  await pass();
  expect(heard).toEqual([{ callId: "c1" }]);
  expect(asked.of).toEqual({ ok: true });
});

test("a websocket that is let through too late is given up", async () => {
  server.network = "swallows websockets";
  const made: { isClosed: boolean }[] = [];
  const Plain = WebSocket;
  vi.stubGlobal(
    "WebSocket",
    class extends Plain {
      constructor(address: string) {
        super(address);
        made.push(this as unknown as { isClosed: boolean });
      }
    },
  );
  await connected();
  expect(made.map(({ isClosed }) => isClosed)).toEqual([true]);
});

test("where no websocket can be made at all there is long polling", async () => {
  vi.stubGlobal("WebSocket", undefined);
  expect((await connected()).reach.value).toBe("online");
});

test("long polling sends in order, one payload at a time, and none that is too large", async () => {
  server.network = "refuses websockets";
  const connection = await connected();
  const many = Array.from({ length: 40 }, (_, n) => n);
  for (const n of many) void connection.ask("accept-video-call", { callId: `c${n}` }).catch(() => undefined);
  await pass();
  expect(server.heard.slice(1).map((packet) => packet.match(/c\d+/)?.[0])).toEqual(many.map((n) => `c${n}`));
  const sizes = server.payloads.map((payload) => payload.split("\x1e").length);
  expect(sizes.length).toBeLessThan(10);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(15);
});

test("something in between that answers in the server's place is no server", async () => {
  server.network = "refuses websockets";
  vi.stubGlobal("fetch", async () => new Response("<h1>Sign in to our network</h1>"));
  expect((await connected()).reach.value).toBe("offline");
});

test("what wants an acknowledgement gets what all who listen have to say", async () => {
  const connection = await connected();
  connection.on("incoming-video-call", () => undefined, end.signal);
  connection.answer("incoming-video-call", () => ({ preconnect: true }), end.signal);
  server.say('42/video-call,7["incoming-video-call",{"callId":"c1"}]');
  await pass();
  expect(server.heard.at(-1)).toBe('43/video-call,7[{"preconnect":true}]');
});

test("an answer that does not come is not waited for", async () => {
  const connection = await connected();
  const asked = outcome(connection.ask("set-presence", { presence: "dnd" }));
  await pass(9_900);
  expect(asked.of).toBeUndefined();
  await pass(200);
  expect(asked.of).toBe("unreachable");
});

test("what the server refuses says why", async () => {
  const connection = await connected();
  const asked = outcome(connection.ask("set-presence", { presence: "dnd" }));
  server.say('43/video-call,0[{"ok":false,"error":{"code":"busy","message":"","retryable":true}}]');
  await pass();
  expect(asked.of).toBe("busy");
});

test("what a broken line was asked has no answer, and what is asked then is said over the next one", async () => {
  const connection = await connected();
  const before = outcome(connection.ask("set-presence", { presence: "dnd" }));
  server.socket?.onclose?.();
  await pass();
  expect(connection.reach.value).toBe("offline");
  expect(before.of).toBe("unreachable");
  outcome(connection.ask("set-presence", { presence: "away" }));
  await pass(750);
  expect(connection.reach.value).toBe("online");
  expect(server.heard.at(-1)).toBe('42/video-call,0["set-presence",{"presence":"away"}]');
});

test("what nobody waits for any more is not said later", async () => {
  server.network = "is gone";
  const connection = await connected();
  const asked = outcome(connection.ask("set-presence", { presence: "dnd" }));
  await pass(10_100);
  expect(asked.of).toBe("unreachable");
  server.network = "open";
  await pass(1_000);
  expect(server.heard).toEqual(['40/video-call,{"deviceId":"desk"}']);
});

test("a server that is gone is asked again about once a second", async () => {
  server.network = "is gone";
  const tries = vi.fn();
  const Plain = WebSocket;
  vi.stubGlobal(
    "WebSocket",
    class extends Plain {
      constructor(address: string) {
        super(address);
        tries();
      }
    },
  );
  await connected();
  tries.mockClear();
  await pass(15_000);
  expect(tries.mock.calls.length).toBeGreaterThanOrEqual(14);
  expect(tries.mock.calls.length).toBeLessThanOrEqual(31);
});

test("a heartbeat is answered, and a line without one is given up", async () => {
  const connection = await connected();
  await pass(25_000);
  server.say("2");
  await pass();
  expect(server.heard.at(-1)).toBe("3");
  await pass(44_900);
  expect(connection.reach.value).toBe("online");
  server.network = "is gone";
  await pass(200);
  expect(connection.reach.value).toBe("offline");
});

test("after a sleep the first thing that is asked goes over a new line", async () => {
  const connection = await connected();
  const asleep = server.socket;
  vi.setSystemTime(Date.now() + 3_600_000);
  outcome(connection.ask("set-presence", { presence: "dnd" }));
  await pass(750);
  expect(server.socket).not.toBe(asleep);
  expect(server.heard.at(-1)).toBe('42/video-call,0["set-presence",{"presence":"dnd"}]');
});

test("a line that does not answer a touch of the pulse is made anew", async () => {
  const connection = await connected();
  const dead = server.socket;
  void connection.feelPulse();
  await pass(2_300);
  expect(server.socket).not.toBe(dead);
  expect(connection.reach.value).toBe("online");
});

test("a token that is refused is asked for anew, again and again", async () => {
  server.isWelcoming = false;
  let given = 0;
  const connection = await connected({ token: async () => `token ${++given}` });
  server.say('44/video-call,{"message":"unauthorized: the token has ended"}');
  await pass();
  expect(connection.reach.value).toBe("unauthorized");
  server.isWelcoming = true;
  await pass(3_100);
  expect(connection.reach.value).toBe("online");
  expect(server.heard).toEqual([
    '40/video-call,{"token":"token 1","deviceId":"desk"}',
    '40/video-call,{"token":"token 2","deviceId":"desk"}',
  ]);
});

test("whoever has no session does not knock", async () => {
  server.isWelcoming = false;
  const connection = await connected();
  server.say('44/video-call,{"message":"unauthorized: nobody"}');
  await pass(60_000);
  expect(connection.reach.value).toBe("unauthorized");
  expect(server.heard).toHaveLength(1);
});

test("a host that gives no token now is asked for one later", async () => {
  let given = 0;
  const token = async () => {
    if (++given === 1) throw new Error("not now");
    return "a token";
  };
  const connection = await connected({ token });
  expect(connection.reach.value).toBe("offline");
  await pass(3_000);
  expect(connection.reach.value).toBe("online");
});

test("a token is renewed before it ends, over a new line", async () => {
  const claims = btoa(JSON.stringify({ exp: Date.now() / 1000 + 60 }));
  const connection = await connected({ token: async () => `a.${claims}.c` });
  const first = server.socket;
  await pass(35_000);
  expect(server.heard).toContain("41/video-call,");
  expect(server.socket).not.toBe(first);
  expect(connection.reach.value).toBe("online");
});

test("a page that is closed says so, and is there again if the browser had kept it", async () => {
  const page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  const connection = await connected();
  page.dispatchEvent(new Event("pagehide"));
  expect(server.heard.at(-1)).toBe("41/video-call,");
  await pass(5_000);
  expect(server.socket).toBeUndefined();
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pass();
  expect(connection.isConnected).toBe(true);
});

test.each(["open", "refuses websockets"] as Network[])(
  "where the network %s, whoever goes says so",
  async (network) => {
    server.network = network;
    await connected();
    end.abort();
    await pass(10_000);
    expect(server.heard.slice(1)).toEqual(network === "open" ? ["41/video-call,"] : ["41/video-call,", "1"]);
  },
);
