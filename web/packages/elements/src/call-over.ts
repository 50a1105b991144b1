import type { RefusalCode, RoomEnd, RoomState } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import ban from "lucide-static/icons/door-closed.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import clock from "lucide-static/icons/clock.svg?raw";
import monitor from "lucide-static/icons/monitor-smartphone.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import wifiOff from "lucide-static/icons/wifi-off.svg?raw";
import { CallPart } from "./call-part.ts";
import css from "./call-over.css?inline";
import { define } from "./element.ts";
import { type Icon, icon } from "./icon.ts";
import { stopwatch } from "./times.ts";
import type { CallWish } from "./call-wishes.ts";
import type { WordKey } from "./words.ts";

interface Ending {
  readonly picture: Icon;
  readonly title: WordKey;
  readonly text: WordKey | undefined;
  /** What is said in somebody's own words. */
  readonly quote?: string | undefined;
  readonly action?: { readonly wish: CallWish; readonly word: WordKey };
}

/** `<bedside-call-over>`: how it ended, and what one can do now. */
export class BedsideCallOver extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    room: { attribute: false },
    lasted: { attribute: false },
  };

  declare room: RoomState | undefined;
  /** How long the two have talked, in milliseconds. */
  declare lasted: number | undefined;

  protected override render(): TemplateResult | typeof nothing {
    const stage = this.room?.stage;
    if (stage?.state !== "over") return nothing;
    const { picture, title, text, quote, action } = endingOf(stage.end);
    const by = stage.end.why === "ended" ? stage.end.by : undefined;
    const name = this.room?.others.find(({ userId }) => userId === by)?.name;
    return html`<div class="card">
      <span class="sign">${icon(picture)}</span>
      <h2 tabindex="-1">${name ? this.say("call.over.ended-by", { name }) : this.say(title)}</h2>
      ${quote ? html`<blockquote dir="auto">${quote}</blockquote>` : nothing}
      ${text ? html`<p class="soft">${this.say(text)}</p>` : nothing} ${this.#lasted(stage.end)}
      <div class="decision">
        ${action ? html`<button class="main" @click=${() => this.want(action.wish)}>${this.say(action.word)}</button>` : nothing}
        <button class=${action ? "plain" : "main"} @click=${() => this.want({ wish: "close" })}>
          ${this.say("call.over.close")}
        </button>
      </div>
    </div>`;
  }

  /** Whoever listens is told by the heading that the call is over. */
  protected override firstUpdated(_changed: PropertyValues<this>): void {
    this.renderRoot.querySelector("h2")?.focus();
  }

  #lasted({ why }: RoomEnd): TemplateResult | typeof nothing {
    if (this.lasted === undefined || (why !== "ended" && why !== "left")) return nothing;
    return html`<p class="figures">${this.say("call.over.lasted", { time: stopwatch(this.lasted) })}</p>`;
  }
}
define("bedside-call-over", BedsideCallOver);

function endingOf(end: RoomEnd): Ending {
  const again = { wish: { wish: "enter-again" }, word: "call.over.again" } as const;
  switch (end.why) {
    case "ended":
      return { picture: check, title: "call.over.ended", text: "call.over.ended-text" };
    case "left":
      return { picture: phoneOff, title: "call.over.left", text: "call.over.left-text", action: again };
    case "denied":
      return {
        picture: ban,
        title: "call.over.denied",
        text: end.reason ? undefined : "call.over.denied-text",
        quote: end.reason,
      };
    case "removed":
      return { picture: ban, title: "call.over.removed", text: "call.over.removed-text" };
    case "taken": {
      const here = { wish: { wish: "continue-here" }, word: "call.over.continue-here" } as const;
      return { picture: monitor, title: "call.over.taken", text: "call.over.taken-text", action: here };
    }
    case "refused":
      return refusal(end.code, again);
  }
}

function refusal(code: RefusalCode, again: NonNullable<Ending["action"]>): Ending {
  switch (code) {
    case "expired":
      return { picture: clock, title: "call.over.expired", text: "call.over.expired-text" };
    case "not-now":
      return { picture: clock, title: "call.over.not-now", text: "call.over.not-now-text", action: again };
    case "not-found":
    case "forbidden":
    case "unauthorized":
      return { picture: ban, title: "call.over.not-found", text: "call.over.not-found-text" };
    default:
      return { picture: wifiOff, title: "call.over.unavailable", text: "call.over.unavailable-text", action: again };
  }
}
