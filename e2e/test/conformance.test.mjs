// What the documents of Engine.IO 4 and Socket.IO 5 demand of a server, packet by packet, against the example
// `conformance`: the gateway's own stack and limits, with short heartbeats and nothing of the clinic.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { RawPolling, RawSocket } from "./raw.mjs";
import { BINARY } from "./stage.mjs";

/** A heartbeat that a busy machine can keep. */
const SLOWER = 8;
const PING_EVERY = 300 * SLOWER;
const PONG_WITHIN = 200 * SLOWER;
const SIDE_BY_SIDE = { concurrency: 16 };

let server;
let origin;

before(async () => {
  const program = join(dirname(BINARY), "examples", "conformance");
  server = spawn(program, ["--port", "0", "--slower", `${SLOWER}`], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: server.stdout })) {
    origin = `http://${line.match(/served on (.+)$/)[1]}`;
    return;
  }
  throw new Error(`${program} did not start; build it with cargo build --package bedside --example conformance`);
});

after(() => server.kill());

const refused = async (address, how) => assert.equal((await fetch(address, how)).status, 400, `${how?.method} ${address}`);

/** A websocket that is past the handshake of Engine.IO. */
async function open(url) {
  const socket = new RawSocket(`${url}?EIO=4&transport=websocket`);
  assert.match(await socket.next(), /^0\{/);
  return socket;
}

for (const path of ["/engine.io/", "/socket.io/"]) {
  const at = () => `${origin}${path}`;

  describe(`Engine.IO 4 at ${path}`, SIDE_BY_SIDE, () => {
    for (const [transport, upgrades] of [["polling", ["websocket"]], ["websocket", []]]) {
      test(`${transport} opens with the session and its terms`, async () => {
        const address = `${at()}?EIO=4&transport=${transport}`;
        const packet = transport === "polling" ? await (await fetch(address)).text() : await new RawSocket(address).next();
        assert.equal(packet[0], "0");
        const { sid, ...terms } = JSON.parse(packet.slice(1));
        assert.equal(typeof sid, "string");
        assert.deepEqual(terms, { upgrades, pingInterval: PING_EVERY, pingTimeout: PONG_WITHIN, maxPayload: 1_000_000 });
      });
    }

    test("a handshake without a version or transport that is known is refused", async () => {
      for (const query of ["transport=polling", "EIO=abc&transport=polling", "EIO=4", "EIO=4&transport=abc"]) {
        await refused(`${at()}?${query}`);
      }
      for (const query of ["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"]) {
        await new RawSocket(`${at()}?${query}`).closed;
      }
    });

    test("a session begins with GET alone, and an unknown one is refused", async () => {
      for (const method of ["POST", "PUT"]) await refused(`${at()}?EIO=4&transport=polling`, { method });
      await refused(`${at()}?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA`);
      await refused(`${at()}?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA`, { method: "POST", body: "4hello" });
    });

    test("the server pings, and whoever answers stays", async () => {
      const socket = await open(at());
      const opened = Date.now();
      for (let n = 0; n < 3; n += 1) {
        assert.equal(await socket.next(), "2");
        if (n === 0) assert.ok(Date.now() - opened > PING_EVERY * 0.9, "one interval after the handshake, not at once");
        socket.send("3");
      }
      socket.close();
    });

    test("the server pings over polling too", async () => {
      const session = await RawPolling.open(at());
      for (let n = 0; n < 3; n += 1) {
        assert.deepEqual(await session.get(), { status: 200, text: "2" });
        assert.deepEqual(await session.post("3"), { status: 200, text: "ok" });
      }
    });

    test("a poll that is given up takes its session with it", async () => {
      const session = await RawPolling.open(at());
      const patience = new AbortController();
      const polling = session.get({ signal: patience.signal });
      // The server has to see the poll before it can miss it.
      assert.equal(await Promise.race([polling, new Promise((resolve) => setTimeout(resolve, 200, "waits"))]), "waits");
      patience.abort();
      await assert.rejects(polling);
      const until = Date.now() + PING_EVERY / 2;
      let answer = { status: 200 };
      while (answer.status === 200 && Date.now() < until) answer = await session.get({ signal: AbortSignal.timeout(100) }).catch(() => answer);
      assert.equal(answer.status, 400);
    });

    test("whoever does not answer a ping is closed", async () => {
      const socket = await open(at());
      const session = await RawPolling.open(at());
      await socket.closed;
      // The ping is still there to be fetched, or it is not; in the end there is no session.
      const until = Date.now() + 15_000;
      let answer = await session.get();
      while (answer.status === 200 && Date.now() < until) answer = await session.get();
      assert.equal(answer.status, 400);
    });

    test("a client may close the session", async () => {
      const socket = await open(at());
      socket.send("1");
      await socket.closed;
      const session = await RawPolling.open(at());
      const [polled] = await Promise.all([session.get(), session.post("1")]);
      // A poll that came before is ended cleanly; one that came after finds no session.
      assert.ok((polled.status === 200 && polled.text === "6") || polled.status === 400, JSON.stringify(polled));
      assert.equal((await session.get()).status, 400);
    });

    test("polling is upgraded to a websocket, which alone has the session from then on", async () => {
      const session = await RawPolling.open(at());
      const socket = session.upgrade();
      await socket.opened;
      socket.send("2probe");
      assert.equal(await socket.next(), "3probe");
      assert.deepEqual(await session.get(), { status: 200, text: "6" });
      socket.send("5");
      // Answered, so the upgrade is done.
      assert.equal(await socket.next(), "2");
      socket.send("3");
      assert.equal((await session.get()).status, 400);
      await session.upgrade().closed;
      assert.equal(await socket.next(), "2");
      socket.close();
    });
  });
}

describe("Engine.IO 4, messages", SIDE_BY_SIDE, () => {
  const at = () => `${origin}/engine.io/`;

  test("payloads of one, several and mixed packets arrive in order", async () => {
    for (const payload of ["4hello", "4one\x1e4two\x1e4three", "4hello\x1ebAQIDBA==", "4ünïcödé €"]) {
      const session = await RawPolling.open(at());
      assert.deepEqual(await session.post(payload), { status: 200, text: "ok" });
      assert.deepEqual(await session.get(), { status: 200, text: payload });
    }
  });

  test("each packet is a frame, text or binary", async () => {
    const socket = await open(at());
    socket.send("4hello", Uint8Array.from([1, 2, 3, 4]), "4€");
    assert.equal(await socket.nextSaid(), "4hello");
    assert.deepEqual(await socket.nextSaid(), Buffer.from([1, 2, 3, 4]));
    assert.equal(await socket.nextSaid(), "4€");
    socket.close();
  });

  test("what is no packet closes the session", async () => {
    const socket = await open(at());
    socket.send("abc");
    await socket.closed;
    const session = await RawPolling.open(at());
    await session.post("abc").catch(() => {}); // 400, or the connection is cut.
    assert.equal((await session.get()).status, 400);
  });

  test("two polls at once close the session", async () => {
    const session = await RawPolling.open(at());
    const polls = await Promise.all([session.get(), session.get()]);
    polls.sort((one, other) => one.status - other.status);
    assert.deepEqual([polls[0].status, polls[0].text, polls[1].status], [200, "1", 400]);
    assert.equal((await session.get()).status, 400);
  });

  test("a message above the limit closes the session", async () => {
    const socket = await open(at());
    socket.send(`4${"x".repeat(1_000_000)}`);
    await socket.closed;
    const session = await RawPolling.open(at());
    await session.post(`4${"x".repeat(1_000_000)}`).catch(() => {}); // 413, or the connection is cut.
    assert.equal((await session.get()).status, 400);
  });
});

describe("Socket.IO 5", SIDE_BY_SIDE, () => {
  const at = () => `${origin}/socket.io/`;

  /** Connected to the main namespace. */
  async function connected() {
    const socket = await open(at());
    socket.send("40");
    assert.match(await socket.nextSaid(), /^40\{"sid":"[^"]+"\}$/);
    assert.equal(await socket.nextSaid(), '42["auth",{}]');
    return socket;
  }

  for (const [namespace, auth] of [["", ""], ["", '{"token":"123"}'], ["/custom,", ""], ["/custom,", '{"token":"abc"}']]) {
    test(`a client is connected with 40${namespace}${auth}`, async () => {
      const socket = await open(at());
      socket.send(`40${namespace}${auth}`);
      const packet = await socket.nextSaid();
      assert.ok(packet.startsWith(`40${namespace}`), packet);
      const { sid, ...more } = JSON.parse(packet.slice(2 + namespace.length));
      assert.deepEqual([typeof sid, more], ["string", {}]);
      assert.equal(await socket.nextSaid(), `42${namespace}["auth",${auth || "{}"}]`);
      socket.close();
    });
  }

  test("a namespace that is not there is refused", async () => {
    const socket = await open(at());
    socket.send("40/random");
    assert.equal(await socket.nextSaid(), '44/random,{"message":"Invalid namespace"}');
    socket.close();
  });

  test("whoever says something else first, or nothing, is closed", async () => {
    const socket = await open(at());
    socket.send("4abc");
    await socket.closed;
    const silent = await open(at());
    // Its pings are answered: it is for the missing CONNECT that it is closed.
    assert.equal(await silent.nextSaid(), "1");
    assert.equal(await silent.nextSaid(), null);
  });

  test("leaving a namespace leaves the others and the line as they are", async () => {
    const socket = await connected();
    socket.send("40/custom");
    assert.match(await socket.nextSaid(), /^40\/custom,/);
    assert.equal(await socket.nextSaid(), '42/custom,["auth",{}]');
    socket.send("41/custom", '42["message","to the main namespace"]');
    assert.equal(await socket.nextSaid(), '42["message-back","to the main namespace"]');
    socket.send("41");
    for (let n = 0; n < 2; n += 1) {
      assert.equal(await socket.next(), "2");
      socket.send("3");
    }
    socket.close();
  });

  test("events come with everything they carry, text and binary", async () => {
    const socket = await connected();
    socket.send('42["message",1,"2",{"3":[true]}]');
    assert.equal(await socket.nextSaid(), '42["message-back",1,"2",{"3":[true]}]');
    const parts = [Uint8Array.from([1, 2, 3]), Uint8Array.from([4, 5, 6])];
    const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
    socket.send(`452-["message",${places}]`, ...parts);
    assert.equal(await socket.nextSaid(), `452-["message-back",${places}]`);
    for (const part of parts) assert.deepEqual(await socket.nextSaid(), Buffer.from(part));
    socket.close();
  });

  test("acknowledgements come under the number that was given, text and binary", async () => {
    const socket = await connected();
    socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    assert.equal(await socket.nextSaid(), '43456[1,"2",{"3":[false]}]');
    const parts = [Uint8Array.from([1, 2, 3]), Uint8Array.from([4, 5, 6])];
    const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
    socket.send(`452-789["message-with-ack",${places}]`, ...parts);
    assert.equal(await socket.nextSaid(), `462-789[${places}]`);
    for (const part of parts) assert.deepEqual(await socket.nextSaid(), Buffer.from(part));
    socket.close();
  });

  test("an event of the wrong shape closes the connection", async () => {
    for (const wrong of ["4abc", "42{}", '42abc["message-with-ack",1]']) {
      const socket = await connected();
      socket.send(wrong);
      await socket.closed;
    }
  });
});
