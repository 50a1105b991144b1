import type { Bedside, CallType, Outgoing, RingEnd } from "@bedside/client";
import { Cell } from "@bedside/client/clinic";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import calendar from "lucide-static/icons/calendar-plus.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import { icon } from "./icon.ts";
import { lookForNews } from "./news.ts";
import { go, myself, session } from "./page.ts";
import { portrait } from "./parts/pieces.ts";
import { callPath } from "./route.ts";
import { say, sentence } from "./words.ts";

/** Whom to ring, and how. */
export interface Callee {
  readonly id: string;
  readonly name: string;
  readonly picture?: string | null;
  readonly callType: CallType;
  readonly appointmentId?: string;
  /** Whether a time can be booked with them instead. */
  readonly canBook?: boolean;
}

/** Who is being rung; the frame shows it over every page. */
export const callee = new Cell<Callee | undefined>(undefined);

/** Rings somebody as soon as it is shown, and tells in words how it goes. */
export class RingOut extends LitElement {
  static override properties = { callee: { attribute: false } };

  declare callee: Callee;
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
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
    this.#giveUp();
  }

  protected override firstUpdated(): void {
    this.querySelector("dialog")?.showModal();
    this.#ring();
    this.#bedside?.state.watch(({ outgoing }) => this.#show(outgoing), this.#gone.signal);
  }

  protected override render(): TemplateResult {
    const over = this.#outgoing?.state === "over" ? this.#outgoing.end : undefined;
    const { callType, name } = this.callee;
    return html`<dialog class="calling" aria-labelledby="ring-title" @close=${this.#close}>
      <form method="dialog">
        <span class=${over ? "" : "breath"}>${portrait(this.callee)}</span>
        <h2 id="ring-title">${say(callType === "audio" ? "ring.voice-title" : "ring.title", { name })}</h2>
        <p role="status">${over ? this.#ending(over) : this.#words()}</p>
        <div class="actions">${over ? this.#whatNow() : this.#stop()}</div>
      </form>
    </dialog>`;
  }

  #stop(): TemplateResult {
    return html`<button class="stop">${icon(phoneOff)} ${say("ring.cancel")}</button>`;
  }

  #whatNow(): TemplateResult {
    const book = () => go(`/patient/book#with=${encodeURIComponent(this.callee.id)}`);
    return html`<button>${say("ring.close")}</button>
      <button type="button" @click=${this.#ring}>${say("ring.again")}</button>
      ${
        this.callee.canBook
          ? html`<button class="main" @click=${book}>${icon(calendar)} ${say("ring.book")}</button>`
          : nothing
      }`;
  }

  #words(): string {
    const { name } = this.callee;
    switch (this.#outgoing?.state) {
      case "ringing":
        return say("ring.ringing", { name });
      case "accepted":
        return say("ring.accepted");
      default:
        return say("ring.calling");
    }
  }

  #ending(end: RingEnd): string {
    const { name } = this.callee;
    switch (end.why) {
      case "declined":
        return end.reason ? say("ring.declined-because", { name, reason: end.reason }) : say("ring.declined", { name });
      case "refused":
        return end.code === "busy" || end.code === "offline" ? say(`ring.${end.code}`, { name }) : sentence(end.code);
      case "missed":
      case "cancelled":
        return say("ring.missed", { name });
    }
  }

  readonly #ring = () => {
    const { id, callType, appointmentId } = this.callee;
    void this.#bedside?.ring(id, { callType, ...(appointmentId && { appointmentId }) });
  };

  #show(outgoing: Outgoing | undefined): void {
    if (outgoing && outgoing.calleeId !== this.callee.id) return;
    this.#outgoing = outgoing;
    this.requestUpdate();
    if (outgoing?.state !== "accepted") return;
    this.#bedside?.closeOutgoing();
    callee.value = undefined;
    go(callPath(myself.value?.person.role ?? "", outgoing.callId));
  }

  #giveUp(): void {
    void this.#bedside?.cancel().then(() => this.#bedside?.closeOutgoing());
  }

  readonly #close = () => {
    this.#giveUp();
    callee.value = undefined;
    void lookForNews();
  };
}
customElements.define("ring-out", RingOut);
