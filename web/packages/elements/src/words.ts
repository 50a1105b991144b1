import type en from "../i18n/en.json";

type Entry = keyof typeof en;
/** `waiting.count#one` and `waiting.count#other` are two forms of the words for `waiting.count`. */
export type WordKey = Entry extends infer E ? (E extends `${infer Key}#${string}` ? Key : E) : never;
export type Values = Readonly<Record<string, string | number>>;
export type Say = (key: WordKey, values?: Values) => string;
type Catalogue = Readonly<Record<Entry, string>>;

export type Language = "en" | "de";

/** Every language we speak; a missing word is a compile error. Each comes when somebody reads it. */
export const CATALOGUES: Readonly<Record<Language, () => Promise<{ readonly default: Catalogue }>>> = {
  en: () => import("../i18n/en.json"),
  de: () => import("../i18n/de.json"),
};

const spoken = new Map<Language, Say>();
const coming = new Map<Language, Promise<void>>();

/** The words for people who read `locale`; English for those whose language we do not have. */
export function wordsOf(locale: string): Say {
  return spoken.get(languageOf(locale)) ?? withoutWords;
}

/** Comes true when the words for `locale` are here, or cannot be had now; nothing if they are here already. */
export function wordsCome(locale: string): Promise<void> | undefined {
  const language = languageOf(locale);
  if (spoken.has(language)) return undefined;
  const words = coming.get(language) ?? bring(language).finally(() => coming.delete(language));
  coming.set(language, words);
  return words;
}

/** Which of our languages comes closest to `locale`. */
export function languageOf(locale: string): Language {
  const language = locale.toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(CATALOGUES, language) ? (language as Language) : "en";
}

async function bring(language: Language): Promise<void> {
  try {
    const words = await CATALOGUES[language]();
    spoken.set(language, speaking(language, words.default));
  } catch {
    // A button without its word is better than none; with the next change on the screen they are asked for again.
  }
}

function speaking(language: Language, catalogue: Readonly<Record<string, string>>): Say {
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const count = values["count"];
    const form = typeof count === "number" ? catalogue[`${key}#${plural.select(count)}`] : undefined;
    const words = form ?? catalogue[`${key}#other`] ?? catalogue[key] ?? key;
    return words.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
  };
}

/** "accept" for `incoming.accept`. */
function withoutWords(key: WordKey): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
