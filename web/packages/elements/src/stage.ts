import type { LocalState, Participant } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { CallPart } from "./call-part.ts";
import { define } from "./element.ts";
import { Follow } from "./follow.ts";
import type { Corner } from "./stage-corner.ts";
import { allAlike, besideFocus, isFaceToFace, type Layout, type Place, type Size } from "./stage-layout.ts";
import { Ears } from "./stage-speaking.ts";
import "./stage-self.ts";
import "./stage-tile.ts";
import type { BedsideTile } from "./stage-tile.ts";
import css from "./stage.css?inline";

const NOTHING: Size = { width: 0, height: 0 };
/** What surrounds tiles. */
const EDGE = 12;
const LOW = 420;

/** `<bedside-stage>`: everybody's picture, where it belongs. */
export class BedsideStage extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = {
    ...CallPart.properties,
    others: { attribute: false },
    local: { attribute: false },
    name: { attribute: false },
    layout: {},
    pinned: { attribute: false },
    self: {},
    corner: {},
    volumes: { attribute: false },
    speaker: { attribute: false },
  };

  declare others: readonly Participant[];
  declare local: LocalState | undefined;
  /** One's own. */
  declare name: string;
  declare layout: Layout;
  declare pinned: string | undefined;
  declare self: "shown" | "hidden";
  declare corner: Corner;
  declare volumes: ReadonlyMap<string, number>;
  declare speaker: string | undefined;
  readonly #ears = new Ears();
  readonly #speaking = new Follow(this, this.#ears.speaking);
  readonly #watch = new ResizeObserver(([entry]) => this.#resized(entry?.contentRect ?? NOTHING));
  #area: Size = NOTHING;

  constructor() {
    super();
    this.others = [];
    this.name = "";
    this.layout = "speaker";
    this.self = "shown";
    this.corner = "top-end";
    this.volumes = new Map();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
    this.#ears.listenTo([]);
  }

  /** The tile of whom one looks at. */
  get focused(): BedsideTile | null {
    const { userId } = this.others[this.#focus()] ?? {};
    return this.renderRoot.querySelector<BedsideTile>(`[data-user="${CSS.escape(userId ?? "")}"]`);
  }

  get tiles(): readonly BedsideTile[] {
    return [...this.renderRoot.querySelectorAll<BedsideTile>("bedside-tile")];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("others")) this.#ears.listenTo(this.others.length > 1 ? this.others : []);
  }

  protected override render(): TemplateResult {
    const isSelfATile = this.self === "shown" && !isFaceToFace(this.others, this.layout);
    const places = this.#places(isSelfATile);
    return html`${repeat(
      this.others,
      ({ userId }) => userId,
      (one, at) => this.#tile(one, places[at]),
    )}
    ${isSelfATile ? this.#selfTile(places.at(-1)) : this.#selfView()}`;
  }

  #tile(who: Participant, place: Place | undefined): TemplateResult {
    return html`<bedside-tile
      data-user=${who.userId}
      data-self=${this.corner}
      .locale=${this.locale}
      .who=${who}
      .size=${place}
      .style=${css4(place)}
      .volume=${this.volumes.get(who.userId) ?? 1}
      .speaker=${this.speaker}
      .pinned=${this.pinned === who.userId}
      .alone=${isFaceToFace(this.others, this.layout)}
      .speaking=${this.#speaking.value?.now.has(who.userId) ?? false}
    ></bedside-tile>`;
  }

  #selfTile(place: Place | undefined): TemplateResult {
    return html`<bedside-self-view
      .locale=${this.locale}
      .local=${this.local}
      .name=${this.name}
      .style=${css4(place)}
    ></bedside-self-view>`;
  }

  #selfView(): TemplateResult | typeof nothing {
    if (this.self === "hidden") return nothing;
    return html`<bedside-self-view
      floating
      .locale=${this.locale}
      .local=${this.local}
      .name=${this.name}
      .corner=${this.corner}
      .flippable=${matchMedia("(pointer: coarse)").matches}
    ></bedside-self-view>`;
  }

  /** Where each of the others stands, and oneself last if one is among them. A picture of one alone has all the room. */
  #places(isSelfATile: boolean): readonly Place[] {
    const count = this.others.length + (isSelfATile ? 1 : 0);
    const { top, bottom } = this.#insets();
    if (isFaceToFace(this.others, this.layout)) {
      // Where the stage is low, the controls would lie on the face.
      const isLow = this.#area.height < LOW;
      return besideFocus({ ...this.#area, height: this.#area.height - (isLow ? bottom : 0) }, 1, 0);
    }
    const area = {
      width: Math.max(0, this.#area.width - 2 * EDGE),
      height: Math.max(0, this.#area.height - top - bottom),
    };
    const inside = this.#isInTiles() ? allAlike(area, count) : besideFocus(area, count, this.#focus());
    return inside.map((place) => ({ ...place, x: place.x + EDGE, y: place.y + top }));
  }

  #isInTiles(): boolean {
    return this.layout === "tiles" && this.pinned === undefined && !this.others.some(({ screen }) => screen);
  }

  /** Whom one looks at: who is pinned, who shares a screen, who spoke last, or else the first. */
  #focus(): number {
    const of = (userId: string | undefined) => this.others.findIndex((one) => one.userId === userId);
    const wanted = [of(this.pinned), this.others.findIndex(({ screen }) => screen), of(this.#speaking.value?.last), 0];
    return wanted.find((at) => at >= 0) ?? 0;
  }

  /** The room that the head and the controls of the page take; what is read or compared does not lie below them. */
  #insets(): { readonly top: number; readonly bottom: number } {
    const style = getComputedStyle(this);
    const of = (name: string) => Number.parseFloat(style.getPropertyValue(name)) || 0;
    return { top: of("--top-inset"), bottom: of("--bottom-inset") };
  }

  #resized({ width, height }: Size): void {
    this.#area = { width, height };
    this.requestUpdate();
  }
}
define("bedside-stage", BedsideStage);

function css4(place: Place | undefined): string {
  if (!place) return "";
  return `left:${place.x}px;top:${place.y}px;width:${place.width}px;height:${place.height}px`;
}
