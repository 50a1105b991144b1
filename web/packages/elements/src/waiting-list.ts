import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { BedsideElement, define, GROUND } from "./element.ts";
import { EverySecond } from "./follow.ts";
import { type Face, portrait, toListeners } from "./pieces.ts";
import { duration } from "./times.ts";
import css from "./waiting-list.css?inline";

/** Somebody at the door. */
export interface Waiting extends Face {
  readonly userId: string;
  readonly roomId: string;
  /** Since when, as an ISO instant; without it, since this page knows of them. */
  readonly since?: string;
  readonly reason?: string;
}

export interface AtTheDoor {
  readonly userId: string;
  readonly roomId: string;
}

export interface WordsAtTheDoor extends AtTheDoor {
  readonly words: string;
}

type Writing = { readonly to: string; readonly why: "message" | "turn-away" };
const OFFERED = {
  message: ["list.words.soon", "list.words.call"],
  "turn-away": ["list.words.book", "list.words.call"],
} as const;

/** `<bedside-waiting-list>`: for whoever keeps the door: who waits and for how long, and what to do about it. */
export class WaitingList extends BedsideElement {
  static override styles = [...GROUND, unsafeCSS(css)];
  static override properties = {
    ...BedsideElement.properties,
    people: { attribute: false },
    canWrite: { type: Boolean, attribute: "can-write" },
    busy: { attribute: false },
  };

  declare people: readonly Waiting[];
  /** Whether words reach those who wait. */
  declare canWrite: boolean;
  /** Who is being admitted or turned away at the moment. */
  declare busy: string | undefined;
  readonly #firstSeen = new Map<string, number>();
  #writing: Writing | undefined;
  /** What had the focus before the words were asked for, and gets it back. */
  #opener: Element | null | undefined;
  #news = "";

  constructor() {
    super();
    this.people = [];
    this.canWrite = false;
    new EverySecond(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("people")) return;
    const here = new Set(this.people.map(keyOf));
    for (const key of this.#firstSeen.keys()) if (!here.has(key)) this.#firstSeen.delete(key);
    for (const one of this.people) {
      if (this.#firstSeen.has(keyOf(one))) continue;
      this.#firstSeen.set(keyOf(one), Date.now());
      this.#news = this.say("list.new", { name: one.name });
    }
  }

  protected override render(): TemplateResult {
    const { people } = this;
    return html`${toListeners(this.#news)}
      <section class="list" part="list" aria-labelledby="title">
        <div class="head">
          <h2 id="title">
            ${this.say("list.title")}
            ${people.length > 0 ? html`<span class="count figures">${people.length}</span>` : nothing}
          </h2>
          ${
            people.length > 1
              ? html`<button @click=${() => this.wish("admit-all")}>${this.say("list.admit-all")}</button>`
              : nothing
          }
        </div>
        ${
          people.length === 0
            ? html`<p class="soft">${this.say("list.empty")}</p>`
            : html`<ul>
                ${repeat(people, keyOf, (one) => this.#row(one))}
              </ul>`
        }
      </section>`;
  }

  #row(one: Waiting): TemplateResult {
    const { name, picture, reason } = one;
    const isWriting = this.#writing?.to === keyOf(one);
    return html`<li>
      <div class="who">
        ${portrait({ name, picture: picture ?? null })}
        <div>
          <h3>${name}</h3>
          <p class="soft small figures">${this.say("list.since", { time: this.#waited(one) })}</p>
          ${reason ? html`<p class="small">${reason}</p>` : nothing}
        </div>
        <div class="actions">
          ${this.canWrite ? this.#open(one, "message") : nothing} ${this.#open(one, "turn-away")}
          <button
            class="go"
            ?disabled=${this.busy === one.userId}
            aria-label=${this.say("list.admit-whom", { name })}
            @click=${() => this.wish<AtTheDoor>("admit", door(one))}
          >
            ${this.say("list.admit")}
          </button>
        </div>
      </div>
      ${isWriting && this.#writing ? this.#words(one, this.#writing.why) : nothing}
    </li>`;
  }

  #open(one: Waiting, why: Writing["why"]): TemplateResult {
    const isOpen = this.#writing?.to === keyOf(one) && this.#writing.why === why;
    return html`<button
      class="plain soft"
      aria-expanded=${isOpen}
      aria-label=${this.say(`list.${why}-whom`, { name: one.name })}
      @click=${() => this.#write(isOpen ? undefined : { to: keyOf(one), why })}
    >
      ${this.say(`list.${why}`)}
    </button>`;
  }

  #words(one: Waiting, why: Writing["why"]): TemplateResult {
    const send = (words: string) => {
      this.#write(undefined);
      this.wish<WordsAtTheDoor>(why === "message" ? "write-to" : "turn-away", { ...door(one), words });
    };
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      send(String(new FormData(event.target as HTMLFormElement).get("words") ?? "").trim());
    };
    return html`<form class="words" @submit=${submit}>
      <div class="actions">
        ${OFFERED[why].map(
          (key) =>
            html`<button type="button" class="offered" @click=${() => send(this.say(key))}>${this.say(key)}</button>`,
        )}
      </div>
      <label>
        <span>${this.say("list.words", { name: one.name })}</span>
        <input name="words" maxlength="500" ?required=${why === "message"} />
      </label>
      <div class="actions">
        <button class=${why === "message" ? "main" : "stop"}>
          ${this.say(why === "message" ? "list.send" : "list.turn-away")}
        </button>
        <button type="button" class="plain soft" @click=${() => this.#write(undefined)}>
          ${this.say("common.cancel")}
        </button>
      </div>
    </form>`;
  }

  #waited(one: Waiting): string {
    const since = one.since ? Date.parse(one.since) : (this.#firstSeen.get(keyOf(one)) ?? Date.now());
    return duration(Date.now() - since, this.reader);
  }

  async #write(writing: Writing | undefined): Promise<void> {
    const opener = this.#opener;
    if (writing) this.#opener = this.shadowRoot?.activeElement;
    this.#writing = writing;
    this.requestUpdate();
    await this.updateComplete;
    if (writing) this.renderRoot.querySelector<HTMLElement>(".words input")?.focus();
    else if (opener?.isConnected) (opener as HTMLElement).focus();
  }
}
define("bedside-waiting-list", WaitingList);

/** One may wait in front of two rooms. */
function keyOf({ roomId, userId }: AtTheDoor): string {
  return `${roomId} ${userId}`;
}

function door({ roomId, userId }: Waiting): AtTheDoor {
  return { roomId, userId };
}
