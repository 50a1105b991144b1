import { expect, test, vi } from "vitest";
import { CATALOGUES, languageOf, wordsCome, wordsOf } from "../src/words.ts";

const holes = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

test("every language has the same words with the same holes", async () => {
  const { default: en } = await CATALOGUES.en();
  for (const bring of Object.values(CATALOGUES)) {
    const { default: other } = await bring();
    expect(Object.keys(other).sort()).toEqual(Object.keys(en).sort());
    for (const [key, words] of Object.entries(en)) {
      expect([key, holes(other[key as keyof typeof en])]).toEqual([key, holes(words)]);
    }
  }
});

test("whoever reads another language gets English", async () => {
  await wordsCome("de-AT");
  expect(languageOf("de-AT")).toBe("de");
  expect(languageOf("fr")).toBe("en");
  expect(wordsOf("de-AT")("presence.busy")).toBe("Beschäftigt");
});

test("words come once, and until then a button says what it does in one word", async () => {
  vi.resetModules();
  const words = await import("../src/words.ts");
  expect(words.wordsOf("en")("incoming.accept")).toBe("accept");
  const coming = words.wordsCome("en");
  expect(words.wordsCome("en-GB")).toBe(coming);
  await coming;
  expect(words.wordsCome("en")).toBeUndefined();
  expect(words.wordsOf("en")("incoming.accept")).toBe("Accept");
});

test("the presence of somebody has a word for each state", async () => {
  await wordsCome("en");
  const say = wordsOf("en");
  expect((["online", "busy", "away", "offline"] as const).map((one) => say(`presence.${one}`))).toEqual([
    "Online",
    "Busy",
    "Away",
    "Offline",
  ]);
});
