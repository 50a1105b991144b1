import { Api, type Bedside, Cell, codeOf, type RefusalCode } from "@bedside/client";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { say, sentence, type WordKey } from "./words.ts";

export const api = new Api();
/** The live side of whoever is signed in; the frame keeps it. */
export const session = new Cell<Bedside | undefined>(undefined);

/** What a page has to show. A state owns its data. */
export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly code: RefusalCode };

/** A page that fetches one thing and shows it; loading and failure look the same everywhere. */
export abstract class Page<T> extends LitElement {
  protected abstract readonly heading: WordKey;
  protected loaded: Loaded<T> = { state: "loading" };
  #gone = new AbortController();

  /** Aborted when the page goes. */
  protected get gone(): AbortSignal {
    return this.#gone.signal;
  }

  protected abstract fetch(signal: AbortSignal): Promise<T>;
  protected abstract view(value: T): TemplateResult;

  /** The sentence for a failure; pages behind a link have their own. */
  protected explain(code: RefusalCode): string {
    return sentence(code);
  }

  // Pages share one stylesheet, so they render into the document itself.
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    document.title = `${say(this.heading)} · ${say("app.name")}`;
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }

  protected show(loaded: Loaded<T>): void {
    this.loaded = loaded;
    this.requestUpdate();
  }

  protected async load(): Promise<void> {
    const { signal } = this.#gone;
    try {
      const value = await this.fetch(signal);
      if (!signal.aborted) this.show({ state: "ready", value });
    } catch (failure) {
      if (!signal.aborted) this.show({ state: "failed", code: codeOf(failure) });
    }
  }

  protected override render(): TemplateResult {
    return html`<h1 tabindex="-1">${say(this.heading)}</h1>
      ${this.#body()}`;
  }

  #body(): TemplateResult {
    switch (this.loaded.state) {
      case "loading":
        return html`<div class="skeleton" role="status" aria-label=${say("common.loading")}>
          <i></i><i></i><i></i>
        </div>`;
      case "failed":
        return this.#failure(this.loaded.code);
      case "ready":
        return this.view(this.loaded.value);
    }
  }

  #failure(code: RefusalCode): TemplateResult {
    const again = () => {
      this.show({ state: "loading" });
      void this.load();
    };
    const retry = html`<button class="quiet" @click=${again}>${say("common.retry")}</button>`;
    const mayHelp = code === "unavailable" || code === "unreachable" || code === "rate-limited";
    return html`<div class="card notice" role="alert">
      <p>${this.explain(code)}</p>
      ${mayHelp ? retry : nothing}
    </div>`;
  }
}

/** What links say that are spent, expired or mistyped. */
export function explainLink(code: RefusalCode): string {
  return code === "not-found" || code === "expired" ? say("error.link") : sentence(code);
}

/** Goes to another page without loading the app again, which may begin with a sentence on what just happened. */
export function go(path: string, how: "push" | "replace" = "push", said?: string): void {
  const state = said ? { said } : null;
  if (how === "push") history.pushState(state, "", path);
  else history.replaceState(state, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** Goes to a page from which one comes back to this one. */
export function goAside(path: string): void {
  history.pushState({ from: location.pathname }, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** Where one was before `goAside`, also after a reload. */
export function cameFrom(): string | undefined {
  const state: unknown = history.state;
  const hasFrom = typeof state === "object" && state !== null && "from" in state;
  return hasFrom && typeof state.from === "string" ? state.from : undefined;
}

/** What `go` gave along. */
export function saidOnTheWay(): string {
  const state: unknown = history.state;
  const hasSaid = typeof state === "object" && state !== null && "said" in state;
  return hasSaid && typeof state.said === "string" ? state.said : "";
}
