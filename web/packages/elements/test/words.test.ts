import { expect, test } from "vitest";
import { CATALOGUES, languageOf, wordsOf } from "../src/words.ts";

const holes = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

test("every language has the same words with the same holes", () => {
  const { en, ...others } = CATALOGUES;
  for (const other of Object.values(others)) {
    expect(Object.keys(other).sort()).toEqual(Object.keys(en).sort());
    for (const [key, words] of Object.entries(en)) {
      expect([key, holes(other[key as keyof typeof en])]).toEqual([key, holes(words)]);
    }
  }
});

test("whoever reads another language gets English", () => {
  expect(languageOf("de-AT")).toBe("de");
  expect(languageOf("fr")).toBe("en");
  expect(wordsOf("de-AT")("presence.busy")).toBe("Im Gespräch");
});

test("the presence of somebody has a word for each state", () => {
  const say = wordsOf("en");
  expect((["online", "busy", "away", "offline"] as const).map((one) => say(`presence.${one}`))).toEqual([
    "Online",
    "In a call",
    "Away",
    "Offline",
  ]);
});
