import type { Guest, LocalState, Participant, RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import { repeat } from "lit/directives/repeat.js";
import chevron from "lucide-static/icons/chevron-down.svg?raw";
import hand from "lucide-static/icons/hand.svg?raw";
import mic from "lucide-static/icons/mic.svg?raw";
import micOff from "lucide-static/icons/mic-off.svg?raw";
import userPlus from "lucide-static/icons/user-plus.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import videoOff from "lucide-static/icons/video-off.svg?raw";
import { isLost } from "./call-news.ts";
import { CallPart, sideOf } from "./call-part.ts";
import { copyButton } from "./call-copy.ts";
import { define } from "./element.ts";
import { type Icon, icon } from "./icon.ts";
import { portrait } from "./pieces.ts";
import css from "./people.css?inline";
import type { AtTheDoor, WordsAtTheDoor } from "./waiting-list.ts";
import "./waiting-list.ts";
import type { WordKey } from "./words.ts";

/** `<bedside-people>`: who waits, who is here, who was asked in. */
export class BedsidePeople extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    room: { attribute: false },
    local: { attribute: false },
    self: { attribute: false },
    volumes: { attribute: false },
    pinned: { attribute: false },
  };

  declare room: RoomState | undefined;
  declare local: LocalState | undefined;
  declare self: { readonly name: string; readonly role: string } | undefined;
  declare volumes: ReadonlyMap<string, number>;
  declare pinned: string | undefined;
  #copied: string | undefined;

  constructor() {
    super();
    this.volumes = new Map();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { room } = this;
    if (!room) return nothing;
    return html`${room.atTheDoor.length > 0 ? this.#door(room) : nothing}
      <section aria-labelledby="here">
        <h3 id="here">${this.say("call.people.here", { count: room.others.length + 1 })}</h3>
        <ul>
          ${this.#oneself()}
          ${repeat(
            room.others,
            ({ userId }) => userId,
            (one) => this.#other(one),
          )}
        </ul>
      </section>
      ${room.invited.length > 0 ? this.#invited(room) : nothing} ${this.#isPractice ? this.#keeping(room) : nothing}`;
  }

  get #isPractice(): boolean {
    return sideOf(this.self?.role ?? "patient") === "practice";
  }

  #door(room: RoomState): TemplateResult {
    const people = room.atTheDoor.map((one) => ({ ...one, roomId: room.roomId ?? "" }));
    const write = ({ detail: { userId, words: text } }: CustomEvent<WordsAtTheDoor>) =>
      this.want({ wish: "tell-waiting", userId, text });
    const turnAway = ({ detail: { userId, words } }: CustomEvent<WordsAtTheDoor>) =>
      this.want({ wish: "deny", userId, ...(words && { reason: words }) });
    return html`<section>
      <bedside-waiting-list
        .locale=${this.locale}
        can-write
        .people=${people}
        @admit=${({ detail }: CustomEvent<AtTheDoor>) => this.want({ wish: "admit", userId: detail.userId })}
        @admit-all=${() => this.want({ wish: "admit-all" })}
        @write-to=${write}
        @turn-away=${turnAway}
      ></bedside-waiting-list>
    </section>`;
  }

  #oneself(): TemplateResult | typeof nothing {
    const { self, local, room } = this;
    if (!self || !local || !room) return nothing;
    const isHeard = local.microphone.state === "on" && !local.isMuted;
    return html`<li>
      <div class="row">
        ${portrait(self)}
        <div class="about">
          <p class="name">${this.say("call.people.you", { name: self.name })}</p>
          <p class="soft small">${this.#role(self.role)}</p>
        </div>
        ${this.#shows({ audio: isHeard, video: local.camera.state === "on", handRaised: room.isHandRaised })}
      </div>
    </li>`;
  }

  #other(one: Participant): TemplateResult {
    const { name, role } = one;
    return html`<li>
      <details>
        <summary class="row">
          ${portrait({ name })}
          <div class="about">
            <p class="name">${name}</p>
            <p class="soft small">${isLost(one) ? this.say("call.people.lost") : this.#role(role)}</p>
          </div>
          ${this.#shows(one)} ${icon(chevron)}
        </summary>
        ${this.#choices(one)}
      </details>
    </li>`;
  }

  #choices({ userId, name, role }: Participant): TemplateResult {
    const volume = this.volumes.get(userId) ?? 1;
    const change = (event: Event) =>
      this.view({ view: "volume", userId, volume: Number((event.target as HTMLInputElement).value) });
    const isPinned = this.pinned === userId;
    return html`<div class="choices">
      <label class="volume"
        ><span>${this.say("call.people.volume", { name })}</span
        ><input type="range" min="0" max="1" step="0.05" .value=${String(volume)} @input=${change}
      /></label>
      <div class="actions">
        <button @click=${() => this.view({ view: "pin", userId: isPinned ? undefined : userId })}>
          ${this.say(isPinned ? "call.pin.off-word" : "call.pin.on-word")}
        </button>
        ${this.#isPractice && sideOf(role) !== "practice" ? this.#out(userId) : nothing}
      </div>
    </div>`;
  }

  #out(userId: string): TemplateResult {
    return html`<button @click=${() => this.want({ wish: "send-back", userId })}>
        ${this.say("call.people.send-back")}
      </button>
      <button class="plain danger" @click=${() => this.want({ wish: "remove", userId })}>
        ${this.say("call.people.remove")}
      </button>`;
  }

  #shows(one: { readonly audio: boolean; readonly video: boolean; readonly handRaised: boolean }): TemplateResult {
    const mark = (picture: Icon, key: WordKey) =>
      html`<span title=${this.say(key)}>${icon(picture)}<span class="unseen">${this.say(key)}</span></span>`;
    return html`<span class="shows">
      ${one.handRaised ? html`<span class="hand">${mark(hand, "call.hand.is-raised")}</span>` : nothing}
      ${one.audio ? mark(mic, "call.people.heard") : mark(micOff, "call.people.muted")}
      ${one.video ? mark(video, "call.people.seen") : mark(videoOff, "call.people.unseen")}
    </span>`;
  }

  #invited({ invited, others, atTheDoor }: RoomState): TemplateResult | typeof nothing {
    const come = new Set([...others, ...atTheDoor].map(({ userId }) => userId));
    const expected = invited.filter(({ userId }) => !come.has(userId));
    if (expected.length === 0) return nothing;
    return html`<section aria-labelledby="invited">
      <h3 id="invited">${this.say("call.people.invited")}</h3>
      <ul>
        ${expected.map((one) => this.#expected(one))}
      </ul>
    </section>`;
  }

  #expected({ userId, name, role, link }: Guest): TemplateResult {
    const copied = () => {
      this.#copied = userId;
      this.requestUpdate();
    };
    return html`<li>
      <div class="row">
        ${portrait({ name })}
        <div class="about">
          <p class="name">${name}</p>
          <p class="soft small">${this.#role(role)}</p>
        </div>
      </div>
      ${link ? html`<div class="link">${copyButton(link, this.#copied === userId, copied, (key) => this.say(key))}</div>` : nothing}
    </li>`;
  }

  #keeping({ isLocked }: RoomState): TemplateResult {
    return html`<section class="keeping">
      <button class="wide" @click=${() => this.view({ view: "sheet", sheet: "invite" })}>
        ${icon(userPlus)} ${this.say("call.invite")}
      </button>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${isLocked}
          @change=${() => this.want({ wish: isLocked ? "unlock" : "lock" })}
        /><span
          >${this.say("call.room.lock")}<br /><span class="soft small">${this.say("call.room.lock-means")}</span></span
        ></label
      >
    </section>`;
  }

  #role(role: string): string {
    const known = [
      "patient",
      "practitioner",
      "staff",
      "admin",
      "interpreter",
      "relative",
      "student",
      "colleague",
    ] as const;
    const one = known.find((it) => it === role);
    return this.say(one ? `call.role.${one}` : "call.role.other");
  }
}
define("bedside-people", BedsidePeople);
