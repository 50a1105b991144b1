import type { Bedside, Presence } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import phone from "lucide-static/icons/phone.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import css from "./call-button.css?inline";
import { ringBy } from "./call-button-live.ts";
import { ConnectedElement } from "./connection.ts";
import { define, GROUND } from "./element.ts";
import { icon } from "./icon.ts";
import { portrait } from "./pieces.ts";
import { presenceMark } from "./presence.ts";

/** The call that one makes, as far as there is something to see of it. */
export type Ringing =
  { readonly state: "calling" } | { readonly state: "ringing" } | { readonly state: "over"; readonly words: string };

/** `<bedside-call-button>`: whether somebody is there, a button that rings them, and how that goes. */
export class CallButton extends ConnectedElement {
  static override styles = [...GROUND, unsafeCSS(css)];
  static override properties = {
    ...ConnectedElement.properties,
    user: {},
    reason: {},
    appointment: {},
    name: {},
    about: {},
    picture: {},
    presence: {},
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
  /** What they are, such as "Dermatology". */
  declare about: string;
  declare picture: string | undefined;
  /** Whether they are there; without it they may be. */
  declare presence: Presence | undefined;
  declare callType: "video" | "audio";
  declare ringing: Ringing | undefined;

  constructor() {
    super();
    this.user = "";
    this.name = "";
    this.about = "";
    this.callType = "video";
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
  }

  protected override render(): TemplateResult {
    const { name, presence, callType } = this;
    const canRing = presence === undefined || presence === "online" || presence === "away";
    return html`<div class="idle">
        <button
          class="main"
          part="button"
          ?disabled=${!canRing}
          aria-label=${this.say(`button.${callType}-whom`, { name })}
          aria-describedby=${presence ? "presence" : nothing}
          @click=${() => this.wish("ring-person", { callType })}
        >
          ${icon(callType === "video" ? video : phone)} ${this.say(`button.${callType}`)}
        </button>
        ${presence ? html`<span id="presence" part="presence">${presenceMark(presence, this.words)}</span>` : nothing}
      </div>
      <dialog part="dialog" aria-labelledby="name" @cancel=${this.#cancelled}>
        ${this.ringing ? this.#ring(this.ringing) : nothing}
      </dialog>`;
  }

  #ring(ringing: Ringing): TemplateResult {
    const over = ringing.state === "over";
    return html`<div class="ring ${over ? "" : "rings"}">
      <span class="breath">${portrait({ name: this.name, picture: this.picture ?? null })}</span>
      <h2 id="name">${this.name}</h2>
      <p class="soft" role="status">${over ? ringing.words : this.say(`button.${ringing.state}`)}</p>
      <div class="actions">${over ? this.#whatNow() : this.#giveUp()}</div>
    </div>`;
  }

  #giveUp(): TemplateResult {
    return html`<button class="stop" @click=${() => this.wish("cancel-ring")}>
      ${icon(phoneOff)} ${this.say("button.cancel")}
    </button>`;
  }

  #whatNow(): TemplateResult {
    return html`<button @click=${() => this.wish("close-ring")}>${this.say("common.close")}</button>
      <button class="main" @click=${() => this.wish("ring-person", { callType: this.callType })}>
        ${this.say("common.again")}
      </button>`;
  }

  /** Escape means what the button there means; the owner of the data then takes `ringing` away. */
  readonly #cancelled = (event: Event) => {
    event.preventDefault();
    this.wish(this.ringing?.state === "over" ? "close-ring" : "cancel-ring");
  };
}
define("bedside-call-button", CallButton);
