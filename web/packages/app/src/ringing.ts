import "@bedside/elements";
import type { Bedside } from "@bedside/client";
import type { CallAnswered, OutgoingCall as Ring } from "@bedside/elements";
import { html, LitElement, type TemplateResult } from "lit";
import { goAside, session } from "./page.ts";
import { callPath } from "./route.ts";

export interface Callee {
  readonly id: string;
  readonly name: string;
}

/** The live side of whoever is signed in, and the way to the page of a call that they have begun or answered. */
abstract class Ringing extends LitElement {
  protected bedside: Bedside | undefined;
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    session.watch((bedside) => {
      this.bedside = bedside;
      this.requestUpdate();
    }, this.#gone.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }

  /** A call has a page of its own here, so that a reload comes back to it. */
  protected readonly enter = (answered: CustomEvent<CallAnswered>): void => {
    answered.preventDefault();
    goAside(callPath(this.bedside?.state.value.self?.role ?? "patient", answered.detail.callId));
  };
}

/** Rings somebody as soon as it is shown. Sends `closed` when there is no more to say. */
export class OutgoingCall extends Ringing {
  callee: Callee | undefined;

  protected override async firstUpdated(): Promise<void> {
    const ring = this.querySelector<Ring>("bedside-outgoing-call");
    await ring?.updateComplete;
    ring?.ring();
  }

  protected override render(): TemplateResult {
    return html`<bedside-outgoing-call
      theme="auto"
      .bedside=${this.bedside}
      .user=${this.callee?.id ?? ""}
      .name=${this.callee?.name ?? ""}
      @ring-closed=${() => this.dispatchEvent(new CustomEvent("closed"))}
      @call-answered=${this.enter}
    ></bedside-outgoing-call>`;
  }
}
customElements.define("outgoing-call", OutgoingCall);

/** Who rings for the person at this page, on every page. */
export class IncomingCalls extends Ringing {
  protected override render(): TemplateResult {
    return html`<bedside-incoming-call
      theme="auto"
      .bedside=${this.bedside}
      @call-answered=${this.enter}
    ></bedside-incoming-call>`;
  }
}
customElements.define("incoming-calls", IncomingCalls);
