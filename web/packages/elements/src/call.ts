import type { DeviceList, LocalState, Reach, RefusalCode, RoomState, Situation, Stage } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import x from "lucide-static/icons/x.svg?raw";
import { fillScreen, floatPicture, stayAwake } from "./call-screen.ts";
import { Idle } from "./call-idle.ts";
import { commandOf, isTaken, type KeyCommand } from "./call-keys.ts";
import { newsBetween } from "./call-news.ts";
import { type CallNotice, noticesOf } from "./call-notices.ts";
import { CallPart } from "./call-part.ts";
import { refusalKey } from "./call-refusal.ts";
import { type NoticeAction, saying } from "./call-saying.ts";
import { sheetOf } from "./call-sheets.ts";
import { keepTaste, keptTaste, type Taste } from "./call-taste.ts";
import type { Panel, Sheet, ViewWish } from "./call-wishes.ts";
import css from "./call.css?inline";
import { define } from "./element.ts";
import { Follow, type Readable } from "./follow.ts";
import { icon } from "./icon.ts";
import type { OwnMedia } from "./media.ts";
import type { BedsideStage } from "./stage.ts";
import { isFaceToFace, type Layout } from "./stage-layout.ts";
import type { BedsideToolbar } from "./toolbar.ts";
import type { WaitingRoom } from "./waiting-room.ts";
import "./call-before.ts";
import "./call-head.ts";
import "./call-over.ts";
import "./chat.ts";
import "./people.ts";
import "./stage.ts";
import "./toolbar.ts";
import "./waiting-room.ts";

/** What the call needs of the client's `LocalMedia`. */
export interface CallMedia extends OwnMedia {
  readonly state: Readable<LocalState>;
}

/** What the call is about to show. */
interface Shown {
  readonly room: RoomState;
  readonly local: LocalState;
  readonly reach: Reach;
  readonly self: { readonly name: string; readonly role: string };
}

