import { type Bedside, type CallType, LocalMedia, type NetworkReport, type Place, testNetwork } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import type { BedsideCall } from "./call.ts";
import { openMedia, takeMedia } from "./call-media.ts";
import { ConnectedElement } from "./connection.ts";
import { define, GROUND } from "./element.ts";
import css from "./join.css?inline";
import type { JoinCall } from "./device-check.ts";
import type { WaitingRoom } from "./waiting-room.ts";
import "./device-check.ts";

/** `<bedside-join>`: the way into one call, in a place of the page: first the devices, then the call. */
export class Join extends ConnectedElement {
  static override styles = [...GROUND, unsafeCSS(css)];
  static override properties = {
    ...ConnectedElement.properties,
    room: {},
    call: {},
    callType: { attribute: "call-type" },
    atOnce: { type: Boolean, attribute: "at-once" },
    consent: {},
    heading: {},
    practitioner: { attribute: false },
    planned: {},
  };

  /** The id of the room to enter, or that of a call. */
  declare room: string;
  declare call: string;
  /** With `audio`, the camera stays off until the person turns it on. */
  declare callType: CallType;
  /** Without looking at the devices first: whoever answers a ring is waited for. */
  declare atOnce: boolean;
  /** What is to be agreed to before joining, if anything. */
  declare consent: string;
  declare heading: string;
  /** Who lets one in, and when it was to begin, for the waiting room. */
  declare practitioner: WaitingRoom["practitioner"];
  declare planned: string;
  #bedside: Bedside | undefined;
  #local: LocalMedia | undefined;
  #signal: AbortSignal | undefined;
  #isIn = false;
  #speaker: string | undefined;

  constructor() {
    super();
    this.room = "";
    this.call = "";
    this.callType = "video";
    this.atOnce = false;
    this.consent = "";
    this.heading = "";
    this.planned = "";
  }

  protected override live(bedside: Bedside, signal: AbortSignal): void {
    this.#bedside = bedside;
    this.#signal = signal;
    this.#local = this.#media(signal);
    this.#isIn = false;
    // Not within the drawing that led here.
    if (this.atOnce) queueMicrotask(() => void this.#enter());
    else void openWhatIsAllowed(this.#local);
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (this.hasUpdated && (changed.has("room") || changed.has("call"))) this.again();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.#isIn) return this.#call();
    if (this.atOnce || !this.#local) return nothing;
    return html`<div class="before">
      <bedside-device-check
        exportparts="form, preview, join"
        heading=${this.heading || this.say("join.title")}
        consent=${this.consent}
        .locale=${this.locale}
        .media=${this.#local}
        .testNetwork=${this.#tryNetwork}
        @join-call=${this.#join}
      ></bedside-device-check>
    </div>`;
  }

  #call(): TemplateResult {
    return html`<bedside-call
      .locale=${this.locale}
      .zone=${this.zone}
      .practitioner=${this.practitioner}
      .planned=${this.planned}
      .speaker=${this.#speaker}
    ></bedside-call>`;
  }

  readonly #join = ({ detail }: CustomEvent<JoinCall>): void => {
    this.#speaker = detail.speakerId;
    void this.#enter();
  };

  /** Whoever has pressed Call or Accept has opened their camera with it. */
  #media(signal: AbortSignal): LocalMedia {
    if (!this.atOnce) return new LocalMedia(signal);
    const media = takeMedia(this.call) ?? openMedia(this.callType);
    signal.addEventListener("abort", media.close, { once: true });
    return media.local;
  }

  readonly #tryNetwork = (signal: AbortSignal): Promise<NetworkReport> =>
    testNetwork(this.#bedside?.iceServers ?? [], { signal });

  async #enter(): Promise<void> {
    const [bedside, local, signal] = [this.#bedside, this.#local, this.#signal];
    if (!bedside || !local || !signal) return;
    // The larger half of the script comes when somebody needs it.
    const { enterCall } = await import("./call-room.ts");
    if (signal.aborted) return;
    this.#isIn = true;
    this.requestUpdate();
    await this.updateComplete;
    const element = this.renderRoot.querySelector<BedsideCall>("bedside-call");
    if (element) enterCall(element, { bedside, place: this.#place(), local, close: () => this.#close(), signal });
  }

  #place(): Place {
    return this.room ? { roomId: this.room } : { callId: this.call };
  }

  #close(): void {
    this.wish("call-closed");
    // Whoever stays on this page may come again.
    if (this.isConnected) this.again();
  }
}
define("bedside-join", Join);

/** What was allowed before is shown without a question; nothing that would ask is opened before a click. */
async function openWhatIsAllowed(local: LocalMedia): Promise<void> {
  const isAllowed = async (name: "camera" | "microphone") => {
    // Some browsers do not know these names, and then it is not known.
    const asked = navigator.permissions?.query({ name: name as PermissionName });
    return (await asked?.catch(() => undefined))?.state === "granted";
  };
  if (await isAllowed("camera")) void local.openCamera();
  if (await isAllowed("microphone")) void local.openMicrophone();
}
