import { LitElement, unsafeCSS } from "lit";
import ground from "./ground.css?inline";
import { type Reader, languageAround } from "./times.ts";
import tokens from "./tokens.css?inline";
import { type Say, type Values, type WordKey, wordsCome, wordsOf } from "./words.ts";

/** Tokens, text, controls and fields; first in the `styles` of each element. */
export const GROUND = [unsafeCSS(tokens), unsafeCSS(ground)];

/** What every element is: it takes data as properties, shows it, and says by events what the person wishes. */
export abstract class BedsideElement extends LitElement {
  static override styles = GROUND;
  static override properties = {
    theme: { reflect: true },
    locale: {},
    zone: {},
  };

  /** `light`, `dark`, or `auto` for that of the person's system; without it, that of the page. */
  declare theme: "light" | "dark" | "auto" | undefined;
  /** The person's language and country, such as `de-AT`; without it, the language of the page around. */
  declare locale: string | undefined;
  /** The person's time zone, such as `Europe/Vienna`; without it, that of the device. */
  declare zone: string | undefined;
  #isBack: (() => void) | undefined;

  /** How the person at this page writes times, and where they are. */
  protected get reader(): Reader {
    return { locale: this.locale || languageAround(this), ...(this.zone && { zone: this.zone }) };
  }

  /** The words for `key` in the person's language. */
  protected say(key: WordKey, values?: Values): string {
    return this.words(key, values);
  }

  /** The same for the files beside an element. */
  get words(): Say {
    return wordsOf(this.reader.locale);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#isBack?.();
  }

  /** Nothing is shown before there are words for it. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    const words = wordsCome(this.reader.locale);
    return words ? words.then(() => this.#backInPage()).then(() => super.scheduleUpdate()) : super.scheduleUpdate();
  }

  /** Whoever was taken out of the page meanwhile could open nothing there. */
  async #backInPage(): Promise<void> {
    if (!this.isConnected) await new Promise<void>((back) => (this.#isBack = back));
  }

  /** Says upwards what the person wishes. It can be heard outside of every shadow tree. */
  protected wish<T>(name: string, detail?: T): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}

/** Gives an element its name; a page may load the script twice. */
export function define(name: `bedside-${string}`, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
