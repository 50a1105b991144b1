import type { Participant, RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult } from "lit";
import shieldAlert from "lucide-static/icons/shield-alert.svg?raw";
import shieldCheck from "lucide-static/icons/shield-check.svg?raw";
import { CallSheet } from "./call-sheet.ts";
import { define } from "./element.ts";
import { notice } from "./pieces.ts";

/** `<bedside-call-verify>`: what nobody else can see or hear, and the digits by which two can be sure of it. */
export class BedsideCallVerify extends CallSheet {
  static override properties = { ...CallSheet.properties, room: { attribute: false } };

  declare room: RoomState | undefined;

  protected get heading(): string {
    return this.say("call.verify");
  }

  protected body(): TemplateResult {
    const others = this.room?.others ?? [];
    const isBroken = others.some(({ media }) => media?.verification.state === "broken");
    const hasCode = others.some(({ media }) => media?.verification.state === "code");
    return html`${isBroken ? nothing : notice("good", shieldCheck, this.say("call.verify.means"))}
      ${hasCode ? html`<p>${this.say("call.verify.compare")}</p>` : nothing}
      <div class="codes">${others.map((one) => this.#of(one))}</div>
      <p class="soft small">${this.say("call.verify.chat")}</p>`;
  }

  #of({ name, media }: Participant): TemplateResult {
    const verification = media?.verification ?? { state: "pending" as const };
    switch (verification.state) {
      case "code":
        return html`<div>
          <h3>${this.say("call.verify.with", { name })}</h3>
          <p class="code figures" aria-label=${[...verification.code].join(" ")}>${grouped(verification.code)}</p>
        </div>`;
      case "broken":
        return notice("bad", shieldAlert, this.say("call.verify.broken", { name }));
      case "pending":
        return html`<p class="soft">${this.say("call.verify.pending", { name })}</p>`;
      case "none":
        return html`<p class="soft">${this.say("call.verify.none", { name })}</p>`;
    }
  }
}
define("bedside-call-verify", BedsideCallVerify);

/** "123 4567", which is easier to read aloud. */
function grouped(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}
