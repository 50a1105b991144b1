import { expect, test } from "vitest";
import de from "../i18n/de.json";
import en from "../i18n/en.json";
import { languageOf, say, sentence } from "../src/words.ts";

// Every code of the contract's list, and the one for no answer at all.
const CODES = [
  "unauthorized",
  "forbidden",
  "not-found",
  "invalid",
  "not-now",
  "offline",
  "busy",
  "expired",
  "rate-limited",
  "too-large",
  "unavailable",
  "unreachable",
] as const;

test("every code has a sentence of its own", () => {
  const sentences = CODES.map(sentence);
  expect(new Set(sentences).size).toBe(CODES.length);
});

test("a code that only a newer server knows is said as trouble, never shown as a code", () => {
  expect(sentence("brand-new" as "busy")).toBe(en["error.unavailable"]);
});

test("names are filled in, and a name with braces cannot reach into the sentence", () => {
  expect(say("sign-in.go", { name: "Ada" })).toBe("Continue as Ada");
  expect(say("row.at", { action: "{name}", name: "Jane", when: "today" })).toBe("{name}: Jane, today");
});

test("both languages have the same words, none of them empty, with the same holes", () => {
  expect(Object.keys(de)).toEqual(Object.keys(en));
  const holes = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(de[key], key).not.toBe("");
    expect(holes(de[key]), key).toEqual(holes(en[key]));
  }
});

test("one and many have forms of their own", () => {
  expect(say("missed.count", { count: 1 })).toBe("1 missed call");
  expect(say("missed.count", { count: 2 })).toBe("2 missed calls");
});

test("a language that we do not speak is English", () => {
  expect([languageOf("de-AT"), languageOf("fr"), languageOf("")]).toEqual(["de", "en", "en"]);
});
