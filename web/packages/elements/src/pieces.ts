import { html, nothing, type TemplateResult } from "lit";
import { type Icon, icon } from "./icon.ts";

/** Somebody as they are shown. */
export interface Face {
  readonly name: string;
  readonly picture?: string | null;
}

/** A picture of somebody, or their initials. The name stands beside it, so it is nothing for those who listen. */
export function portrait({ name, picture }: Face): TemplateResult {
  const inside = picture ? html`<img src=${picture} alt="" />` : html`${initials(name)}`;
  return html`<span class="portrait" part="portrait" aria-hidden="true">${inside}</span>`;
}

/** "Dr. Jane Smith" is JS: the first and the last word that begin with a letter, without titles. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !/^.{2,}\.$/u.test(word));
  const [first, last] = [words.at(0), words.length > 1 ? words.at(-1) : undefined];
  return [first, last]
    .map((word) => (word ? [...word][0] : ""))
    .join("")
    .toUpperCase();
}

/** One sentence that matters now. The words are told to those who listen, too, when they change. */
export function notice(mood: "info" | "good" | "warn" | "bad", picture: Icon, words: unknown): TemplateResult {
  return html`<div class="notice ${mood}" role="status">
    ${icon(picture)}
    <div>${words}</div>
  </div>`;
}

/** What is said to those who listen and seen by nobody. It must be in the page before its words change. */
export function toListeners(words: string): TemplateResult {
  return html`<p class="unseen" role="status">${words || nothing}</p>`;
}
