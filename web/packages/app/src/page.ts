import type { Bedside } from "@bedside/client";
import { Cell, Clinic, codeOf, type Myself, type Practice, type RefusalCode } from "@bedside/client/clinic";
import { html, nothing, type TemplateResult } from "lit";
import { Part } from "./part.ts";
import { say, sentence, type Values, type WordKey } from "./words.ts";

export const api = new Clinic();
/** The live side of whoever is signed in; the frame keeps it. */
export const session = new Cell<Bedside | undefined>(undefined);
/** Who is signed in; the frame finds it out. */
export const myself = new Cell<Myself | undefined>(undefined);
/** The practice as everybody sees it; nothing as long as it is not known. */
export const practice = new Cell<Practice | undefined>(undefined);
/** What was just done, or why it was not, for a few seconds. */
export const told = new Cell<string>("");

/** Whoever is signed in, on pages that nobody else gets to. */
export function me(): Myself["person"] {
  const person = myself.value?.person;
  if (!person) throw new Error("a page of somebody's is shown to somebody");
  return person;
}

/** Does something, and tells how it went. Nothing is lost if it fails: the page stays as it is. */
export async function attempt(act: () => Promise<unknown>, done?: WordKey, values?: Values): Promise<boolean> {
  try {
    await act();
    if (done) tell(say(done, values));
    return true;
  } catch (failure) {
    tell(sentence(codeOf(failure)));
    return false;
  }
}

export function tell(words: string): void {
  told.value = "";
  told.value = words;
}

/** A page has something to show; what can wait until then does. */
export const SHOWN = "page-shown";

/** What a page has to show. A state owns its data. */
export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly code: RefusalCode };

/** A page that fetches one thing and shows it; loading and failure look the same everywhere. */
export abstract class Page<T> extends Part {
  protected abstract readonly heading: WordKey;
  protected loaded: Loaded<T> = { state: "loading" };
  /** Counts loads, so that an answer that was overtaken changes nothing. */
  #load = 0;

  protected abstract fetch(signal: AbortSignal): Promise<T>;
  protected abstract view(value: T): TemplateResult;

  /** The sentence for a failure; pages behind a link have their own. */
  protected explain(code: RefusalCode): string {
    return sentence(code);
  }

  /** What stands beside the heading. */
  protected tools(): TemplateResult | typeof nothing {
    return nothing;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    titled(say(this.heading));
    void this.load();
  }

  /** Loads again whenever this person is notified of something, and after a time without connection. */
  protected followNews(): void {
    let last = session.value?.state.value.notified;
    let reach = session.value?.state.value.reach;
    const watch = (bedside: Bedside | undefined) =>
      bedside?.state.watch((now) => {
        const isBack = now.reach === "online" && reach !== "online" && reach !== "connecting";
        const isNews = now.notified !== last;
        [last, reach] = [now.notified, now.reach];
        if (isNews || isBack) void this.load();
      }, this.gone);
    session.watch(watch, this.gone);
  }

  protected show(loaded: Loaded<T>): void {
    this.loaded = loaded;
    this.requestUpdate();
    if (loaded.state !== "loading")
      void this.updateComplete.then(() => this.dispatchEvent(new Event(SHOWN, { bubbles: true })));
  }

  /** Fetches; what is shown already stays until the answer is there, and if there is none. */
  protected async load(): Promise<void> {
    const signal = this.gone;
    const load = ++this.#load;
    const isOver = () => signal.aborted || load !== this.#load;
    try {
      const value = await this.fetch(signal);
      if (!isOver()) this.show({ state: "ready", value });
    } catch (failure) {
      if (isOver()) return;
      if (this.loaded.state === "ready") tell(sentence(codeOf(failure)));
      else this.show({ state: "failed", code: codeOf(failure) });
    }
  }

  protected override render(): TemplateResult {
    return html`<div class="page-head">
        <h1 tabindex="-1">${say(this.heading)}</h1>
        ${this.tools()}
      </div>
      ${this.#body()}`;
  }

  #body(): TemplateResult {
    switch (this.loaded.state) {
      case "loading":
        return skeleton();
      case "failed":
        return failure(this.explain(this.loaded.code), this.loaded.code, this.#again);
      case "ready":
        return this.view(this.loaded.value);
    }
  }

  readonly #again = () => {
    this.show({ state: "loading" });
    void this.load();
  };
}

/** What stands there until there is something, in about its form. */
export function skeleton(): TemplateResult {
  return html`<div class="skeleton" role="status" aria-label=${say("common.loading")}>
    <i></i><i></i><i></i><i></i>
  </div>`;
}

/** Why there is nothing to see, and a way on where trying again may help. */
export function failure(words: string, code: RefusalCode, again: () => void): TemplateResult {
  const mayHelp = code === "unavailable" || code === "unreachable" || code === "rate-limited";
  return html`<div class="notice bad" role="alert">
    <p>${words}</p>
    ${mayHelp ? html`<button @click=${again}>${say("common.retry")}</button>` : nothing}
  </div>`;
}

/** How many things wait for this person; it stands before the title, where one sees it from another tab. */
export const waiting = new Cell(0);
let title = "";

/** Names the page. */
export function titled(words: string): void {
  title = words;
  retitle();
}

export function retitle(): void {
  const name = practice.value?.name || say("app.name");
  document.title = `${waiting.value > 0 ? `(${waiting.value}) ` : ""}${title} · ${name}`;
}

/** What links say that are spent, expired or mistyped. */
export function explainLink(code: RefusalCode): string {
  return code === "not-found" || code === "expired" ? say("error.link") : sentence(code);
}

/** What one page hands to the next. */
export interface OnTheWay {
  /** A sentence on what just happened. */
  readonly said?: string;
  /** The call that was just left. */
  readonly after?: string;
  /** Where one was before, and comes back to. */
  readonly from?: string;
}

/** Goes to another page without loading the app again. */
export function go(path: string, how: "push" | "replace" = "push", onTheWay: OnTheWay = {}): void {
  if (how === "push") history.pushState(onTheWay, "", path);
  else history.replaceState(onTheWay, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** Goes to a page from which one comes back to this one. */
export function goAside(path: string): void {
  go(path, "push", { from: location.pathname });
}

/** What `go` gave along. */
export function onTheWay(): OnTheWay {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null ? (state as OnTheWay) : {};
}

/** What stands behind the `#` of the address, where no server sees it. */
export function fragment(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

/** Keeps what a page shows in its address, so that a reload, a link and the back button find it. */
export function keepInFragment(values: Readonly<Record<string, string | undefined>>): void {
  const kept = fragment();
  for (const [name, value] of Object.entries(values)) {
    if (value) kept.set(name, value);
    else kept.delete(name);
  }
  const text = kept.toString();
  history.replaceState(history.state, "", `${location.pathname}${text ? `#${text}` : ""}`);
}
