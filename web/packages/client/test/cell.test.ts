import { expect, test } from "vitest";
import { Cell } from "../src/cell.ts";

test("whoever watches is told now and after each change, until they stop", () => {
  const cell = new Cell(1);
  const gone = new AbortController();
  const told: number[] = [];
  cell.watch((value) => told.push(value), gone.signal);
  cell.value = 2;
  cell.value = 2;
  gone.abort();
  cell.value = 3;
  expect(told).toEqual([1, 2]);
});

test("one watcher may stop another while all are told", () => {
  const cell = new Cell(1);
  const [first, second] = [new AbortController(), new AbortController()];
  const told: number[] = [];
  cell.watch((value) => value === 2 && second.abort(), first.signal);
  cell.watch((value) => told.push(value), second.signal);
  cell.value = 2;
  cell.value = 3;
  expect(told).not.toContain(3);
});
