import type { RefusalCode } from "@bedside/client/clinic";
import de from "../i18n/de.json";
import en from "../i18n/en.json";
import { keep, kept } from "./taste.ts";

type Entry = keyof typeof en;
/** `missed.count#one` and `missed.count#other` are two forms of the words for `missed.count`. */
export type WordKey = Entry extends infer E ? (E extends `${infer Key}#${string}` ? Key : E) : never;
export type Values = Readonly<Record<string, string | number>>;

/** Every language we speak; a missing word is a compile error. */
export const CATALOGUES = { en, de } satisfies Record<string, Readonly<Record<Entry, string>>>;
export type Language = keyof typeof CATALOGUES;

let spoken = languageOf(kept("bedside-language") ?? (globalThis.navigator?.language || "en"));

/** What the pages speak. */
export function language(): Language {
  return spoken;
}

/** How the reader writes dates and numbers: their own way within the language that the pages speak. */
export function locale(): string {
  const own = globalThis.navigator?.languages?.find((tag) => languageOf(tag) === spoken && tag.startsWith(spoken));
  return own ?? (spoken === "en" ? "en-GB" : spoken);
}

/** Speaks that language from now on, also before somebody has signed in here again. */
export function speak(tag: string): void {
  spoken = languageOf(tag);
  document.documentElement.lang = locale();
  keep("bedside-language", spoken);
}

/** Which of our languages comes closest to `tag`. */
export function languageOf(tag: string): Language {
  const language = tag.toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(CATALOGUES, language) ? (language as Language) : "en";
}

/** The words for `key`, with `{names}` filled in, and in the form that fits `count` if there is one. */
export function say(key: WordKey, values: Values = {}): string {
  const catalogue: Readonly<Record<string, string>> = CATALOGUES[spoken];
  const count = values["count"];
  const form = typeof count === "number" ? `${key}#${new Intl.PluralRules(spoken).select(count)}` : key;
  const words = catalogue[form] ?? catalogue[`${key}#other`] ?? catalogue[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** What went wrong and what to do now. Codes of a newer server than these words are "has trouble". */
export function sentence(code: RefusalCode): string {
  const key = `error.${code}`;
  return say(isWord(key) ? key : "error.unavailable");
}

export function isWord(key: string): key is WordKey {
  return Object.hasOwn(en, key);
}
