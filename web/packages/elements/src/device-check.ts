import { watchLoudness } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import camera from "lucide-static/icons/video.svg?raw";
import good from "lucide-static/icons/circle-check.svg?raw";
import microphone from "lucide-static/icons/mic.svg?raw";
import network from "lucide-static/icons/wifi.svg?raw";
import speaker from "lucide-static/icons/volume-2.svg?raw";
import warning from "lucide-static/icons/triangle-alert.svg?raw";
import { chime } from "./alarm.ts";
import { browserOf } from "./browser.ts";
import css from "./device-check.css?inline";
import { BedsideElement, define, GROUND } from "./element.ts";
import { Follow } from "./follow.ts";
import { guide } from "./guide.ts";
import { type Icon, icon } from "./icon.ts";
import type { Device, DeviceList, Listen, MediaState, OwnMedia, Verdict } from "./media.ts";
import { preview } from "./preview.ts";
import previewCss from "./preview.css?inline";

export interface JoinCall {
  readonly name: string;
  readonly speakerId: string | undefined;
}

/** Loudness is felt by its logarithm; speech is around 0.05. */
const LOUD = 0.2;

/** `<bedside-device-check>`: see oneself, choose devices, try them, and join, with any of them or with none. */
export class DeviceCheck extends BedsideElement {
  static override styles = [...GROUND, unsafeCSS(previewCss), unsafeCSS(css)];
  static override properties = {
    ...BedsideElement.properties,
    media: { attribute: false },
    listen: { attribute: false },
    testNetwork: { attribute: false },
    browser: { attribute: false },
    name: {},
    asksName: { type: Boolean, attribute: "asks-name" },
    consent: {},
    heading: {},
  };

  /** The camera and the microphone: the client's `LocalMedia`. */
  declare media: OwnMedia | undefined;
  declare listen: Listen;
  /** Without it the network is not spoken of. */
  declare testNetwork: ((signal: AbortSignal) => Promise<{ readonly verdict: Verdict }>) | undefined;
  declare browser: ReturnType<typeof browserOf>;
  declare name: string;
  /** Asks under which name the others will see this person. */
  declare asksName: boolean;
  /** What is to be agreed to before joining, if anything. */
  declare consent: string;
  declare heading: string;
  readonly #state = new Follow<MediaState>(this);
  readonly #devices = new Follow<DeviceList>(this);
  #level = 0;
  #heard: MediaStreamTrack | undefined;
  #hearing: AbortController | undefined;
  #network: Verdict | "untested" | "testing" = "untested";
  #gone = new AbortController();
  #speakerId: string | undefined;

