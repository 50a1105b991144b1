import "@bedside/elements";
import type { Bedside } from "@bedside/client";
import type { CallAnswered, OutgoingCall as Ring } from "@bedside/elements";
import { html, nothing, type TemplateResult } from "lit";
import { type Callee, callee } from "./callee.ts";
import { lookForNews } from "./news.ts";
import { go, goAside, session } from "./page.ts";
import { Part } from "./part.ts";
import { callPath } from "./route.ts";
import { say } from "./words.ts";

/** The live side of whoever is signed in, and the way to the page of a call that they have begun or answered. */
abstract class Ringing extends Part {
  protected bedside: Bedside | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    session.watch((bedside) => {
      this.bedside = bedside;
      this.requestUpdate();
    }, this.gone);
  }

  /** A call has a page of its own here, so that a reload comes back to it. */
  protected readonly enter = (answered: CustomEvent<CallAnswered>): void => {
    answered.preventDefault();
    goAside(callPath(this.bedside?.state.value.self?.role ?? "patient", answered.detail.callId));
  };
}

/** Rings whom somebody chose, as soon as it is shown. */
export class OutgoingCall extends Ringing {
  static override properties = { callee: { attribute: false } };

  declare callee: Callee;

  protected override async firstUpdated(): Promise<void> {
    const ring = this.querySelector<Ring>("bedside-outgoing-call");
    await ring?.updateComplete;
    ring?.ring();
  }

  protected override render(): TemplateResult {
    const { id, name, picture, callType, appointmentId, canBook } = this.callee;
    return html`<bedside-outgoing-call
      theme="auto"
      .bedside=${this.bedside}
      .user=${id}
      .name=${name}
      .picture=${picture ?? undefined}
      .appointment=${appointmentId}
      .callType=${callType}
      @ring-closed=${this.#close}
      @call-answered=${this.enter}
    >
      ${canBook ? html`<button slot="instead" class="main" @click=${this.#book}>${say("ring.book")}</button>` : nothing}
    </bedside-outgoing-call>`;
  }

  readonly #close = () => {
    callee.value = undefined;
    void lookForNews();
  };

  readonly #book = () => {
    const { id } = this.callee;
    this.#close();
    go(`/patient/book#with=${encodeURIComponent(id)}`);
  };
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
