import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import bell from "lucide-static/icons/bell-ring.svg?raw";
import { attempt } from "../page.ts";
import { Part } from "../part.ts";
import { say } from "../words.ts";
import { sleepHere, wakeHere, waking, type Waking } from "../wake.ts";

/** Whether this browser shows what there is to tell, also while no page is open. */
export class ThisDevice extends Part {
  static override properties = { pushKey: { attribute: false } };

  /** By which the push service knows the practice. */
  declare pushKey: string;
  #waking: Waking | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#settle(waking);
  }

  protected override render(): TemplateResult | typeof nothing {
    const now = this.#waking;
    if (!now) return nothing;
    return html`<div class="way">
      ${icon(bell)}
      <div>
        <h3>${say("reach.here")}</h3>
        <p class="soft" role="status">${say(`reach.here-${now}`)}</p>
      </div>
      ${now === "off" ? html`<button class="compact" @click=${this.#wake}>${say("reach.here-turn-on")}</button>` : nothing}
      ${now === "on" ? html`<button class="compact" @click=${this.#sleep}>${say("reach.here-turn-off")}</button>` : nothing}
    </div>`;
  }

  readonly #wake = () => this.#settle(() => wakeHere(this.pushKey));
  readonly #sleep = () => this.#settle(sleepHere);

  async #settle(act: () => Promise<Waking>): Promise<void> {
    await attempt(async () => {
      this.#waking = await act();
    });
    this.requestUpdate();
  }
}
customElements.define("this-device", ThisDevice);