  constructor() {
    super();
    this.listen = watchLoudness;
    this.browser = browserOf(navigator);
    this.name = "";
    this.asksName = false;
    this.consent = "";
    this.heading = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
    this.#hear(undefined);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("media")) {
      this.#state.cell = this.media?.state;
      this.#devices.cell = this.media?.devices.list;
    }
    const source = this.#state.value?.microphone;
    this.#hear(source?.state === "on" ? source.track : undefined);
  }

  protected override render(): TemplateResult {
    return html`<form class="check" part="form" novalidate @submit=${this.#join}>
      ${this.heading ? html`<h2>${this.heading}</h2>` : nothing}
      <div class="sight">
        ${preview(this.media, this.words)} ${this.#problem("camera")} ${this.#problem("microphone")}
      </div>
      <div class="choices">
        ${this.#cameras()} ${this.#microphones()} ${this.#speakers()} ${this.testNetwork ? this.#networkRow() : nothing}
        ${this.asksName ? this.#nameField() : nothing} ${this.consent ? this.#consentBox() : nothing}
        <button class="go wide join" part="join">${this.say("check.join")}</button>
        <p class="soft small how" role="status">${this.#how()}</p>
      </div>
    </form>`;
  }

  #cameras(): TemplateResult {
    const choose = (id: string) => void this.media?.openCamera(id);
    return this.#row("camera", camera, this.#devices.value?.cameras ?? [], choose);
  }

  #microphones(): TemplateResult {
    const choose = (id: string) => void this.media?.openMicrophone(id);
    const isOn = this.#media().microphone.state === "on";
    const meter = isOn ? this.#meter() : nothing;
    return this.#row("microphone", microphone, this.#devices.value?.microphones ?? [], choose, meter);
  }

  #speakers(): TemplateResult {
    const choose = (id: string) => (this.#speakerId = id);
    const test = html`<button
      type="button"
      class="small"
      aria-label=${this.say("check.speaker.try")}
      @click=${() => chime(this.#speakerId)}
    >
      ${this.say("check.speaker.test")}
    </button>`;
    return this.#row("speaker", speaker, this.#devices.value?.speakers ?? [], choose, test);
  }

  /** A device: which one, and how it does. Names are known only after the person has allowed one of the kind. */
  #row(
    kind: "camera" | "microphone" | "speaker",
    picture: Icon,
    devices: readonly Device[],
    choose: (id: string) => void,
    side: unknown = nothing,
  ): TemplateResult {
    const named = devices.filter(({ label }) => label !== "");
    const chosen = this.#chosen(kind);
    const label = this.say(`check.${kind}`);
    return html`<div class="row">
      ${icon(picture)}
      ${
        named.length > 1
          ? html`<select
              aria-label=${label}
              @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
            >
              ${named.map(({ id, label }) => html`<option value=${id} ?selected=${id === chosen}>${label}</option>`)}
            </select>`
          : html`<div class="one">
              <span>${label}</span><span class="soft small">${this.#status(kind, named[0])}</span>
            </div>`
      }
      ${side} ${kind === "speaker" ? nothing : this.#turnOn(kind)}
    </div>`;
  }

  #turnOn(kind: "camera" | "microphone"): TemplateResult | typeof nothing {
    if (this.#media()[kind].state !== "off") return nothing;
    const name = this.say(`check.${kind}.turn-on`);
    const open = () => void (kind === "camera" ? this.media?.openCamera() : this.media?.openMicrophone());
    return html`<button type="button" class="small" aria-label=${name} @click=${open}>
      ${this.say("check.turn-on")}
    </button>`;
  }

  #chosen(kind: "camera" | "microphone" | "speaker"): string | undefined {
    if (kind === "speaker") return this.#speakerId;
    const source = this.#media()[kind];
    return source.state === "on" ? source.deviceId : undefined;
  }

  #status(kind: "camera" | "microphone" | "speaker", device: Device | undefined): string {
    if (kind === "speaker") return device?.label ?? this.say("check.speaker.usual");
    const source = this.#media()[kind];
    if (source.state === "on") return device?.label ?? this.say("check.on");
    return this.say(
      source.state === "failed" ? "check.failed" : source.state === "opening" ? "check.opening" : "check.off",
    );
  }

  #meter(): TemplateResult {
    const level = Math.min(1, Math.sqrt(this.#level / LOUD));
    return html`<div
      class="meter"
      role="meter"
      aria-label=${this.say("check.microphone.level")}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(level * 100)}
      .style=${`--level: ${level}`}
    >
      <i></i><i></i><i></i><i></i><i></i>
    </div>`;
  }

  #networkRow(): TemplateResult {
    const result = this.#network;
    const isBusy = result === "testing";
    return html`<div class="row">
      ${icon(network)}
      <div class="one">
        <span>${this.say("check.network")}</span>
        <span class="soft small" role="status">${this.say(`check.network.${result}`)}</span>
      </div>
      ${result === "good" ? html`<span class="fine">${icon(good)}</span>` : nothing}
      ${
        result === "good"
          ? nothing
          : html`<button type="button" class="small" ?disabled=${isBusy} @click=${this.#tryNetwork}>
              ${this.say(result === "untested" || isBusy ? "check.network.test" : "common.again")}
            </button>`
      }
    </div>`;
  }

  #nameField(): TemplateResult {
    return html`<label>
      <span>${this.say("check.name")}</span>
      <input name="name" autocomplete="name" maxlength="200" required .value=${this.name} />
    </label>`;
  }

  #consentBox(): TemplateResult {
    return html`<label class="check"
      ><input type="checkbox" name="consent" required /><span>${this.consent}</span></label
    >`;
  }

  /** What is wrong with a device, and what to do about it. */
  #problem(kind: "camera" | "microphone"): TemplateResult | typeof nothing {
    const source = this.#media()[kind];
    if (source.state !== "failed") return nothing;
    const { problem } = source;
    // On plain HTTP it is the same for both, so it is said once.
    if (problem === "insecure" && kind === "microphone" && this.#media().camera.state === "failed") return nothing;
    const again = () => void (kind === "camera" ? this.media?.openCamera() : this.media?.openMicrophone());
    return html`<div class="notice warn" role="status">
      ${icon(warning)}
      <div>
        <p>${this.say(`check.${kind}.${problem}`)}</p>
        ${problem === "denied" ? guide(this.browser, kind, this.words) : nothing}
        ${
          problem === "insecure"
            ? nothing
            : html`<button type="button" class="small" @click=${again}>${this.say("common.again")}</button>`
        }
      </div>
    </div>`;
  }

  /** What joining now means. */
  #how(): string {
    const { camera: picture, microphone: sound } = this.#media();
    const [isSeen, isHeard] = [picture.state === "on", sound.state === "on"];
    if (isSeen) return this.say(isHeard ? "check.how.both" : "check.how.seen");
    return this.say(isHeard ? "check.how.heard" : "check.how.neither");
  }

  readonly #join = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    // The browser says at the field what is missing there; everything else is left as it is.
    if (!form.reportValidity()) return;
    const name = String(new FormData(form).get("name") ?? this.name).trim();
    this.wish<JoinCall>("join-call", { name, speakerId: this.#speakerId });
  };

  readonly #tryNetwork = async () => {
    this.#show("testing");
    const { signal } = this.#gone;
    const report = await this.testNetwork?.(signal).catch(() => undefined);
    if (!signal.aborted) this.#show(report?.verdict ?? "unknown");
  };

  #show(result: Verdict | "testing"): void {
    this.#network = result;
    this.requestUpdate();
  }

  #media(): MediaState {
    return this.#state.value ?? { camera: { state: "off" }, microphone: { state: "off" }, facing: "user" };
  }

  #hear(track: MediaStreamTrack | undefined): void {
    if (track === this.#heard) return;
    this.#hearing?.abort();
    this.#heard = track;
    this.#level = 0;
    if (!track) return;
    this.#hearing = new AbortController();
    this.listen(track, (level) => ((this.#level = level), this.requestUpdate()), this.#hearing.signal);
  }
}
define("bedside-device-check", DeviceCheck);
