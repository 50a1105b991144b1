import { type Icon, icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import calendar from "lucide-static/icons/calendar-x-2.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import clock from "lucide-static/icons/clock.svg?raw";
import info from "lucide-static/icons/info.svg?raw";
import mail from "lucide-static/icons/mail.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import cross from "lucide-static/icons/x.svg?raw";
import { practice } from "../page.ts";
import { isWord, say } from "../words.ts";

/** Somebody as they are shown. */
export interface Face {
  readonly name: string;
  readonly picture?: string | null;
}

/** A picture of somebody, or their initials. The name stands beside it, so it is nothing for those who listen. */
export function portrait({ name, picture }: Face, size: "little" | "" = ""): TemplateResult {
  const inside = picture ? html`<img src=${picture} alt="" />` : initials(name);
  return html`<span class="portrait ${size}" aria-hidden="true">${inside}</span>`;
}

/** "Dr. Jane Smith" is JS: the first and the last word that begin with a letter, without titles. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !/^.{2,}\.$/u.test(word));
  const ends = words.length > 1 ? [words.at(0), words.at(-1)] : [words.at(0)];
  return ends
    .map((word) => (word ? [...word][0] : ""))
    .join("")
    .toUpperCase();
}

const SIGNS: Readonly<Record<string, Icon>> = {
  Pending: clock,
  Accepted: check,
  Completed: check,
  completed: check,
  Declined: cross,
  Cancelled: cross,
  NoShow: cross,
  missed: cross,
};

/** How things stand, in a word, a colour and a sign. */
export function status(kind: "status" | "outcome" | "call-status", state: string): TemplateResult {
  const sign = SIGNS[state];
  const key = `${kind}.${state}`;
  return html`<span class="status ${state}">${sign ? icon(sign) : nothing}${isWord(key) ? say(key) : state}</span>`;
}

export function presenceMark(presence: string): TemplateResult {
  const key = `presence.${presence}`;
  return html`<span class="presence ${presence}"><i aria-hidden="true"></i>${isWord(key) ? say(key) : presence}</span>`;
}

/** What will appear here, and how. */
export function empty(words: string, picture: Icon = calendar, way: TemplateResult | typeof nothing = nothing) {
  return html`<div class="card empty">
    ${icon(picture)}
    <p>${words}</p>
    ${way}
  </div>`;
}

export function notice(mood: "info" | "good" | "warn" | "bad", words: unknown, picture: Icon = info): TemplateResult {
  return html`<div class="notice ${mood}">
    ${icon(picture)}
    <div>${words}</div>
  </div>`;
}

export function count(amount: number, words: string): TemplateResult | typeof nothing {
  if (amount === 0) return nothing;
  return html`<span class="count figures" aria-hidden="true">${amount}</span><span class="unseen">${words}</span>`;
}

/** How the practice is reached by those who find no way on here. */
export function reachPractice(): TemplateResult | typeof nothing {
  const { phone: number, email } = practice.value ?? {};
  if (!number && !email) return nothing;
  return html`<p class="small reach">
    ${say("practice.reach")}
    ${number ? html`<a href=${`tel:${number.replace(/[^\d+]/g, "")}`}>${icon(phone)} ${number}</a>` : nothing}
    ${email ? html`<a href=${`mailto:${email}`}>${icon(mail)} ${email}</a>` : nothing}
  </p>`;
}
