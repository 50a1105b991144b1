import type { Device, DeviceList, LocalState, Source } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import alert from "lucide-static/icons/circle-alert.svg?raw";
import { CallSheet } from "./call-sheet.ts";
import { define } from "./element.ts";
import { notice } from "./pieces.ts";
import type { WordKey } from "./words.ts";

/** `<bedside-call-devices>`: which camera, microphone and loudspeaker, changed while one talks. */
export class BedsideCallDevices extends CallSheet {
  static override properties = {
    ...CallSheet.properties,
    local: { attribute: false },
    devices: { attribute: false },
    speaker: { attribute: false },
  };

  declare local: LocalState | undefined;
  declare devices: DeviceList | undefined;
  declare speaker: string | undefined;

  protected get heading(): string {
    return this.say("call.devices");
  }

  protected body(): TemplateResult {
    const { local, devices } = this;
    if (!local || !devices) return html``;
    const { camera, microphone } = local;
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      ${this.#choice("call.camera", devices.cameras, camera, (deviceId) => this.want({ wish: "use-camera", deviceId }))}
      ${this.#choice("call.microphone", devices.microphones, microphone, (deviceId) => this.want({ wish: "use-microphone", deviceId }))}
      ${
        devices.speakers.length > 0
          ? this.#choice("call.speaker", devices.speakers, this.speaker, (deviceId) =>
              this.view({ view: "speaker", deviceId }),
            )
          : nothing
      }
    </form>`;
  }

  /** A browser shows the first option until it is told which one is used. */
  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    for (const list of this.renderRoot.querySelectorAll("select")) list.value = list.dataset["used"] ?? "";
  }

  #choice(
    key: WordKey,
    list: readonly Device[],
    source: Source | string | undefined,
    use: (id: string) => void,
  ): TemplateResult {
    const problem = typeof source === "object" && source.state === "failed" ? source.problem : undefined;
    return html`<div class="decision">
      <label
        ><span>${this.say(key)}</span
        ><select
          data-used=${usedOf(source, list)}
          ?disabled=${list.length === 0}
          @change=${(event: Event) => use((event.target as HTMLSelectElement).value)}
        >
          ${list.length === 0 ? html`<option>${this.say("call.devices.none")}</option>` : nothing}
          ${list.map(({ id, label }, at) => html`<option value=${id}>${label || `${this.say(key)} ${at + 1}`}</option>`)}
        </select></label
      >
      ${problem ? notice("warn", alert, this.say(`call.devices.${problem}`)) : nothing}
    </div>`;
  }
}
define("bedside-call-devices", BedsideCallDevices);

function usedOf(source: Source | string | undefined, list: readonly Device[]): string {
  const used = typeof source === "object" ? ("deviceId" in source ? source.deviceId : undefined) : source;
  return used ?? list[0]?.id ?? "";
}
