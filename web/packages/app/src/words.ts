import type { RefusalCode } from "@bedside/client";
import en from "../i18n/en.json";

export type WordKey = keyof typeof en;

/** The words for `key`, with `{names}` filled in. */
export function say(key: WordKey, values: Readonly<Record<string, string | number>> = {}): string {
  return en[key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

/** What went wrong and what to do now. Codes of a newer server than these words are "has trouble". */
export function sentence(code: RefusalCode): string {
  const key = `error.${code}`;
  return say(isWord(key) ? key : "error.unavailable");
}

function isWord(key: string): key is WordKey {
  return Object.hasOwn(en, key);
}
