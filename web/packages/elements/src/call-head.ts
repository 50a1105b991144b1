import type { Participant, Reach, RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import leaf from "lucide-static/icons/leaf.svg?raw";
import lock from "lucide-static/icons/lock.svg?raw";
import shieldAlert from "lucide-static/icons/shield-alert.svg?raw";
import shieldCheck from "lucide-static/icons/shield-check.svg?raw";
import { isLost } from "./call-news.ts";
import { CallPart } from "./call-part.ts";
import css from "./call-head.css?inline";
import { define } from "./element.ts";
import { EverySecond } from "./follow.ts";
import { icon } from "./icon.ts";
import { barsMark } from "./stage-bars.ts";
import { stopwatch } from "./times.ts";

/** `<bedside-call-head>`: with whom one talks, for how long, that nobody listens, and how well it goes. */
export class BedsideCallHead extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    room: { attribute: false },
    reach: { attribute: false },
    since: { attribute: false },
  };

  declare room: RoomState | undefined;
  declare reach: Reach;
  /** When the two met. */
  declare since: number | undefined;

  constructor() {
    super();
    this.reach = "online";
    new EverySecond(this);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { room } = this;
    if (!room) return nothing;
    return html`<div class="who">
        <h2 tabindex="-1">${this.#names(room.others)}</h2>
        ${
          this.since === undefined
            ? nothing
            : html`<span class="time figures" role="timer" aria-live="off">${stopwatch(Date.now() - this.since)}</span>`
        }
      </div>
      <div class="marks">
        ${
          room.isSaving
            ? html`<span class="mark" title=${this.say("call.saving")}
                >${icon(leaf)}<span class="wide">${this.say("call.saving")}</span></span
              >`
            : nothing
        }
        ${room.isLocked ? html`<span class="mark wide">${icon(lock)}${this.say("call.room.locked")}</span>` : nothing}
        ${this.#encryption(room.others)} ${this.#bars(room.others)}
      </div>`;
  }

  #names(others: readonly Participant[]): string {
    if (others.length === 0) return this.say("call.nobody-yet");
    return new Intl.ListFormat(this.reader.locale, { type: "conjunction" }).format(others.map(({ name }) => name));
  }

  #encryption(others: readonly Participant[]): TemplateResult | typeof nothing {
    if (others.length === 0) return nothing;
    const isBroken = others.some(({ media }) => media?.verification.state === "broken");
    const name = this.say(isBroken ? "call.encryption.broken" : "call.encryption.open");
    return html`<button
      class=${isBroken ? "mark broken" : "mark"}
      aria-label=${name}
      title=${name}
      @click=${() => this.view({ view: "sheet", sheet: "verify" })}
    >
      ${icon(isBroken ? shieldAlert : shieldCheck)}<span class="wide"
        >${this.say(isBroken ? "call.encryption.broken-word" : "call.encryption.word")}</span
      >
    </button>`;
  }

  /** The weakest of the connections. */
  #bars(others: readonly Participant[]): TemplateResult | typeof nothing {
    const all = others.flatMap(({ media }) => (media?.quality ? [media.quality] : []));
    if (this.reach !== "online" || others.some(isLost)) return barsMark(0, this.say("call.bars.0"));
    const [weakest] = all.toSorted((a, b) => a.bars - b.bars);
    if (!weakest) return nothing;
    const words = this.say(`call.bars.${weakest.bars}`);
    const side = weakest.whose && weakest.whose !== "unknown" ? ` · ${this.say(`call.whose.${weakest.whose}`)}` : "";
    return barsMark(weakest.bars, `${words}${side}`);
  }
}
define("bedside-call-head", BedsideCallHead);
