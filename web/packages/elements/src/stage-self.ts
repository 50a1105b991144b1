import type { LocalState } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import eyeOff from "lucide-static/icons/eye-off.svg?raw";
import flip from "lucide-static/icons/switch-camera.svg?raw";
import micOff from "lucide-static/icons/mic-off.svg?raw";
import { CallPart } from "./call-part.ts";
import { define } from "./element.ts";
import { icon } from "./icon.ts";
import { portrait } from "./pieces.ts";
import { selfView } from "./self-view.ts";
import { type Corner, cornerAfter, cornerNear, keptInside, type Point } from "./stage-corner.ts";
import css from "./stage-self.css?inline";

/** `<bedside-self-view>`: one's own picture, mirrored and small. It goes to the corner to which one drags or sends it. */
export class BedsideSelfView extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    local: { attribute: false },
    name: { attribute: false },
    corner: { reflect: true },
    floating: { type: Boolean, reflect: true },
    flippable: { type: Boolean },
  };

  declare local: LocalState | undefined;
  declare name: string;
  declare corner: Corner;
  /** Over the others' pictures; otherwise it is a tile among them. */
  declare floating: boolean;
  /** A phone, with a camera on each side. */
  declare flippable: boolean;
  /** Where it was taken hold of, while it is dragged. */
  #held: Point | undefined;

  constructor() {
    super();
    this.name = "";
    this.corner = "top-end";
    this.floating = false;
    this.flippable = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { local } = this;
    if (!local) return nothing;
    const words = this.say(this.floating ? "call.self.movable" : "call.self.name");
    return html`<div
        class="view"
        role=${this.floating ? "group" : "img"}
        tabindex=${this.floating ? "0" : nothing}
        aria-label=${words}
        aria-describedby=${this.floating ? "how" : nothing}
        @pointerdown=${this.#hold}
        @pointermove=${this.#drag}
        @pointerup=${this.#drop}
        @pointercancel=${this.#drop}
        @keydown=${this.#send}
      >
        ${local.camera.state === "on" ? selfView(local) : portrait({ name: this.name })}
      </div>
      ${this.floating ? html`<span id="how" class="unseen">${this.say("call.self.how")}</span>` : nothing}
      <div class="label">
        ${local.isMuted || local.microphone.state !== "on" ? icon(micOff) : nothing}
        ${this.floating ? nothing : this.say("call.self.you")}
      </div>
      ${this.floating ? this.#buttons() : nothing}`;
  }

  #buttons(): TemplateResult {
    const hide = this.say("call.self.hide");
    const turn = this.say("call.camera.flip");
    return html`<div class="buttons">
      ${
        this.flippable && this.local?.camera.state === "on"
          ? html`<button
              class="round"
              aria-label=${turn}
              title=${turn}
              @click=${() => this.want({ wish: "flip-camera" })}
            >
              <span class="chip">${icon(flip)}</span>
            </button>`
          : nothing
      }
      <button
        class="round hide"
        aria-label=${hide}
        title=${hide}
        @click=${() => this.view({ view: "self", self: "hidden" })}
      >
        <span class="chip">${icon(eyeOff)}</span>
      </button>
    </div>`;
  }

  #hold(event: PointerEvent): void {
    if (!this.floating || event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const box = this.getBoundingClientRect();
    this.#held = { x: event.clientX - box.x, y: event.clientY - box.y };
  }

  #drag(event: PointerEvent): void {
    if (!this.#held) return;
    const { area, stage } = this.#around();
    const wanted = { x: event.clientX - stage.x - this.#held.x, y: event.clientY - stage.y - this.#held.y };
    const { x, y } = keptInside(wanted, this.getBoundingClientRect(), area);
    this.toggleAttribute("dragged", true);
    this.style.left = `${x}px`;
    this.style.top = `${y}px`;
  }

  #drop(): void {
    if (!this.#held) return;
    this.#held = undefined;
    if (!this.hasAttribute("dragged")) return;
    const { area, stage, direction } = this.#around();
    const box = this.getBoundingClientRect();
    const middle = { x: box.x + box.width / 2 - stage.x, y: box.y + box.height / 2 - stage.y };
    this.toggleAttribute("dragged", false);
    this.style.left = "";
    this.style.top = "";
    this.view({ view: "corner", corner: cornerNear(middle, area, direction) });
  }

  #send(event: KeyboardEvent): void {
    if (!this.floating) return;
    const corner = cornerAfter(this.corner, event.key, this.#around().direction);
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    if (corner !== this.corner) this.view({ view: "corner", corner });
  }

  #around() {
    const stage = (this.offsetParent ?? document.documentElement).getBoundingClientRect();
    const direction: "ltr" | "rtl" = getComputedStyle(this).direction === "rtl" ? "rtl" : "ltr";
    return { stage, area: { width: stage.width, height: stage.height }, direction };
  }
}
define("bedside-self-view", BedsideSelfView);
