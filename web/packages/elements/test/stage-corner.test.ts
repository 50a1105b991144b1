import { expect, test } from "vitest";
import { cornerAfter, cornerNear, keptInside } from "../src/stage-corner.ts";

const AREA = { width: 1000, height: 600 };

test.each([
  [{ x: 100, y: 100 }, "top-start", "top-end"],
  [{ x: 900, y: 100 }, "top-end", "top-start"],
  [{ x: 100, y: 500 }, "bottom-start", "bottom-end"],
  [{ x: 900, y: 500 }, "bottom-end", "bottom-start"],
] as const)("let go at %o it goes to the corner of that quarter", (point, leftToRight, rightToLeft) => {
  expect(cornerNear(point, AREA, "ltr")).toBe(leftToRight);
  expect(cornerNear(point, AREA, "rtl")).toBe(rightToLeft);
});

test.each([
  ["ArrowUp", "top-start", "top-start"],
  ["ArrowDown", "bottom-start", "bottom-start"],
  ["ArrowLeft", "top-start", "top-end"],
  ["ArrowRight", "top-end", "top-start"],
  ["Enter", "top-start", "top-start"],
] as const)("%s leads from the upper corner where reading begins to %s, and to %s in Arabic", (key, ltr, rtl) => {
  expect(cornerAfter("top-start", key, "ltr")).toBe(ltr);
  expect(cornerAfter("top-start", key, "rtl")).toBe(rtl);
});

test("it cannot be dragged off the stage, not even one that is too small for it", () => {
  const size = { width: 200, height: 120 };
  expect(keptInside({ x: -50, y: 900 }, size, AREA)).toEqual({ x: 0, y: 480 });
  expect(keptInside({ x: 300, y: 200 }, size, AREA)).toEqual({ x: 300, y: 200 });
  expect(keptInside({ x: 30, y: 20 }, size, { width: 100, height: 100 })).toEqual({ x: 0, y: 0 });
});
