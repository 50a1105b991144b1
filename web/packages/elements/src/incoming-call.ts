import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { repeat } from "lit/directives/repeat.js";
import bell from "lucide-static/icons/bell.svg?raw";
import bellOff from "lucide-static/icons/bell-off.svg?raw";
import info from "lucide-static/icons/info.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import close from "lucide-static/icons/x.svg?raw";
import { alarm, allowNotifications, isSoundOff, notifications, turnSound } from "./alarm.ts";
import type { Bedside } from "@bedside/client";
import { ConnectedElement } from "./connection.ts";
import { define, GROUND } from "./element.ts";
import { EverySecond } from "./follow.ts";
import { icon } from "./icon.ts";
import css from "./incoming-call.css?inline";
import { answerCalls } from "./incoming-call-live.ts";
import { portrait } from "./pieces.ts";
import { begun, lasts } from "./ring-time.ts";
import { duration } from "./times.ts";

/** Somebody who rings. The client's `IncomingCall` is one. */
export interface Ring {
  readonly callId: string;
  readonly callerName: string;
  readonly callType: "video" | "audio";
  readonly picture?: string | null;
  readonly reason?: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
}

/** A ring that ended without this person's doing. */
export interface Settled {
  readonly callerName: string;
  readonly why: "elsewhere" | "cancelled" | "missed" | "late";
}

export interface AcceptCall {
  readonly callId: string;
  readonly callType: "video" | "audio";
}

export interface DeclineCall {
  readonly callId: string;
  readonly reason?: string;
}

/** How long it is told that a ring is over. */
const TOLD_FOR = 12_000;
const REPLIES = ["incoming.reply.back", "incoming.reply.busy", "incoming.reply.book"] as const;

/** `<bedside-incoming-call>`: rings on any page, top right or as a sheet on a phone. */
export class IncomingCall extends ConnectedElement {
  static override styles = [...GROUND, unsafeCSS(css)];
  static override properties = {
    ...ConnectedElement.properties,
    rings: { attribute: false },
    settled: { attribute: false },
    answering: { attribute: false },
    trouble: { attribute: false },
    silent: { type: Boolean },
  };

  /** Who rings, the first one first. */
  declare rings: readonly Ring[];
  /** What became of the ring before. */
  declare settled: Settled | undefined;
  /** The call that is being answered at the moment. */
  declare answering: string | undefined;
  /** Why answering did not work, as a sentence. */
  declare trouble: string;
  /** Rings without a sound, whatever the person has chosen. */
  declare silent: boolean;
  readonly #begun = new Map<string, number>();
  #writingTo: string | undefined;
  #alarm: AbortController | undefined;
  #alarmFor = "";
  #settledAt = 0;
  #count = 0;
  #focusBefore: Element | null = null;

  constructor() {
    super();
    this.rings = [];
    this.trouble = "";
    this.silent = false;
    new EverySecond(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#hush();
  }

  protected override live(bedside: Bedside, signal: AbortSignal): void {
    answerCalls(this, bedside, signal);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("settled")) this.#settledAt = Date.now();
  }

  protected override updated(): void {
    const ringing = this.#ringing();
    const [first] = ringing;
    if (ringing.length !== this.#count) this.wish("rings-changed", (this.#count = ringing.length));
    this.#showOrHide(first !== undefined || this.#told() !== undefined);
    this.#sound(first);
  }

  protected override render(): TemplateResult {
    const [first, ...others] = this.#ringing();
    const told = this.#told();
    return html`<p class="unseen" role="alert">
        ${first ? this.say("incoming.calls", { name: first.callerName }) : nothing}
      </p>
      <dialog class="place" part="place" popover="manual" aria-label=${this.say("incoming.title")} @cancel=${stay}>
        ${first ? this.#card(first) : nothing}
        ${repeat(
          others,
          ({ callId }) => callId,
          (ring) => this.#row(ring),
        )}
        ${told ? this.#over(told) : nothing}
      </dialog>`;
  }

  #card(ring: Ring): TemplateResult {
    return html`<section class="card" part="card" tabindex="-1" aria-labelledby="name" aria-describedby="what">
      <div class="who">
        <span class="breath">${portrait({ name: ring.callerName, picture: ring.picture ?? null })}</span>
        <div>
          <h2 id="name">${ring.callerName}</h2>
          <p id="what" class="soft figures">${this.#what(ring)}</p>
        </div>
        ${this.#soundSwitch()}
      </div>
      ${ring.reason ? html`<p class="reason"><span>${ring.reason}</span></p>` : nothing}
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing}
      ${this.#writingTo === ring.callId ? this.#replies(ring) : this.#answers(ring)}
    </section>`;
  }

