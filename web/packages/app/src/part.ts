import { LitElement } from "lit";

/** A part of the pages. All share one stylesheet, so it draws into the document itself; what it began ends with it. */
export abstract class Part extends LitElement {
  #gone = new AbortController();

  /** Aborted when the part goes. */
  protected get gone(): AbortSignal {
    return this.#gone.signal;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }
}