/** `<bedside-call>`: the whole of a call, from coming in to its end. Says what the person wishes by `call-wish`. */
export class BedsideCall extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    room: { attribute: false },
    media: { attribute: false },
    situation: { attribute: false },
    practitioner: { attribute: false },
    planned: {},
    speaker: { attribute: false },
    refused: { attribute: false },
    panel: { attribute: false },
    sheet: { attribute: false },
    layout: { attribute: false },
  };

  /** `state` of a `Room`, the `LocalMedia` it sends, and `state` of the `Bedside`. */
  declare room: Readable<RoomState> | undefined;
  declare media: CallMedia | undefined;
  declare situation: Readable<Situation> | undefined;
  /** For whom and for when one waits, for the waiting room. */
  declare practitioner: WaitingRoom["practitioner"];
  declare planned: string;
  /** The id of the loudspeaker; without it, that of the system. */
  declare speaker: string | undefined;
  /** Why the last wish was not granted; gone with the next one. */
  declare refused: RefusalCode | undefined;
  declare panel: Panel | undefined;
  declare sheet: Sheet | undefined;
  declare layout: Layout;

  readonly #room = new Follow<RoomState>(this);
  readonly #local = new Follow<LocalState>(this);
  readonly #devices = new Follow<DeviceList>(this);
  readonly #situation = new Follow<Situation>(this);
  readonly #idle = new Idle(this);
  #gone = new AbortController();
  #awake: AbortController | undefined;
  #taste: Taste = keptTaste();
  #pinned: string | undefined;
  #volumes: ReadonlyMap<string, number> = new Map();
  #before: RoomState | undefined;
  /** When the two met, and how long they have talked. */
  #since: number | undefined;
  #lasted: number | undefined;
  #seen: string | undefined;
  #told: readonly string[] = [];
  #dismissed: ReadonlySet<string> = new Set();
  #isSoundBlocked = false;
  /** The space bar is held to talk. */
  #isTalking = false;

  constructor() {
    super();
    this.layout = "speaker";
    this.planned = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const stir = () => this.#idle.stir();
    for (const event of ["pointermove", "keydown", "focusin"]) this.addEventListener(event, stir, { signal });
    this.addEventListener("view-wish", (event) => this.#see(event.detail), { signal });
    this.addEventListener("call-wish", () => (this.refused = undefined), { signal });
    this.addEventListener("sound-blocked", () => this.#blockSound(true), { signal });
    document.addEventListener("keydown", (event) => this.#press(event), { signal });
    document.addEventListener("keyup", (event) => event.key === " " && this.#stopTalking(), { signal });
    window.addEventListener("blur", () => this.#stopTalking(), { signal });
    document.addEventListener("fullscreenchange", () => this.requestUpdate(), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
    this.#awake?.abort();
    this.#awake = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#room.cell = this.room;
    this.#local.cell = this.media?.state;
    this.#devices.cell = this.media?.devices.list;
    this.#situation.cell = this.situation;
    if (changed.has("room")) this.#before = undefined;
    const room = this.#room.value;
    if (room && room !== this.#before) this.#follow(room);
  }

  protected override render(): TemplateResult | typeof nothing {
    const [room, local] = [this.#room.value, this.#local.value];
    if (!room || !local) return nothing;
    const { reach = "connecting", self } = this.#situation.value ?? {};
    const shown = { room, local, reach, self: { name: self?.name ?? "", role: self?.role ?? "patient" } };
    return html`${room.stage.state === "over" ? this.#over(shown) : this.#call(shown)}
      <div class="unseen" role="log" aria-live="polite">${this.#told.map((words) => html`<p>${words}</p>`)}</div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("panel") && this.panel) this.#enterPanel();
    else if (changed.get("panel")) this.#toolbar?.focus();
  }

  #over({ room }: Shown): TemplateResult {
    return html`<bedside-call-over .locale=${this.locale} .room=${room} .lasted=${this.#lasted}></bedside-call-over>`;
  }

  #call(shown: Shown): TemplateResult {
    const { room } = shown;
    const isInside = room.stage.state === "inside";
    const isTalking = isInside && room.others.length > 0;
    const notice = this.#notice(shown);
    // Elsewhere the controls have room of their own, and may stay.
    const isUndisturbed = !this.panel && !this.sheet && !notice && this.#unread(room) === 0;
    const mayHide = isTalking && isFaceToFace(room.others, this.layout) && isUndisturbed;
    const isQuiet = mayHide && this.#idle.isIdle;
    return html`<div class=${this.panel ? "call beside" : "call"}>
      <div class=${isInside ? "scene shaded" : "scene"} ?data-quiet=${isQuiet} @click=${this.#tap}>
        ${isTalking ? this.#stage(shown) : this.#alone(shown)} ${isInside ? this.#head(shown) : nothing}
        <div class="below">
          <div class="notices" role="status">${notice ?? nothing}</div>
          ${isInside ? this.#controls(shown) : nothing}
        </div>
        ${isInside && this.sheet ? this.#sheet(this.sheet, shown) : nothing}
      </div>
      ${this.panel && isInside ? this.#panel(this.panel, shown) : nothing}
    </div>`;
  }

  #stage({ room, local, self }: Shown): TemplateResult {
    return html`<bedside-stage
      .locale=${this.locale}
      .others=${room.others}
      .local=${local}
      .name=${self.name}
      .layout=${this.layout}
      .pinned=${this.#pinned}
      .self=${this.#taste.self}
      .corner=${this.#taste.corner}
      .volumes=${this.#volumes}
      .speaker=${this.speaker}
    ></bedside-stage>`;
  }

  #alone({ room, local, reach, self }: Shown): TemplateResult {
    const { stage } = room;
    if (stage.state === "waiting") return this.#waitingRoom(stage, reach);
    return html`<bedside-call-before
      .locale=${this.locale}
      .room=${room}
      .local=${local}
      .name=${self.name}
    ></bedside-call-before>`;
  }

  #waitingRoom({ position, message }: Stage & { readonly state: "waiting" }, reach: Reach): TemplateResult {
    return html`<div class="waiting">
      <bedside-waiting-room
        .locale=${this.locale}
        .zone=${this.zone}
        .wait=${{ state: "waiting", position }}
        .media=${this.media}
        .practitioner=${this.practitioner}
        .planned=${this.planned}
        .message=${message ?? ""}
        .isAway=${reach !== "online"}
        @leave-waiting=${() => this.want({ wish: "leave" })}
      ></bedside-waiting-room>
    </div>`;
  }

  #head({ room, reach }: Shown): TemplateResult {
    return html`<bedside-call-head
      .locale=${this.locale}
      .room=${room}
      .reach=${reach}
      .since=${this.#since}
    ></bedside-call-head>`;
  }

  #controls({ room, local, self }: Shown): TemplateResult {
    return html`<bedside-toolbar
      .locale=${this.locale}
      .room=${room}
      .local=${local}
      .role=${self.role}
      .panel=${this.panel}
      .unread=${this.#unread(room)}
    ></bedside-toolbar>`;
  }

  #panel(panel: Panel, shown: Shown): TemplateResult {
    const close = this.say("call.close");
    return html`<aside aria-labelledby="panel" @keydown=${this.#escape}>
      <header>
        <h2 id="panel" tabindex="-1">${this.say(`call.${panel}`)}</h2>
        <button class="plain soft" aria-label=${close} title=${close} @click=${() => (this.panel = undefined)}>
          ${icon(x)}
        </button>
      </header>
      ${panel === "chat" ? this.#chat(shown) : this.#people(shown)}
    </aside>`;
  }

  #chat({ room }: Shown): TemplateResult {
    return html`<bedside-chat .locale=${this.locale} .zone=${this.zone} .room=${room}></bedside-chat>`;
  }

  #people({ room, local, self }: Shown): TemplateResult {
    return html`<bedside-people
      .locale=${this.locale}
      .room=${room}
      .local=${local}
      .self=${self}
      .volumes=${this.#volumes}
      .pinned=${this.#pinned}
    ></bedside-people>`;
  }

  #sheet(sheet: Sheet, { room, local, self }: Shown): TemplateResult {
    const { locale, layout } = this;
    const own = { role: self.role, taste: this.#taste, speaker: this.speaker };
    return sheetOf(sheet, { locale, room, local, devices: this.#devices.value, layout, ...own });
  }

  /** One at a time: the next most urgent comes when this one is over or was put away. */
  #notice({ room, local, reach }: Shown): TemplateResult | undefined {
    const close = this.say("call.dismiss");
    if (this.refused) {
      const words = this.say(refusalKey(this.refused));
      return saying({ mood: "bad", words, close, dismiss: () => (this.refused = undefined) });
    }
    if (this.#isSoundBlocked) {
      const action = { word: this.say("call.sound.turn-on"), press: () => this.#playAll() };
      return saying({ mood: "warn", words: this.say("call.sound.blocked"), action, close });
    }
    const all = noticesOf(room, local, reach);
    this.#dismissed = new Set(all.map(({ key }) => key).filter((key) => this.#dismissed.has(key)));
    const isShown = ({ key, action }: CallNotice) =>
      !this.#dismissed.has(key) && !(action === "open-door" && this.panel === "people");
    const first = all.find(isShown);
    if (!first) return undefined;
    const { mood, key, values } = first;
    const dismiss = () => this.#dismiss(key);
    return saying({ mood, words: this.say(key, values), action: this.#action(first, room), close, dismiss });
  }

  #action({ action }: CallNotice, { atTheDoor }: RoomState): NoticeAction | undefined {
    const [first, ...more] = atTheDoor;
    switch (action) {
      case "unmute":
        return { word: this.say("call.microphone.turn-on"), press: () => this.want({ wish: "unmute" }) };
      case "devices":
        return { word: this.say("call.devices.choose"), press: () => (this.sheet = "devices") };
      case "try-devices":
        return { word: this.say("call.devices.again"), press: () => this.#tryDevices() };
      case "save-data":
        return { word: this.say("call.save-data"), press: () => this.want({ wish: "save-data" }) };
      case "stop-screen":
        return { word: this.say("call.screen.stop-word"), press: () => this.want({ wish: "stop-screen" }) };
      case "open-door":
        if (!first || more.length > 0)
          return { word: this.say("call.door.look"), press: () => (this.panel = "people") };
        return { word: this.say("call.door.admit"), press: () => this.want({ wish: "admit", userId: first.userId }) };
      case undefined:
        break;
    }
    return undefined;
  }

  /** What follows from news of the room for what only this page knows. */
  #follow(room: RoomState): void {
    const before = this.#before;
    this.#before = room;
    const now = Date.now();
    if (before) this.#tell(newsBetween(before, room).map(({ key, values }) => this.say(key, values)));
    if (room.stage.state === "inside" && room.ranFor !== undefined) this.#since ??= now - room.ranFor * 1_000;
    if (room.stage.state === "inside" && room.others.length > 0) this.#since ??= now;
    if (room.stage.state === "over") this.#lasted ??= this.#since && now - this.#since;
    if (this.#pinned && !room.others.some(({ userId }) => userId === this.#pinned)) this.#pinned = undefined;
    this.#keepAwake(room.stage.state === "inside" || room.stage.state === "waiting");
    if (this.panel === "chat") this.#read(room);
  }

  #tell(sentences: readonly string[]): void {
    // The last few are enough: whoever listens has heard the others.
    if (sentences.length > 0) this.#told = [...this.#told, ...sentences].slice(-5);
  }

  #keepAwake(isNeeded: boolean): void {
    if (isNeeded === (this.#awake !== undefined)) return;
    this.#awake?.abort();
    this.#awake = isNeeded ? new AbortController() : undefined;
    if (this.#awake) stayAwake(this.#awake.signal);
  }

  #unread({ chat, selfId }: RoomState): number {
    if (this.panel === "chat") return 0;
    const from = chat.findIndex(({ id }) => id === this.#seen) + 1;
    return chat.slice(from).filter(({ userId }) => userId !== selfId).length;
  }

  #read({ chat, selfId }: RoomState): void {
    const last = chat.at(-1);
    if (!last || last.id === this.#seen || document.visibilityState === "hidden") return;
    this.#seen = last.id;
    if (last.userId !== selfId) this.want({ wish: "read", upTo: last.id });
  }

  #see(wish: ViewWish): void {
    switch (wish.view) {
      case "panel":
        this.panel = wish.panel;
        break;
      case "sheet":
        this.sheet = wish.sheet;
        break;
      case "layout":
        this.layout = wish.layout;
        this.#pinned = undefined;
        break;
      case "pin":
        this.#pinned = wish.userId;
        break;
      case "self":
        this.#like({ self: wish.self });
        break;
      case "corner":
        this.#like({ corner: wish.corner });
        break;
      case "characters":
        this.#like({ characters: wish.characters });
        break;
      case "volume":
        this.#volumes = new Map([...this.#volumes, [wish.userId, wish.volume]]);
        break;
      case "speaker":
        this.speaker = wish.deviceId;
        break;
      case "full-screen":
        fillScreen(this);
        break;
      case "picture-in-picture":
        floatPicture(this.#stageElement?.focused?.video);
        break;
    }
    this.requestUpdate();
  }

  #like(taste: Partial<Taste>): void {
    this.#taste = { ...this.#taste, ...taste };
    keepTaste(this.#taste);
  }

  #press(event: KeyboardEvent): void {
    const { value: room } = this.#room;
    const at = event.composedPath()[0];
    if (room?.stage.state !== "inside" || this.sheet || event.defaultPrevented || isTaken(event.key, at)) return;
    const command = commandOf(event, this.#taste.characters);
    if (!command) return;
    event.preventDefault();
    if (!event.repeat) this.#command(command, room);
  }

  #command(command: KeyCommand, room: RoomState): void {
    const local = this.#local.value;
    if (!local) return;
    const isHeard = local.microphone.state === "on" && !local.isMuted;
    switch (command) {
      case "microphone":
        return this.want({ wish: isHeard ? "mute" : "unmute" });
      case "talk":
        return isHeard ? undefined : this.#talk();
      case "camera":
        return this.want({ wish: local.camera.state === "on" ? "camera-off" : "camera-on" });
      case "screen":
        return this.#shareOrStop(local);
      case "hand":
        return this.want({ wish: room.isHandRaised ? "lower-hand" : "raise-hand" });
      case "chat":
      case "people":
        return this.#see({ view: "panel", panel: this.panel === command ? undefined : command });
      case "devices":
      case "keys":
        return this.#see({ view: "sheet", sheet: command });
      case "toolbar":
        return this.#toolbar?.focus();
    }
  }

  #shareOrStop({ screen }: LocalState): void {
    if (!this.#room.value?.mayShareScreen) return;
    this.want({ wish: screen.state === "on" ? "stop-screen" : "share-screen" });
  }

  #talk(): void {
    this.#isTalking = true;
    this.want({ wish: "unmute" });
  }

  #stopTalking(): void {
    if (this.#isTalking) this.want({ wish: "mute" });
    this.#isTalking = false;
  }

  /** A tap on the picture brings the controls and sends them away. */
  #tap(event: PointerEvent): void {
    const isPicture = event.composedPath().some((one) => one instanceof Element && one.localName === "bedside-tile");
    const isControl = event.composedPath().some((one) => one instanceof HTMLButtonElement);
    if (event.pointerType !== "touch" || !isPicture || isControl) return;
    if (this.#idle.isIdle) this.#idle.stir();
    else this.#idle.rest();
  }

  #dismiss(key: string): void {
    this.#dismissed = new Set([...this.#dismissed, key]);
    this.requestUpdate();
  }

  #tryDevices(): void {
    const { camera, microphone } = this.#local.value ?? {};
    if (microphone?.state === "failed") this.want({ wish: "unmute" });
    if (camera?.state === "failed") this.want({ wish: "camera-on" });
  }

  #blockSound(isBlocked: boolean): void {
    this.#isSoundBlocked = isBlocked;
    this.requestUpdate();
  }

  #playAll(): void {
    this.#blockSound(false);
    for (const tile of this.#stageElement?.tiles ?? []) void tile.play();
  }

  #enterPanel(): void {
    const { value: room } = this.#room;
    if (this.panel === "chat" && room) this.#read(room);
    this.renderRoot.querySelector<HTMLElement>("bedside-chat, #panel")?.focus();
  }

  readonly #escape = ({ key }: KeyboardEvent) => key === "Escape" && this.#see({ view: "panel", panel: undefined });

  get #stageElement(): BedsideStage | null {
    return this.renderRoot.querySelector<BedsideStage>("bedside-stage");
  }

  get #toolbar(): BedsideToolbar | null {
    return this.renderRoot.querySelector<BedsideToolbar>("bedside-toolbar");
  }
}
define("bedside-call", BedsideCall);
