export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place extends Size {
  readonly x: number;
  readonly y: number;
}

/** One large, the others beside it; or all alike. */
export type Layout = "speaker" | "tiles";

/** One picture of one other, which has all the room; one's own and the controls find theirs over it. */
export function isFaceToFace(others: readonly { readonly screen: boolean }[], layout: Layout): boolean {
  return layout === "speaker" && others.length === 1 && others[0]?.screen === false;
}

const GAP = 8;
/** Tiles are never narrower than a portrait nor wider than a cinema; a phone held upright has narrow ones. */
const NARROWEST = 4 / 5;
const NARROWEST_UPRIGHT = 2 / 3;
const WIDEST = 16 / 9;
/** A picture that fills its tile may lose so much of itself at the sides, not more: else a face would be cut. */
const LEAST_SHOWN = 0.45;
/** Where less than this would stay free beside it, it fills its tile all the same: a stripe looks like a mistake. */
const STRIPE = 0.1;

/** Where each of `count` tiles stands if one of them, `focus`, is the large one. */
export function besideFocus(area: Size, count: number, focus: number): readonly Place[] {
  if (count <= 1) return count === 1 ? [{ x: 0, y: 0, ...area }] : [];
  const isWide = area.width > area.height;
  const strip = isWide ? stripAtTheEnd(area, count - 1) : stripBelow(area, count - 1);
  const large: Place = isWide
    ? { x: 0, y: 0, width: area.width - strip.thickness - GAP, height: area.height }
    : { x: 0, y: 0, width: area.width, height: area.height - strip.thickness - GAP };
  const small = [...strip.places];
  return Array.from({ length: count }, (_, at) => (at === focus ? large : (small.shift() ?? large)));
}

/** Where each of `count` tiles stands if all are alike: in the columns that make them largest. */
export function allAlike(area: Size, count: number): readonly Place[] {
  const narrowest = area.width > area.height ? NARROWEST : NARROWEST_UPRIGHT;
  let best: { readonly columns: number; readonly tile: Size } | undefined;
  for (let columns = 1; columns <= count; columns += 1) {
    const tile = largestIn(cellOf(area, columns, Math.ceil(count / columns)), narrowest, WIDEST);
    if (!best || tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, tile };
  }
  return best ? inRows(area, count, best.columns, best.tile) : [];
}

/** How large a picture of `ratio` is shown in its tile: it fills it, as long as enough of it is left to see. */
export function pictureIn(tile: Size, ratio: number): Size {
  const shown = largestIn(tile, ratio * LEAST_SHOWN, ratio / LEAST_SHOWN);
  const isNearlyAll = shown.width * shown.height > tile.width * tile.height * (1 - STRIPE);
  return isNearlyAll ? tile : shown;
}

function cellOf(area: Size, columns: number, rows: number): Size {
  return {
    width: Math.max(0, (area.width - GAP * (columns - 1)) / columns),
    height: Math.max(0, (area.height - GAP * (rows - 1)) / rows),
  };
}

function largestIn({ width, height }: Size, narrowest: number, widest: number): Size {
  const ratio = Math.min(Math.max(width / Math.max(height, 1), narrowest), widest);
  return width / ratio > height ? { width: height * ratio, height } : { width, height: width / ratio };
}

/** The last row stands in the middle, and so do all of them together. */
function inRows(area: Size, count: number, columns: number, tile: Size): readonly Place[] {
  const rows = Math.ceil(count / columns);
  const top = (area.height - rows * tile.height - GAP * (rows - 1)) / 2;
  return Array.from({ length: count }, (_, at) => {
    const row = Math.floor(at / columns);
    const inRow = Math.min(columns, count - row * columns);
    const start = (area.width - inRow * tile.width - GAP * (inRow - 1)) / 2;
    return { x: start + (at % columns) * (tile.width + GAP), y: top + row * (tile.height + GAP), ...tile };
  });
}

interface Strip {
  readonly thickness: number;
  readonly places: readonly Place[];
}

function stripAtTheEnd(area: Size, count: number): Strip {
  const thickness = between(area.width * 0.18, 112, 264);
  const cell = cellOf({ width: thickness, height: area.height }, 1, count);
  const tile = largestIn(cell, 1, WIDEST);
  const top = (area.height - count * tile.height - GAP * (count - 1)) / 2;
  const x = area.width - thickness + (thickness - tile.width) / 2;
  return {
    thickness,
    places: Array.from({ length: count }, (_, at) => ({ x, y: top + at * (tile.height + GAP), ...tile })),
  };
}

function stripBelow(area: Size, count: number): Strip {
  const thickness = between(area.height * 0.2, 72, 160);
  const cell = cellOf({ width: area.width, height: thickness }, count, 1);
  const tile = largestIn(cell, NARROWEST, WIDEST);
  const start = (area.width - count * tile.width - GAP * (count - 1)) / 2;
  const y = area.height - thickness + (thickness - tile.height) / 2;
  return {
    thickness,
    places: Array.from({ length: count }, (_, at) => ({ x: start + at * (tile.width + GAP), y, ...tile })),
  };
}

function between(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
