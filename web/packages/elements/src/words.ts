import de from "../i18n/de.json";
import en from "../i18n/en.json";

type Entry = keyof typeof en;
/** `waiting.count#one` and `waiting.count#other` are two forms of the words for `waiting.count`. */
export type WordKey = Entry extends infer E ? (E extends `${infer Key}#${string}` ? Key : E) : never;
export type Values = Readonly<Record<string, string | number>>;
export type Say = (key: WordKey, values?: Values) => string;
type Catalogue = Readonly<Record<Entry, string>>;

/** Every language we speak; a missing word is a compile error. */
export const CATALOGUES = { en, de } satisfies Record<string, Catalogue>;
export type Language = keyof typeof CATALOGUES;

const made = new Map<string, Say>();

/** The words for people who read `locale`; English for those whose language we do not have. */
export function wordsOf(locale: string): Say {
  const language = languageOf(locale);
  const known = made.get(language);
  if (known) return known;
  const catalogue: Readonly<Record<string, string>> = CATALOGUES[language];
  const plural = new Intl.PluralRules(language);
  const say: Say = (key, values = {}) => {
    const count = values["count"];
    const form = typeof count === "number" ? catalogue[`${key}#${plural.select(count)}`] : undefined;
    const words = form ?? catalogue[`${key}#other`] ?? catalogue[key] ?? key;
    return words.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
  };
  made.set(language, say);
  return say;
}

/** Which of our languages comes closest to `locale`. */
export function languageOf(locale: string): Language {
  const language = locale.toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(CATALOGUES, language) ? (language as Language) : "en";
}
