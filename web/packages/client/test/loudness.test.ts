import { expect, test } from "vitest";
import { HEARD_NOTHING, hear, noticeOf } from "../src/media/loudness.ts";

function after(...levels: number[]) {
  return levels.reduce(hear, HEARD_NOTHING);
}

test("talking into a muted microphone is noticed, a cough is not", () => {
  expect(noticeOf(after(0.2, 0.001, 0.2), true)).toBe("none");
  expect(noticeOf(after(0.2, 0.2, 0.2), true)).toBe("talking-while-muted");
  expect(noticeOf(after(0.2, 0.2, 0.2), false)).toBe("none");
});

test("a microphone that gives nothing for seconds is noticed, a quiet room is not", () => {
  const seconds = Array.from({ length: 60 }, () => 0);
  expect(noticeOf(after(...seconds), false)).toBe("no-sound");
  expect(noticeOf(after(...seconds), true)).toBe("none");
  expect(noticeOf(after(...seconds.map(() => 0.001)), false)).toBe("none");
});
