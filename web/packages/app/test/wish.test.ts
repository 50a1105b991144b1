import { expect, test } from "vitest";
import { Wish } from "../src/wish.ts";

test("the same wish has the same key, another one has another", () => {
  const wish = new Wish();
  const first = wish.keyOf({ at: "10:00" });
  expect(wish.keyOf({ at: "10:00" })).toBe(first);
  expect(wish.keyOf({ at: "11:00" })).not.toBe(first);
  expect(new Wish().keyOf({ at: "10:00" })).not.toBe(first);
});
