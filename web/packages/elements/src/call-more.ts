import type { RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import eye from "lucide-static/icons/eye.svg?raw";
import eyeOff from "lucide-static/icons/eye-off.svg?raw";
import grid from "lucide-static/icons/layout-grid.svg?raw";
import hand from "lucide-static/icons/hand.svg?raw";
import keyboard from "lucide-static/icons/keyboard.svg?raw";
import leaf from "lucide-static/icons/leaf.svg?raw";
import logOut from "lucide-static/icons/log-out.svg?raw";
import maximize from "lucide-static/icons/maximize.svg?raw";
import minimize from "lucide-static/icons/minimize.svg?raw";
import pip from "lucide-static/icons/picture-in-picture-2.svg?raw";
import settings from "lucide-static/icons/settings-2.svg?raw";
import share from "lucide-static/icons/screen-share.svg?raw";
import shield from "lucide-static/icons/shield-check.svg?raw";
import speaker from "lucide-static/icons/square-user-round.svg?raw";
import userPlus from "lucide-static/icons/user-plus.svg?raw";
import users from "lucide-static/icons/users.svg?raw";
import { CallSheet } from "./call-sheet.ts";
import { sideOf } from "./call-part.ts";
import type { CallWish, ViewWish } from "./call-wishes.ts";
import { define } from "./element.ts";
import { type Icon, icon } from "./icon.ts";
import type { Layout } from "./stage-layout.ts";
import css from "./call-more.css?inline";
import type { WordKey } from "./words.ts";

/** `<bedside-call-more>`: everything that is not needed in every call. */
export class BedsideCallMore extends CallSheet {
  static override styles = [...CallSheet.styles, unsafeCSS(css)];
  static override properties = {
    ...CallSheet.properties,
    room: { attribute: false },
    role: { attribute: false },
    layout: { attribute: false },
    self: { attribute: false },
  };

  declare room: RoomState | undefined;
  declare role: string;
  declare layout: Layout;
  declare self: "shown" | "hidden";

  protected get heading(): string {
    return this.say("call.more");
  }

  protected body(): TemplateResult {
    const { room } = this;
    if (!room) return html``;
    const side = sideOf(this.role);
    return html`<div class="list">
      <div class="narrow">${this.#forPhones(room)}</div>
      ${this.#seeing()}
      <hr />
      ${this.#view(settings, "call.devices", { view: "sheet", sheet: "devices" })}
      ${
        room.isSaving
          ? this.#want(leaf, "call.save-data.stop", { wish: "stop-saving-data" })
          : this.#want(leaf, "call.save-data", { wish: "save-data" })
      }
      ${this.#view(shield, "call.verify", { view: "sheet", sheet: "verify" })}
      ${side === "practice" ? this.#view(userPlus, "call.invite", { view: "sheet", sheet: "invite" }) : nothing}
      <div class="keyboard">${this.#view(keyboard, "call.keys", { view: "sheet", sheet: "keys" })}</div>
      ${
        side === "guest"
          ? nothing
          : html`<hr />
              ${this.#want(logOut, "call.leave-open", { wish: "leave" })}`
      }
    </div>`;
  }

  /** What a phone has no room for beside the microphone and the camera. */
  #forPhones(room: RoomState): TemplateResult {
    const { isHandRaised, atTheDoor } = room;
    const waiting = atTheDoor.length > 0 ? this.say("call.door", { count: atTheDoor.length }) : undefined;
    const canShare = room.mayShareScreen && "getDisplayMedia" in (navigator.mediaDevices ?? {});
    return html`${this.#view(users, "call.people.open", { view: "panel", panel: "people" }, waiting)}
      ${
        isHandRaised
          ? this.#want(hand, "call.hand.lower", { wish: "lower-hand" })
          : this.#want(hand, "call.hand.raise", { wish: "raise-hand" })
      }
      ${canShare ? this.#want(share, "call.screen.start", { wish: "share-screen" }) : nothing}
      <hr />`;
  }

  #seeing(): TemplateResult {
    const isHidden = this.self === "hidden";
    return html`${
      this.layout === "speaker"
        ? this.#view(grid, "call.layout.tiles", { view: "layout", layout: "tiles" })
        : this.#view(speaker, "call.layout.speaker", { view: "layout", layout: "speaker" })
    }
    ${this.#view(isHidden ? eye : eyeOff, isHidden ? "call.self.show" : "call.self.hide", { view: "self", self: isHidden ? "shown" : "hidden" })}
    ${document.pictureInPictureEnabled ? this.#view(pip, "call.picture-in-picture", { view: "picture-in-picture" }) : nothing}
    ${
      document.fullscreenEnabled
        ? this.#view(
            document.fullscreenElement ? minimize : maximize,
            document.fullscreenElement ? "call.full-screen.end" : "call.full-screen",
            {
              view: "full-screen",
            },
          )
        : nothing
    }`;
  }

  #view(picture: Icon, key: WordKey, wish: ViewWish, atEnd?: string): TemplateResult {
    // What opens another sheet puts it in the place of this one.
    const press = () => {
      if (wish.view !== "sheet") this.close();
      this.view(wish);
    };
    return this.#item(picture, key, press, atEnd);
  }

  #want(picture: Icon, key: WordKey, wish: CallWish): TemplateResult {
    return this.#item(picture, key, () => {
      this.close();
      this.want(wish);
    });
  }

  #item(picture: Icon, key: WordKey, press: () => void, atEnd?: string): TemplateResult {
    return html`<button @click=${press}>
      ${icon(picture)} ${this.say(key)} ${atEnd ? html`<span class="at-end">${atEnd}</span>` : nothing}
    </button>`;
  }
}
define("bedside-call-more", BedsideCallMore);
