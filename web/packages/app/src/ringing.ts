import {
  type Bedside,
  codeOf,
  type IncomingCall,
  type Outgoing,
  type Person,
  type RingEnd,
  type Situation,
} from "@bedside/client";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { go, session } from "./page.ts";
import { callPath } from "./route.ts";
import { say, sentence } from "./words.ts";

export interface Callee {
  readonly id: string;
  readonly name: string;
}

/** Rings somebody as soon as it is shown, and tells in words how it goes. Sends `closed` when there is no more to say. */
export class OutgoingCall extends LitElement {
  callee: Callee | undefined;
  #outgoing: Outgoing | undefined;
  #bedside: Bedside | undefined;
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    this.#bedside = session.value;
    if (this.callee) void this.#bedside?.ring(this.callee.id);
    this.#bedside?.state.watch(({ outgoing }) => this.#show(outgoing), this.#gone.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
    this.#giveUp();
  }

  protected override firstUpdated(): void {
    this.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    const over = this.#outgoing?.state === "over";
    return html`<dialog aria-labelledby="ring-title" @close=${this.#close}>
      <h2 id="ring-title">${say("ring.title", this.#who())}</h2>
      <p role="status">${this.#words()}</p>
      <form method="dialog" class="actions">
        <button class=${over ? "quiet" : "stop"}>${say(over ? "ring.close" : "ring.cancel")}</button>
      </form>
    </dialog>`;
  }

  #words(): string {
    if (this.#outgoing?.state === "over") return this.#ending(this.#outgoing.end);
    return this.#outgoing?.state === "ringing" ? say("ring.ringing", this.#who()) : say("ring.calling");
  }

  #ending(end: RingEnd): string {
    switch (end.why) {
      case "declined":
        if (end.reason) return say("ring.declined-because", { ...this.#who(), reason: end.reason });
        return say("ring.declined", this.#who());
      case "refused": {
        const isTheirs = end.code === "busy" || end.code === "offline";
        return isTheirs ? say(`ring.${end.code}`, this.#who()) : sentence(end.code);
      }
      case "missed":
      case "cancelled":
        return say("ring.missed", this.#who());
    }
  }

  #show(outgoing: Outgoing | undefined): void {
    this.#outgoing = outgoing;
    if (outgoing?.state === "accepted") {
      this.#bedside?.closeOutgoing();
      go(callPath("patient", outgoing.callId));
    }
    this.requestUpdate();
  }

  #giveUp(): void {
    void this.#bedside?.cancel().then(() => this.#bedside?.closeOutgoing());
  }

  #close(): void {
    this.#giveUp();
    this.dispatchEvent(new CustomEvent("closed"));
  }

  #who(): { name: string } {
    return { name: this.callee?.name ?? "" };
  }
}
customElements.define("outgoing-call", OutgoingCall);

/** Who rings for the person at this page, on every page. */
export class IncomingCalls extends LitElement {
  me: Person | undefined;
  #rings: readonly IncomingCall[] = [];
  #said = "";
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    session.watch((bedside) => bedside?.state.watch((situation) => this.#show(situation), signal), signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }

  protected override render(): TemplateResult {
    return html`${this.#rings.map((ring) => this.#notice(ring))}
    ${this.#said ? html`<p class="card notice" role="alert">${this.#said}</p>` : nothing}`;
  }

  #notice(ring: IncomingCall): TemplateResult {
    return html`<section class="card ring" role="alert" aria-label=${say("incoming.title")}>
      <div>
        <h2>${say("incoming.from", { name: ring.callerName })}</h2>
        ${ring.reason ? html`<p>${say("row.reason", { reason: ring.reason })}</p>` : nothing}
      </div>
      <div class="actions">
        <button class="go" @click=${() => this.#accept(ring)}>${say("incoming.accept")}</button>
        <button class="stop" @click=${() => this.#decline(ring)}>${say("incoming.decline")}</button>
      </div>
    </section>`;
  }

  async #accept({ callId }: IncomingCall): Promise<void> {
    await this.#settle(async (bedside) => {
      await bedside.answer(callId);
      go(callPath(this.me?.role ?? "", callId));
    });
  }

  async #decline({ callId }: IncomingCall): Promise<void> {
    await this.#settle((bedside) => bedside.refuse(callId));
  }

  async #settle(act: (bedside: Bedside) => Promise<void>): Promise<void> {
    const before = this.#rings.length;
    this.#said = "";
    try {
      if (session.value) await act(session.value);
    } catch (failure) {
      this.#said = this.#rings.length < before ? say("incoming.late") : sentence(codeOf(failure));
    }
    this.requestUpdate();
  }

  #show({ rings }: Situation): void {
    if (rings === this.#rings) return;
    this.#rings = rings;
    this.requestUpdate();
  }
}
customElements.define("incoming-calls", IncomingCalls);
