import type { LocalState, RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import mic from "lucide-static/icons/mic.svg?raw";
import micOff from "lucide-static/icons/mic-off.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import videoOff from "lucide-static/icons/video-off.svg?raw";
import { CallPart } from "./call-part.ts";
import css from "./call-before.css?inline";
import { define } from "./element.ts";
import { type Icon, icon } from "./icon.ts";
import { portrait } from "./pieces.ts";
import { selfView } from "./self-view.ts";
import type { WordKey } from "./words.ts";

/** `<bedside-call-before>`: one's own picture while one comes in, and as long as one is the first in the room. */
export class BedsideCallBefore extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    room: { attribute: false },
    local: { attribute: false },
    name: { attribute: false },
  };

  declare room: RoomState | undefined;
  declare local: LocalState | undefined;
  /** One's own. */
  declare name: string;

  constructor() {
    super();
    this.name = "";
  }

  protected override render(): TemplateResult | typeof nothing {
    const { room, local } = this;
    if (!room || !local) return nothing;
    return html`<div class="words" role="status">
        <h2>${this.#title(room)}</h2>
        <p>${this.#text(room)}</p>
      </div>
      <div class="preview">
        ${local.camera.state === "on" ? selfView(local, this.say("call.self.name")) : portrait({ name: this.name })}
        ${this.#switches(local)}
      </div>
      ${room.stage.state === "inside" ? nothing : html`<button class="leave" @click=${() => this.want({ wish: "leave" })}>${this.say("call.before.leave")}</button>`}`;
  }

  #title({ stage }: RoomState): string {
    return this.say(stage.state === "inside" ? "call.before.alone" : "call.before.joining");
  }

  #text({ stage }: RoomState): string {
    return this.say(stage.state === "inside" ? "call.before.alone-text" : "call.before.joining-text");
  }

  #switches({ camera, microphone, isMuted }: LocalState): TemplateResult | typeof nothing {
    // In the room the toolbar has them.
    if (this.room?.stage.state === "inside") return nothing;
    const isHeard = microphone.state === "on" && !isMuted;
    const isSeen = camera.state === "on";
    return html`<div class="switches">
      ${this.#switch(isHeard, isHeard ? mic : micOff, isHeard ? "call.microphone.turn-off" : "call.microphone.turn-on", () => this.want({ wish: isHeard ? "mute" : "unmute" }))}
      ${this.#switch(isSeen, isSeen ? video : videoOff, isSeen ? "call.camera.turn-off" : "call.camera.turn-on", () => this.want({ wish: isSeen ? "camera-off" : "camera-on" }))}
    </div>`;
  }

  #switch(isOn: boolean, picture: Icon, key: WordKey, press: () => void): TemplateResult {
    const name = this.say(key);
    return html`<button class=${isOn ? "round" : "round off"} aria-label=${name} title=${name} @click=${press}>
      ${icon(picture)}
    </button>`;
  }
}
define("bedside-call-before", BedsideCallBefore);
