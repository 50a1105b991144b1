import { expect, test } from "vitest";
import en from "../i18n/en.json";
import { say, sentence } from "../src/words.ts";

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
  expect(say("row.with", { patient: "{practitioner}", practitioner: "Jane" })).toBe("{practitioner} with Jane");
});
