import type { Bedside, Presence } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import phone from "lucide-static/icons/phone.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import css from "./call-button.css?inline";
import { define } from "./element.ts";
import { icon } from "./icon.ts";
import { OutgoingCall } from "./outgoing-call.ts";
import { presenceMark } from "./presence.ts";

/** `<bedside-call-button>`: whether somebody is there, a button that rings them, and how that goes. */
export class CallButton extends OutgoingCall {
  static override styles = [...OutgoingCall.styles, unsafeCSS(css)];
  static override properties = { ...OutgoingCall.properties, presence: {} };

  /** Whether they are there; without it they may be. */
  declare presence: Presence | undefined;

  protected override live(bedside: Bedside, signal: AbortSignal): void {
    super.live(bedside, signal);
    bedside.watchPresence([this.user], signal);
    bedside.state.watch(({ presence }) => (this.presence = presence[this.user]), signal);
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
          @click=${() => this.ring()}
        >
          ${icon(callType === "video" ? video : phone)} ${this.say(`button.${callType}`)}
        </button>
        ${presence ? html`<span id="presence" part="presence">${presenceMark(presence, this.words)}</span>` : nothing}
      </div>
      ${super.render()}`;
  }
}
define("bedside-call-button", CallButton);