  #answers(ring: Ring): TemplateResult {
    const waits = this.answering !== undefined;
    const accept = (callType: AcceptCall["callType"]) => () => this.#accept(ring, callType);
    const isVideo = ring.callType === "video";
    return html`<div class="answers">
        <button class="stop" part="decline" ?disabled=${waits} @click=${() => this.#decline(ring)}>
          ${icon(phoneOff)} ${this.say("incoming.decline")}
        </button>
        ${
          isVideo
            ? html`<button ?disabled=${waits} @click=${accept("audio")}>
                ${icon(phone)} ${this.say("incoming.voice")}
              </button>`
            : nothing
        }
        <button class="go" part="accept" ?disabled=${waits} @click=${accept(ring.callType)}>
          ${icon(isVideo ? video : phone)} ${this.say(waits ? "incoming.answering" : "incoming.accept")}
        </button>
      </div>
      <button class="plain small message" ?disabled=${waits} @click=${() => this.#write(ring)}>
        ${this.say("incoming.decline-with-message")}
      </button>`;
  }

  #replies(ring: Ring): TemplateResult {
    const send = (event: SubmitEvent) => {
      event.preventDefault();
      const reason = new FormData(event.target as HTMLFormElement).get("reason");
      this.#decline(ring, String(reason ?? "").trim());
    };
    return html`<div class="replies">
      ${REPLIES.map((key) => html`<button @click=${() => this.#decline(ring, this.say(key))}>${this.say(key)}</button>`)}
      <form @submit=${send}>
        <label>
          <span class="unseen">${this.say("incoming.message")}</span>
          <input name="reason" maxlength="500" required placeholder=${this.say("incoming.message")} />
        </label>
        <button class="stop">${this.say("incoming.decline")}</button>
      </form>
      <button class="plain small message" @click=${() => this.#write(undefined)}>${this.say("common.back")}</button>
    </div>`;
  }

  /** Somebody else who rings meanwhile. */
  #row(ring: Ring): TemplateResult {
    const { callerName: name } = ring;
    const waits = this.answering !== undefined;
    return html`<section class="card row" aria-label=${name}>
      <div class="who">
        ${portrait({ name, picture: ring.picture ?? null })}
        <div>
          <h2>${name}</h2>
          <p class="soft small figures">${this.#what(ring)}</p>
        </div>
        <button
          class="stop round"
          ?disabled=${waits}
          aria-label=${this.say("incoming.decline-whom", { name })}
          title=${this.say("incoming.decline")}
          @click=${() => this.#decline(ring)}
        >
          ${icon(phoneOff)}
        </button>
        <button
          class="go round"
          ?disabled=${waits}
          aria-label=${this.say("incoming.accept-whom", { name })}
          title=${this.say("incoming.accept")}
          @click=${() => this.#accept(ring, ring.callType)}
        >
          ${icon(ring.callType === "video" ? video : phone)}
        </button>
      </div>
    </section>`;
  }

  #over({ callerName: name, why }: Settled): TemplateResult {
    return html`<section class="card row over" role="status">
      <div class="who">
        ${icon(info)}
        <div class="told">
          <p>${this.say(`incoming.settled.${why}`, { name })}</p>
          ${why === "missed" ? this.#nextTime() : nothing}
        </div>
        <button class="plain soft round" aria-label=${this.say("common.close")} @click=${this.#forget}>
          ${icon(close)}
        </button>
      </div>
    </section>`;
  }

  /** Whoever has just missed a call knows what notifications are for. */
  #nextTime(): TemplateResult | typeof nothing {
    if (notifications() !== "possible") return nothing;
    const allow = () => void allowNotifications().then(this.#forget);
    return html`<button class="small" @click=${allow}>${this.say("incoming.notify")}</button>`;
  }

  #soundSwitch(): TemplateResult | typeof nothing {
    if (this.silent) return nothing;
    const off = isSoundOff();
    const name = this.say(off ? "incoming.sound-on" : "incoming.sound-off");
    const turn = () => (turnSound(off ? "on" : "off"), this.requestUpdate());
    return html`<button class="plain soft round" aria-label=${name} title=${name} @click=${turn}>
      ${icon(off ? bellOff : bell)}
    </button>`;
  }

  #what(ring: Ring): string {
    const since = duration(Date.now() - this.#begunAt(ring), this.reader);
    return `${this.say(`incoming.${ring.callType}`)} · ${since}`;
  }

  /** Those whose time is not over: a device that is told late, or never, rings no longer than the others. */
  #ringing(): readonly Ring[] {
    return this.rings.filter((ring) => Date.now() - this.#begunAt(ring) < lasts(ring));
  }

  #begunAt(ring: Ring): number {
    const at = this.#begun.get(ring.callId) ?? begun(ring, Date.now());
    this.#begun.set(ring.callId, at);
    return at;
  }

  #told(): Settled | undefined {
    return Date.now() - this.#settledAt < TOLD_FOR ? this.settled : undefined;
  }

  readonly #forget = () => {
    this.#settledAt = 0;
    this.requestUpdate();
  };

  #accept({ callId }: Ring, callType: AcceptCall["callType"]): void {
    this.#hush();
    this.wish<AcceptCall>("accept-call", { callId, callType });
  }

  #decline({ callId }: Ring, reason?: string): void {
    this.#hush();
    this.#writingTo = undefined;
    this.wish<DeclineCall>("decline-call", { callId, ...(reason && { reason }) });
  }

  async #write(ring: Ring | undefined): Promise<void> {
    this.#writingTo = ring?.callId;
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(ring ? ".replies button" : ".message")?.focus();
  }

  /** In the top layer, over whatever the page has there. */
  #showOrHide(shown: boolean): void {
    const place = this.renderRoot.querySelector("dialog");
    if (!place || (place.open || place.matches(":popover-open")) === shown) return;
    if (!shown) {
      const isHere = place.matches(":focus-within");
      place.open ? place.close() : place.hidePopover();
      if (isHere && this.#focusBefore instanceof HTMLElement) this.#focusBefore.focus();
      return;
    }
    this.#focusBefore = focused();
    // Under a modal dialog of the page nothing can be pressed that is not modal itself.
    if (document.querySelector(":modal")) return place.showModal();
    place.showPopover();
    // Whoever does nothing at the moment gets to the buttons by one Tab; whoever types goes on, though a dialog takes
    // the focus when it is shown.
    const next = this.#focusBefore === document.body ? place.querySelector(".card") : this.#focusBefore;
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  }

  #sound(ring: Ring | undefined): void {
    const isSilent = this.silent || isSoundOff();
    const wanted = ring && this.answering === undefined ? `${ring.callId} ${isSilent}` : "";
    if (wanted === this.#alarmFor) return;
    this.#hush();
    this.#alarmFor = wanted;
    if (!ring || !wanted) return;
    this.#alarm = new AbortController();
    const words = this.say("incoming.calls", { name: ring.callerName });
    alarm({ words, callId: ring.callId, isSilent, signal: this.#alarm.signal });
  }

  #hush(): void {
    this.#alarm?.abort();
    this.#alarm = undefined;
  }
}
define("bedside-incoming-call", IncomingCall);

/** What has the focus, however deep it is. */
function focused(): Element | null {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one;
}

/** Escape answers nothing. */
function stay(event: Event): void {
  event.preventDefault();
}
