import type { Bedside } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import { ConnectedElement } from "./connection.ts";
import { define, GROUND } from "./element.ts";
import { icon } from "./icon.ts";
import css from "./outgoing-call.css?inline";
import { ringBy } from "./outgoing-call-live.ts";
import { portrait } from "./pieces.ts";

/** The call that one makes, as far as there is something to see of it. */
export type Ringing =
  | { readonly state: "calling" }
  /** None of their pages is open, so they are told by another way. */
  | { readonly state: "reaching"; readonly by: "push" | "sms" }
  | { readonly state: "ringing" }
  | { readonly state: "over"; readonly words: string };

/** `<bedside-outgoing-call>`: rings somebody when told to, and shows how that goes. */
export class OutgoingCall extends ConnectedElement {
  static override styles = [...GROUND, unsafeCSS(css)];
  static override properties = {
    ...ConnectedElement.properties,
    user: {},
    reason: {},
    appointment: {},
    name: {},
    picture: {},
    callType: { attribute: "call-type" },
    ringing: { attribute: false },
  };

  /** The id of whom it rings. */
  declare user: string;
  /** What they read beside the caller's name. */
  declare reason: string | undefined;
  /** The id of the appointment of the two, whose room is used then. */
  declare appointment: string | undefined;
  /** Whom it rings, as the practice writes them. */
  declare name: string;
  declare picture: string | undefined;
  declare callType: "video" | "audio";
  declare ringing: Ringing | undefined;

  constructor() {
    super();
    this.user = "";
    this.name = "";
    this.callType = "video";
  }

  /** Rings; of a press of a button, so that the browser gives the camera. */
  ring(): void {
    this.wish("ring-person", { callType: this.callType });
  }

  protected override live(bedside: Bedside, signal: AbortSignal): void {
    ringBy(this, bedside, signal);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("user") && this.hasUpdated) this.again();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("ringing")) return;
    const dialog = this.renderRoot.querySelector("dialog");
    if (this.ringing && !dialog?.open) dialog?.showModal();
    if (!this.ringing && dialog?.open) dialog.close();
    if (!this.ringing && changed.get("ringing")) this.wish("ring-closed");
  }

  protected override render(): TemplateResult {
    return html`<dialog part="dialog" aria-labelledby="name" @cancel=${this.#cancelled}>
      ${this.ringing ? this.#ring(this.ringing) : nothing}
    </dialog>`;
  }

  #ring(ringing: Ringing): TemplateResult {
    const over = ringing.state === "over";
    return html`<div class="ring ${over ? "" : "rings"}">
      <span class="breath">${portrait({ name: this.name, picture: this.picture ?? null })}</span>
      <h2 id="name">${this.name}</h2>
      <p class="soft" role="status">${this.#words(ringing)}</p>
      <div class="actions">${over ? this.#whatNow() : this.#giveUp()}</div>
    </div>`;
  }

  #words(ringing: Ringing): string {
    switch (ringing.state) {
      case "over":
        return ringing.words;
      case "reaching":
        return this.say(`button.reaching.${ringing.by}`);
      default:
        return this.say(`button.${ringing.state}`);
    }
  }

  #giveUp(): TemplateResult {
    return html`<button class="stop" @click=${() => this.wish("cancel-ring")}>
      ${icon(phoneOff)} ${this.say("button.cancel")}
    </button>`;
  }

  #whatNow(): TemplateResult {
    return html`<slot name="instead"></slot>
      <button @click=${() => this.wish("close-ring")}>${this.say("common.close")}</button>
      <button @click=${() => this.ring()}>${this.say("common.again")}</button>`;
  }

  /** Escape means what the button there means; the owner of the data then takes `ringing` away. */
  readonly #cancelled = (event: Event) => {
    event.preventDefault();
    this.wish(this.ringing?.state === "over" ? "close-ring" : "cancel-ring");
  };
}
define("bedside-outgoing-call", OutgoingCall);
