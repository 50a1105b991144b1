import { expect, test } from "vitest";
import { fromHost } from "../src/embed-messages.ts";

test("a frame understands what the page around it says, and nothing else", () => {
  expect(fromHost({ type: "bedside-sign-in", token: "t", theme: "dark", admin: true })).toEqual({
    type: "bedside-sign-in",
    token: "t",
    theme: "dark",
  });
  expect(fromHost({ type: "bedside-open", room: "r1" })).toEqual({ type: "bedside-open", room: "r1" });
  const others = [undefined, "bedside-open", {}, { type: "bedside-open" }, { type: "bedside-sign-in", token: 7 }];
  for (const other of others) expect(fromHost(other)).toBeUndefined();
});
