import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import bell from "lucide-static/icons/bell.svg?raw";
import practice from "lucide-static/icons/hospital.svg?raw";
import message from "lucide-static/icons/message-square.svg?raw";
import away from "lucide-static/icons/wifi-off.svg?raw";
import { allowNotifications, chime, isSoundOff, notifications, notify } from "./alarm.ts";
import { BedsideElement, define, GROUND } from "./element.ts";
import { Follow } from "./follow.ts";
import { icon } from "./icon.ts";
import type { DeviceList, MediaState, OwnMedia } from "./media.ts";
import { type Face, portrait } from "./pieces.ts";
import { preview } from "./preview.ts";
import previewCss from "./preview.css?inline";
import { clockOfDay } from "./times.ts";
import css from "./waiting-room.css?inline";

/** How it stands for somebody who waits. */
export type Wait =
  | { readonly state: "waiting"; readonly position: number | undefined }
  | { readonly state: "admitted" }
  | { readonly state: "denied"; readonly reason: string | undefined };

/** `<bedside-waiting-room>`: for whoever waits: for whom, when, who is before them, and how they look. */
export class WaitingRoom extends BedsideElement {
  static override styles = [...GROUND, unsafeCSS(previewCss), unsafeCSS(css)];
  static override properties = {
    ...BedsideElement.properties,
    wait: { attribute: false },
    practitioner: { attribute: false },
    planned: {},
    message: {},
    media: { attribute: false },
    isAway: { type: Boolean, attribute: "is-away" },
  };

  declare wait: Wait;
  /** Who lets one in; without it, "the practice". */
  declare practitioner: (Face & { readonly about?: string }) | undefined;
  /** When it was to begin, as an ISO instant. */
  declare planned: string;
  /** A word from the practice. */
  declare message: string;
  declare media: OwnMedia | undefined;
  /** While the connection to the server is broken. */
  declare isAway: boolean;
  readonly #state = new Follow<MediaState>(this);
  readonly #devices = new Follow<DeviceList>(this);
  #gone = new AbortController();

  constructor() {
    super();
    this.wait = { state: "waiting", position: undefined };
    this.planned = "";
    this.message = "";
    this.isAway = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("media")) {
      this.#state.cell = this.media?.state;
      this.#devices.cell = this.media?.devices.list;
    }
    const before = changed.get("wait");
    if (before?.state === "waiting" && this.wait.state === "admitted") this.#call();
  }

  protected override render(): TemplateResult {
    return html`<section class="room" part="room">
      <div class="about">
        ${
          this.practitioner
            ? portrait(this.practitioner)
            : html`<span class="portrait" aria-hidden="true">${icon(practice)}</span>`
        }
        <h2>${this.#title()}</h2>
        ${this.#when()}
        <p class="where" role="status">${this.#where()}</p>
        ${this.isAway ? this.#awayNotice() : nothing} ${this.message ? this.#word() : nothing}
      </div>
      ${this.wait.state === "denied" ? nothing : html`<div class="self">${preview(this.media, this.words)}</div>`}
      <div class="foot">${this.#foot()}</div>
    </section>`;
  }

  #title(): string {
    const { state } = this.wait;
    if (state !== "waiting") return this.say(`waiting.${state}`);
    return this.say("waiting.comes", { name: this.practitioner?.name ?? this.say("waiting.practice") });
  }

  #when(): TemplateResult | typeof nothing {
    const planned = this.planned ? clockOfDay(Date.parse(this.planned), Date.now(), this.reader) : undefined;
    const parts = [this.practitioner?.about, planned && this.say("waiting.planned", { time: planned })];
    const words = parts.filter(Boolean).join(" · ");
    return words && this.wait.state === "waiting" ? html`<p class="soft figures">${words}</p>` : nothing;
  }

  #where(): string {
    switch (this.wait.state) {
      case "waiting": {
        const { position } = this.wait;
        if (position === undefined) return "";
        return position <= 1 ? this.say("waiting.next") : this.say("waiting.before", { count: position - 1 });
      }
      case "admitted":
        return this.say("waiting.admitted.soon");
      case "denied":
        return this.wait.reason ?? this.say("waiting.denied.now");
    }
  }

  #awayNotice(): TemplateResult {
    return html`<div class="notice warn" role="status">
      ${icon(away)}
      <p>${this.say("waiting.away")}</p>
    </div>`;
  }

  #word(): TemplateResult {
    return html`<div class="notice" role="status">
      ${icon(message)}
      <div>
        <h3 class="small">${this.say("waiting.message")}</h3>
        <p>${this.message}</p>
      </div>
    </div>`;
  }

  #foot(): TemplateResult | typeof nothing {
    switch (this.wait.state) {
      case "waiting":
        return html`<p class="soft small">
            ${this.say(notifications() === "allowed" ? "waiting.notified" : "waiting.stay")}
          </p>
          <div class="actions">
            ${
              notifications() === "possible"
                ? html`<button @click=${this.#allow}>${icon(bell)} ${this.say("waiting.notify")}</button>`
                : nothing
            }
            <button class="plain soft" @click=${() => this.wish("leave-waiting")}>${this.say("waiting.leave")}</button>
          </div>`;
      case "denied":
        return html`<div class="actions">
          <button @click=${() => this.wish("leave-waiting")}>${this.say("waiting.leave")}</button>
          <button class="main" @click=${() => this.wish("ask-again")}>${this.say("waiting.ask-again")}</button>
        </div>`;
      case "admitted":
        return nothing;
    }
  }

  /** It is their turn: whoever reads something else meanwhile is to notice. */
  #call(): void {
    if (!isSoundOff()) chime();
    notify(this.say("waiting.admitted"), "bedside-waiting", this.#gone.signal);
  }

  readonly #allow = async () => {
    await allowNotifications();
    this.requestUpdate();
  };
}
define("bedside-waiting-room", WaitingRoom);
