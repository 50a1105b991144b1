import { expect, test } from "vitest";
import { accentOf, contrast } from "../src/colours.ts";

test.each(["#ffd400", "#0b6e69", "#000000", "#ffffff", "#ff0066", "#7fb2ff"])(
  "%s can be read as text by day and by night",
  (colour) => {
    const accent = accentOf(colour);
    expect(contrast(accent?.light ?? "", "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(accent?.dark ?? "", "#1a2029")).toBeGreaterThanOrEqual(4.5);
  },
);

test("a colour that can be read stays as the practice has chosen it", () => {
  expect(accentOf("#0b6e69")?.light).toBe("#0b6e69");
  expect(accentOf("red")).toBeUndefined();
});
