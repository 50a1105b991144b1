import type { LocalState, RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import hand from "lucide-static/icons/hand.svg?raw";
import message from "lucide-static/icons/message-square.svg?raw";
import mic from "lucide-static/icons/mic.svg?raw";
import micOff from "lucide-static/icons/mic-off.svg?raw";
import more from "lucide-static/icons/ellipsis.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import share from "lucide-static/icons/screen-share.svg?raw";
import shareOff from "lucide-static/icons/screen-share-off.svg?raw";
import users from "lucide-static/icons/users.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import videoOff from "lucide-static/icons/video-off.svg?raw";
import { CallPart, sideOf } from "./call-part.ts";
import type { Panel } from "./call-wishes.ts";
import { define } from "./element.ts";
import { type Icon, icon } from "./icon.ts";
import css from "./toolbar.css?inline";

interface Control {
  readonly id: string;
  readonly picture: Icon;
  /** Below the picture, where there is room. */
  readonly word: string;
  /** What pressing it does, told in full. */
  readonly name: string;
  readonly key?: string;
  /** `off`: something of one's own is not sent. `on`: it is open or up. */
  readonly look?: "off" | "on" | undefined;
  readonly isOpen?: boolean;
  readonly count?: number;
  press(): void;
}

/** `<bedside-toolbar>`: what one can do in the call. One stop for the tab key; arrows go along it. */
export class BedsideToolbar extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    room: { attribute: false },
    local: { attribute: false },
    role: { attribute: false },
    panel: { attribute: false },
    unread: { attribute: false },
  };

  declare room: RoomState | undefined;
  declare local: LocalState | undefined;
  /** What the person at this page is to the practice. */
  declare role: string;
  declare panel: Panel | undefined;
  /** Messages that one has not seen. */
  declare unread: number;
  #at = "microphone";

  constructor() {
    super();
    this.role = "patient";
    this.unread = 0;
  }

  override focus(): void {
    this.#button(this.#at)?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { room, local } = this;
    if (!room || !local) return nothing;
    return html`<div
      role="toolbar"
      aria-label=${this.say("call.toolbar")}
      @keydown=${this.#go}
      @focusin=${this.#arrive}
    >
      ${this.#controls(room, local).map((one) => this.#draw(one))} ${this.#draw(this.#more(room))}
      ${this.#draw(this.#end(room))}
    </div>`;
  }

  #draw({ id, picture, word, name, key, look, isOpen, count, press }: Control): TemplateResult {
    const title = key ? `${name} (${key.toUpperCase()})` : name;
    return html`<button
      data-id=${id}
      data-look=${look ?? nothing}
      tabindex=${id === this.#at ? "0" : "-1"}
      aria-label=${count ? `${name}, ${this.say("call.unread", { count })}` : name}
      aria-expanded=${isOpen === undefined ? nothing : String(isOpen)}
      aria-keyshortcuts=${key?.toUpperCase() ?? nothing}
      title=${title}
      @click=${press}
    >
      <span class="face">${icon(picture)}</span>
      <span class="word" aria-hidden="true">${word}</span>
      ${count ? html`<span class="count" data-count=${count > 9 ? "9+" : count}></span>` : nothing}
    </button>`;
  }

  #controls(room: RoomState, local: LocalState): readonly Control[] {
    const canShare = room.mayShareScreen && "getDisplayMedia" in (navigator.mediaDevices ?? {});
    return [
      this.#microphone(local),
      this.#camera(local),
      ...(canShare ? [this.#screen(local)] : []),
      this.#chat(),
      this.#people(room),
      this.#hand(room),
    ];
  }

  #microphone({ microphone, isMuted }: LocalState): Control {
    const isOn = microphone.state === "on" && !isMuted;
    return {
      id: "microphone",
      picture: isOn ? mic : micOff,
      word: this.say("call.microphone"),
      name: this.say(isOn ? "call.microphone.turn-off" : "call.microphone.turn-on"),
      key: "m",
      look: isOn ? undefined : "off",
      press: () => this.want({ wish: isOn ? "mute" : "unmute" }),
    };
  }

  #camera({ camera }: LocalState): Control {
    const isOn = camera.state === "on";
    return {
      id: "camera",
      picture: isOn ? video : videoOff,
      word: this.say("call.camera"),
      name: this.say(isOn ? "call.camera.turn-off" : "call.camera.turn-on"),
      key: "v",
      look: isOn ? undefined : "off",
      press: () => this.want({ wish: isOn ? "camera-off" : "camera-on" }),
    };
  }

  #screen({ screen }: LocalState): Control {
    const isOn = screen.state === "on";
    return {
      id: "screen",
      picture: isOn ? shareOff : share,
      word: this.say(isOn ? "call.screen.stop-short" : "call.screen.word"),
      name: this.say(isOn ? "call.screen.stop" : "call.screen.start"),
      key: "s",
      look: isOn ? "on" : undefined,
      press: () => this.want({ wish: isOn ? "stop-screen" : "share-screen" }),
    };
  }

  #chat(): Control {
    return { ...this.#panel("chat", message, "c"), count: this.unread };
  }

  #people({ atTheDoor }: RoomState): Control {
    return { ...this.#panel("people", users, "p"), count: atTheDoor.length };
  }

  #panel(panel: Panel, picture: Icon, key: string): Control {
    const isOpen = this.panel === panel;
    return {
      ...{ id: panel, picture, key, isOpen },
      word: this.say(`call.${panel}`),
      name: this.say(`call.${panel}.${isOpen ? "close" : "open"}`),
      look: isOpen ? "on" : undefined,
      press: () => this.view({ view: "panel", panel: isOpen ? undefined : panel }),
    };
  }

  #hand({ isHandRaised }: RoomState): Control {
    return {
      id: "hand",
      picture: hand,
      word: this.say("call.hand"),
      name: this.say(isHandRaised ? "call.hand.lower" : "call.hand.raise"),
      key: "r",
      look: isHandRaised ? "on" : undefined,
      press: () => this.want({ wish: isHandRaised ? "lower-hand" : "raise-hand" }),
    };
  }

  /** Holds what there is no room for, so it also counts who waits there. */
  #more({ atTheDoor }: RoomState): Control {
    return {
      id: "more",
      picture: more,
      word: this.say("call.more"),
      name: this.say("call.more.open"),
      count: atTheDoor.length,
      press: () => this.view({ view: "sheet", sheet: "more" }),
    };
  }

  #end({ others }: RoomState): Control {
    const isGuest = sideOf(this.role) === "guest";
    // With somebody else besides the two it is not clear what hanging up means.
    const isAsked = !isGuest && others.length > 1;
    const press = () =>
      isAsked ? this.view({ view: "sheet", sheet: "end" }) : this.want({ wish: isGuest ? "leave" : "end" });
    return {
      id: "end",
      picture: phoneOff,
      word: this.say(isGuest ? "call.leave.word" : "call.end.word"),
      name: this.say(isGuest ? "call.leave" : "call.end"),
      press,
    };
  }

  #go(event: KeyboardEvent): void {
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const buttons = [...this.renderRoot.querySelectorAll("button")].filter((one) => one.offsetParent);
    const at = buttons.findIndex((one) => one.dataset["id"] === this.#at);
    const to = { [forward]: at + 1, [back]: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons.at(to % buttons.length)?.focus();
  }

  /** Whichever had the focus last is where the tab key comes back to. */
  #arrive(event: FocusEvent): void {
    this.#at = (event.target as HTMLElement).dataset["id"] ?? this.#at;
    this.requestUpdate();
  }

  #button(id: string): HTMLButtonElement | null {
    return this.renderRoot.querySelector(`[data-id="${id}"]`);
  }
}
define("bedside-toolbar", BedsideToolbar);
