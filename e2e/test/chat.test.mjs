import assert from "node:assert/strict";
import { test } from "node:test";
import { inACall, serve } from "./stage.mjs";

test("a message is kept once, told to all in one order, and shown to whoever comes back", async (t) => {
  const stage = await serve(t);
  const { ada, jane, roomId } = await inACall(stage);
  const first = await ada.does("chat-message", { roomId, text: "  Good morning ", requestId: "m1" });
  const again = await ada.does("chat-message", { roomId, text: "Good morning", requestId: "m1" });
  assert.equal(first.id, again.id);
  const heard = await jane.heard("chat-message");
  assert.deepEqual([heard.id, heard.userId, heard.name, heard.text], [first.id, "ada", "Ada Patient", "Good morning"]);
  await ada.heard("chat-message");

  const many = [ada, jane].flatMap((line) => Array.from({ length: 20 }, (_, n) => line.does("chat-message", { roomId, text: `${n}` })));
  await Promise.all(many);
  const order = { ada: [], jane: [] };
  for (let n = 0; n < 40; n += 1) {
    order.ada.push((await ada.heard("chat-message")).id);
    order.jane.push((await jane.heard("chat-message")).id);
  }
  assert.deepEqual(order.ada, order.jane);
  assert.equal(new Set(order.ada).size, 40);

  const back = await stage.person("jane", "practitioner", "Jane Smith");
  const { chat } = await back.does("join-room", { roomId });
  assert.deepEqual(chat.map(({ id }) => id), [first.id, ...order.ada]);
  await back.does("chat-read", { roomId, upTo: order.ada.at(-1) });
  assert.deepEqual(await ada.heard("chat-read"), { roomId, userId: "jane", upTo: order.ada.at(-1) });
});

test("what is empty or too long is refused, and strangers neither write nor read", async (t) => {
  const stage = await serve(t);
  const { ada, roomId } = await inACall(stage);
  const otto = await stage.person("otto", "patient", "Otto Other");
  assert.equal(await ada.refused("chat-message", { roomId, text: "   " }), "invalid");
  assert.equal(await ada.refused("chat-message", { roomId, text: "x".repeat(4_001) }), "invalid");
  await ada.does("chat-message", { roomId, text: "ü".repeat(4_000) });
  assert.equal(await otto.refused("chat-message", { roomId, text: "hello" }), "not-found");
  await ada.does("chat-typing", { roomId });
});
