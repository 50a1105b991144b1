import type { Participant } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import hand from "lucide-static/icons/hand.svg?raw";
import micOff from "lucide-static/icons/mic-off.svg?raw";
import pin from "lucide-static/icons/pin.svg?raw";
import pinOff from "lucide-static/icons/pin-off.svg?raw";
import monitor from "lucide-static/icons/monitor-up.svg?raw";
import { isLost } from "./call-news.ts";
import { CallPart } from "./call-part.ts";
import { playing } from "./stage-playing.ts";
import { define } from "./element.ts";
import { icon } from "./icon.ts";
import { portrait } from "./pieces.ts";
import { barsMark } from "./stage-bars.ts";
import { pictureIn, type Size } from "./stage-layout.ts";
import css from "./stage-tile.css?inline";

/** A picture that comes is shown in less. */
const BEGIN_AGAIN = 1_000;

/** `<bedside-tile>`: one of the others, seen and heard. */
export class BedsideTile extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    who: { attribute: false },
    size: { attribute: false },
    volume: { attribute: false },
    speaker: { attribute: false },
    pinned: { type: Boolean, reflect: true },
    alone: { type: Boolean, reflect: true },
    speaking: { type: Boolean, reflect: true },
  };

  declare who: Participant | undefined;
  declare size: Size | undefined;
  /** From 0 to 1. */
  declare volume: number;
  /** The id of the loudspeaker; the usual one without it. */
  declare speaker: string | undefined;
  declare pinned: boolean;
  /** Nobody else is here, so the page's head names them and there is nothing to pin. */
  declare alone: boolean;
  declare speaking: boolean;
  /** How wide the picture is for its height; unknown until it comes. */
  #ratio: number | undefined;
  #look: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.volume = 1;
    this.pinned = false;
    this.alone = false;
    this.speaking = false;
  }

  /** For picture-in-picture. */
  get video(): HTMLVideoElement | null {
    return this.renderRoot.querySelector("video");
  }

  /** Tries again to play what the browser would not without a click. */
  async play(): Promise<void> {
    await this.video?.play().catch((refused: unknown) => {
      const isBlocked = refused instanceof DOMException && refused.name === "NotAllowedError";
      if (isBlocked) this.wish("sound-blocked");
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { who } = this;
    if (!who) return nothing;
    const isSeen = showsPicture(who) && this.#ratio !== undefined;
    return html`<div class="picture">
        <video
          class="remote"
          ?data-dark=${!isSeen}
          autoplay
          playsinline
          aria-label=${this.say(who.screen ? "call.tile.screen-of" : "call.tile.picture-of", { name: who.name })}
          .srcObject=${playing(who.media?.stream ?? null)}
          @loadedmetadata=${this.#measured}
          @resize=${this.#measured}
        ></video>
      </div>
      ${isSeen ? nothing : this.#face(who)} ${isLost(who) ? this.#veil(who) : nothing} ${this.#label(who)}
      ${this.alone ? nothing : this.#pin(who)}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { video } = this;
    if (!video || !this.who) return;
    video.volume = this.volume;
    this.#fit(video, this.who);
    this.#beginAgain();
    if (changed.has("speaker") && this.speaker !== undefined) void this.#sound(video, this.speaker);
    const before = changed.get("who") as Participant | undefined;
    if (changed.has("who") && before?.media?.stream !== this.who.media?.stream && this.who.media) void this.play();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#look);
    this.#look = undefined;
  }

  /** Chromium sometimes never begins to play what it was given before there was a picture in it. */
  #beginAgain(): void {
    if (this.#look !== undefined || this.#ratio !== undefined || !this.who || !showsPicture(this.who)) return;
    this.#look = setTimeout(() => {
      this.#look = undefined;
      const { video } = this;
      const stream = this.who?.media?.stream;
      const comes = stream?.getVideoTracks().some(({ muted }) => !muted);
      if (video && stream && comes && video.readyState === 0) video.srcObject = stream;
      this.#beginAgain();
    }, BEGIN_AGAIN);
  }

  #face(who: Participant): TemplateResult {
    const words = this.#words(who);
    return html`<div class="face">
      ${portrait({ name: who.name })}
      <p class="name">${who.name}</p>
      ${words ? html`<p class="why">${words}</p>` : nothing}
    </div>`;
  }

  /** Why there is no picture. */
  #words(who: Participant): string {
    if (isLost(who)) return "";
    if (who.media?.connection !== "connected") return this.say("call.tile.connecting");
    if (who.media.isSoundOnly) return this.say("call.tile.sound-only");
    return this.say(who.video ? "call.tile.no-picture-yet" : "call.tile.camera-off");
  }

  #veil(who: Participant): TemplateResult {
    return html`<div class="veil">
      <p>${this.say("call.tile.lost", { name: who.name })}</p>
    </div>`;
  }

  #label(who: Participant): TemplateResult | typeof nothing {
    const bars = who.media?.quality?.bars ?? 3;
    const isMute = !who.audio;
    if (this.alone && !isMute && !who.handRaised) return nothing;
    return html`<div class="label">
      ${who.handRaised ? html`<span class="hand">${icon(hand)}<span class=${this.alone ? "" : "unseen"}>${this.say("call.hand.of", { name: who.name })}</span></span>` : nothing}
      ${isMute ? html`${icon(micOff)}<span class=${this.alone ? "" : "unseen"}>${this.say("call.tile.muted", { name: who.name })}</span>` : nothing}
      ${this.alone ? nothing : html`<span class="who">${who.name}</span>`}
      ${who.screen && !this.alone ? icon(monitor) : nothing}
      ${!this.alone && bars < 2 ? barsMark(bars, this.say(`call.bars.${bars}`)) : nothing}
    </div>`;
  }

  #pin(who: Participant): TemplateResult {
    const name = this.say(this.pinned ? "call.pin.off" : "call.pin.on", { name: who.name });
    const pinned = this.pinned ? undefined : who.userId;
    return html`<button
      class="pin round"
      aria-label=${name}
      title=${name}
      @click=${() => this.view({ view: "pin", userId: pinned })}
    >
      ${icon(this.pinned ? pinOff : pin)}
    </button>`;
  }

  #measured(event: Event): void {
    const { videoWidth, videoHeight } = event.target as HTMLVideoElement;
    this.#ratio = videoWidth > 0 && videoHeight > 0 ? videoWidth / videoHeight : undefined;
    this.requestUpdate();
  }

  /** A screen is shown whole, for it is to be read. */
  #fit(video: HTMLVideoElement, { screen }: Participant): void {
    if (!this.size || this.#ratio === undefined) return;
    const shown = screen ? this.size : pictureIn(this.size, this.#ratio);
    video.style.width = `${shown.width}px`;
    video.style.height = `${shown.height}px`;
    video.style.objectFit = screen ? "contain" : "cover";
    // A picture that fills its tile has the tile's own corners.
    this.toggleAttribute(
      "filled",
      !screen && shown.width >= this.size.width - 1 && shown.height >= this.size.height - 1,
    );
  }

  async #sound(video: HTMLVideoElement, speaker: string): Promise<void> {
    // Not every browser lets one choose; then there was nothing to choose from.
    await (video as { setSinkId?: (id: string) => Promise<void> }).setSinkId?.(speaker).catch(() => undefined);
  }
}
define("bedside-tile", BedsideTile);

/** The last picture stays while the connection is looked for. */
function showsPicture({ video, screen, media }: Participant): boolean {
  if (!media || media.connection === "connecting" || media.connection === "closed") return false;
  return (video || screen) && !media.isSoundOnly;
}
