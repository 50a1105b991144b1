import { expect, test } from "vitest";
import { allAlike, besideFocus, pictureIn, type Place, type Size } from "../src/stage-layout.ts";

const SCREENS: readonly Size[] = [
  { width: 320, height: 430 },
  { width: 336, height: 600 },
  { width: 716, height: 260 },
  { width: 744, height: 880 },
  { width: 1416, height: 736 },
  { width: 2536, height: 920 },
];
const LAYOUTS = {
  "all alike": allAlike,
  "beside the first": (area: Size, count: number) => besideFocus(area, count, 0),
  "beside the last": (area: Size, count: number) => besideFocus(area, count, count - 1),
};
const cases = Object.keys(LAYOUTS).flatMap((layout) =>
  SCREENS.flatMap((area) => [1, 2, 3, 4].map((count) => [layout as keyof typeof LAYOUTS, count, area] as const)),
);

test.each(cases)("%s, %i tiles lie within the screen and not on each other", (layout, count, area) => {
  const places = LAYOUTS[layout](area, count);
  expect(places).toHaveLength(count);
  for (const one of places) {
    expect(one.width).toBeGreaterThan(0);
    expect(one.x).toBeGreaterThanOrEqual(-0.01);
    expect(one.y).toBeGreaterThanOrEqual(-0.01);
    expect(one.x + one.width).toBeLessThanOrEqual(area.width + 0.01);
    expect(one.y + one.height).toBeLessThanOrEqual(area.height + 0.01);
  }
  const pairs = places.flatMap((a, at) => places.slice(at + 1).map((b) => [a, b] as const));
  for (const [a, b] of pairs) expect(overlap(a, b)).toBe(false);
});

test("the one in the focus is the largest, wherever they stand in the list", () => {
  const area = { width: 1416, height: 736 };
  for (const focus of [0, 1, 2, 3]) {
    const sizes = besideFocus(area, 4, focus).map(({ width, height }) => width * height);
    expect(sizes.indexOf(Math.max(...sizes))).toBe(focus);
  }
});

test("four tiles are two by two on a desktop and on a phone held upright", () => {
  for (const area of [
    { width: 1416, height: 736 },
    { width: 336, height: 600 },
  ]) {
    const rows = new Set(allAlike(area, 4).map(({ y }) => Math.round(y)));
    expect(rows.size).toBe(2);
  }
});

test("nobody at all needs no room", () => {
  expect(allAlike({ width: 100, height: 100 }, 0)).toEqual([]);
  expect(besideFocus({ width: 100, height: 100 }, 0, 0)).toEqual([]);
});

test("a picture that is like its tile fills it", () => {
  expect(pictureIn({ width: 1440, height: 900 }, 16 / 9)).toEqual({ width: 1440, height: 900 });
  expect(pictureIn({ width: 360, height: 640 }, 9 / 16)).toEqual({ width: 360, height: 640 });
});

test("a wide picture on an upright phone keeps nearly half of its width", () => {
  const { width, height } = pictureIn({ width: 360, height: 740 }, 16 / 9);
  expect(width).toBe(360);
  expect(width / height / (16 / 9)).toBeCloseTo(0.45);
});

test("a picture that nearly fills its tile leaves no stripe beside it", () => {
  expect(pictureIn({ width: 768, height: 1024 }, 16 / 9)).toEqual({ width: 768, height: 1024 });
});

test("an upright picture on a wide screen keeps nearly half of its height", () => {
  const { width, height } = pictureIn({ width: 1440, height: 800 }, 9 / 16);
  expect(height).toBe(800);
  expect(9 / 16 / (width / height)).toBeCloseTo(0.45);
});

function overlap(a: Place, b: Place): boolean {
  return (
    a.x < b.x + b.width - 0.01 &&
    b.x < a.x + a.width - 0.01 &&
    a.y < b.y + b.height - 0.01 &&
    b.y < a.y + a.height - 0.01
  );
}
