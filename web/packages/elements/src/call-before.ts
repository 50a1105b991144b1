import type { LocalState, RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import { CallPart } from "./call-part.ts";
import css from "./call-before.css?inline";
import { define } from "./element.ts";
import { portrait } from "./pieces.ts";
import { toggles } from "./preview.ts";
import preview from "./preview.css?inline";
import { selfView } from "./self-view.ts";

/** `<bedside-call-before>`: one's own picture while one comes in, and as long as one is the first in the room. */
export class BedsideCallBefore extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(preview), unsafeCSS(css)];
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
    const turnMicrophone = () => this.want({ wish: isHeard ? "mute" : "unmute" });
    const turnCamera = () => this.want({ wish: isSeen ? "camera-off" : "camera-on" });
    return toggles({ isHeard, isSeen, turnMicrophone, turnCamera, say: this.words });
  }
}
define("bedside-call-before", BedsideCallBefore);
