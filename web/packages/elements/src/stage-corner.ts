import type { Size } from "./stage-layout.ts";

/** Where one's own picture stands. Sides are those of reading, so that Arabic has it the other way round. */
export type Corner = "top-start" | "top-end" | "bottom-start" | "bottom-end";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The corner that is nearest to `point`, the middle of the picture. */
export function cornerNear(point: Point, area: Size, direction: "ltr" | "rtl"): Corner {
  const isLeft = point.x < area.width / 2;
  const vertical = point.y < area.height / 2 ? "top" : "bottom";
  return `${vertical}-${isLeft === (direction === "ltr") ? "start" : "end"}`;
}

/** The corner that an arrow key leads to; the same one for every other key. */
export function cornerAfter(corner: Corner, key: string, direction: "ltr" | "rtl"): Corner {
  const [vertical, horizontal] = corner.split("-") as ["top" | "bottom", "start" | "end"];
  switch (key) {
    case "ArrowUp":
      return `top-${horizontal}`;
    case "ArrowDown":
      return `bottom-${horizontal}`;
    case "ArrowLeft":
      return `${vertical}-${direction === "ltr" ? "start" : "end"}`;
    case "ArrowRight":
      return `${vertical}-${direction === "ltr" ? "end" : "start"}`;
    default:
      return corner;
  }
}

/** As far as a picture of this size may be dragged, so that it stays on the stage. */
export function keptInside(point: Point, size: Size, area: Size): Point {
  const within = (value: number, most: number) => Math.min(Math.max(value, 0), Math.max(most, 0));
  return { x: within(point.x, area.width - size.width), y: within(point.y, area.height - size.height) };
}
