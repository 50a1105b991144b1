import { expect, test } from "vitest";
import { commandOf, type KeyCommand, KEYS } from "../src/call-keys.ts";
import { tasteOf, USUAL } from "../src/call-taste.ts";

const stroke = (key: string, held: object = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

test.each([
  ["m", "microphone"],
  ["M", "microphone"],
  ["v", "camera"],
  ["c", "chat"],
  ["p", "people"],
  ["r", "hand"],
  ["d", "devices"],
  ["s", "screen"],
  [" ", "talk"],
  ["?", "keys"],
  ["F2", "toolbar"],
  ["x", undefined],
  ["Enter", undefined],
] as const)("%s is for %s", (key, command) => {
  expect(commandOf(stroke(key), "on")).toBe(command);
});

test("whoever turns characters off keeps the key to the controls", () => {
  const left = KEYS.map(([key]) => commandOf(stroke(key), "off")).filter((one) => one !== undefined);
  expect(left).toEqual(["toolbar"] satisfies KeyCommand[]);
});

test.each(["ctrlKey", "metaKey", "altKey"])("with %s a key belongs to the browser", (held) => {
  expect(commandOf(stroke("m", { [held]: true }), "on")).toBeUndefined();
});

test("no key does two things", () => {
  expect(new Set(KEYS.map(([key]) => key)).size).toBe(KEYS.length);
  expect(new Set(KEYS.map(([, command]) => command)).size).toBe(KEYS.length);
});

test("how somebody likes the call is read whatever was kept", () => {
  expect(tasteOf(null)).toEqual(USUAL);
  expect(tasteOf("nonsense")).toEqual(USUAL);
  expect(tasteOf({ corner: "middle", self: 7, characters: "off" })).toEqual({ ...USUAL, characters: "off" });
  expect(tasteOf({ corner: "bottom-start", self: "hidden" })).toEqual({
    ...USUAL,
    corner: "bottom-start",
    self: "hidden",
  });
});
