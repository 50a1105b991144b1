import { freshKey, type IncomingCall, type OfCall, type Person } from "@bedside/client";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { codeOf, go, live } from "./page.ts";
import { callPath } from "./route.ts";
import { say, sentence } from "./words.ts";

export interface Callee {
  readonly id: string;
  readonly name: string;
}

type Outgoing =
  | { readonly state: "calling" }
  | { readonly state: "ringing" }
  | { readonly state: "over"; readonly words: string }
  | { readonly state: "gone" };

/** Rings somebody as soon as it is shown, and tells in words how it goes. Sends `closed` when there is no more to say. */
export class OutgoingCall extends LitElement {
  callee: Callee | undefined;
  #outgoing: Outgoing = { state: "calling" };
  #callId: string | undefined;
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    live.on("call-ringing", (news) => this.#concerns(news) && this.#show({ state: "ringing" }), signal);
    live.on("call-accepted", (news) => this.#concerns(news) && this.#enter(news.callId), signal);
    live.on("call-missed", (news) => this.#concerns(news) && this.#over(say("ring.missed", this.#who())), signal);
    live.on("call-rejected", (news) => this.#concerns(news) && this.#over(this.#declined(news.reason)), signal);
    live.on("sync", ({ calls }) => this.#catchUp(calls.find((call) => call.callId === this.#callId)?.status), signal);
    void this.#ring();
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
    const over = this.#outgoing.state === "over";
    return html`<dialog aria-labelledby="ring-title" @close=${this.#close}>
      <h2 id="ring-title">${say("ring.title", this.#who())}</h2>
      <p role="status">${this.#words()}</p>
      <form method="dialog" class="actions">
        <button class=${over ? "quiet" : "stop"}>${say(over ? "ring.close" : "ring.cancel")}</button>
      </form>
    </dialog>`;
  }

  #words(): string {
    switch (this.#outgoing.state) {
      case "calling":
      case "gone":
        return say("ring.calling");
      case "ringing":
        return say("ring.ringing", this.#who());
      case "over":
        return this.#outgoing.words;
    }
  }

  async #ring(): Promise<void> {
    if (!this.callee) return;
    try {
      const { callId, expiresAt } = await live.ask("request-video-call", {
        calleeId: this.callee.id,
        requestId: freshKey(),
      });
      this.#callId = callId;
      // Given up before the answer came.
      if (this.#outgoing.state === "gone") void live.ask("cancel-video-call", { callId }).catch(() => undefined);
      // The two have rung each other, so nobody needs to answer.
      else if (!expiresAt) this.#enter(callId);
    } catch (failure) {
      const code = codeOf(failure);
      const own = code === "busy" || code === "offline";
      this.#over(own ? say(`ring.${code}`, this.#who()) : sentence(code));
    }
  }

  /** After a time without connection. */
  #catchUp(status: "ringing" | "waiting" | "active" | undefined): void {
    if (!this.#callId || this.#outgoing.state === "over" || this.#outgoing.state === "gone") return;
    if (!status) this.#over(say("ring.missed", this.#who()));
    else if (status !== "ringing") this.#enter(this.#callId);
  }

  #concerns(news: OfCall): boolean {
    return this.#callId === undefined || this.#callId === news.callId;
  }

  #declined(reason: string | null | undefined): string {
    return reason ? say("ring.declined-because", { ...this.#who(), reason }) : say("ring.declined", this.#who());
  }

  #enter(callId: string): void {
    this.#outgoing = { state: "gone" };
    go(callPath("patient", callId));
  }

  #over(words: string): void {
    if (this.#outgoing.state !== "gone") this.#show({ state: "over", words });
  }

  #show(outgoing: Outgoing): void {
    this.#outgoing = outgoing;
    this.requestUpdate();
  }

  #giveUp(): void {
    const runs = this.#outgoing.state === "calling" || this.#outgoing.state === "ringing";
    if (!runs) return;
    this.#outgoing = { state: "gone" };
    if (this.#callId) void live.ask("cancel-video-call", { callId: this.#callId }).catch(() => undefined);
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
    live.on("sync", ({ rings }) => this.#show(rings), signal);
    live.on("incoming-video-call", (ring) => this.#show([...this.#but(ring.callId), ring]), signal);
    for (const over of ["call-cancelled", "call-missed", "call-answered-elsewhere", "call-ended"] as const) {
      live.on(over, ({ callId }) => this.#show(this.#but(callId)), signal);
    }
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
    try {
      await live.ask("accept-video-call", { callId });
      this.#show(this.#but(callId));
      go(callPath(this.me?.role ?? "", callId));
    } catch (failure) {
      this.#refused(callId, failure);
    }
  }

  async #decline({ callId }: IncomingCall): Promise<void> {
    try {
      await live.ask("reject-video-call", { callId });
      this.#show(this.#but(callId));
    } catch (failure) {
      this.#refused(callId, failure);
    }
  }

  /** A ring that is over goes; one that could not be answered for the network's sake stays. */
  #refused(callId: string, failure: unknown): void {
    const code = codeOf(failure);
    const isOver = code === "expired" || code === "not-now" || code === "not-found";
    this.#show(isOver ? this.#but(callId) : this.#rings);
    this.#said = isOver ? say("incoming.late") : sentence(code);
  }

  #but(callId: string): readonly IncomingCall[] {
    return this.#rings.filter((ring) => ring.callId !== callId);
  }

  #show(rings: readonly IncomingCall[]): void {
    this.#rings = rings;
    this.#said = "";
    this.requestUpdate();
  }
}
customElements.define("incoming-calls", IncomingCalls);
