import type { Choice, Reach } from "@bedside/client/clinic";
import { html, nothing, type TemplateResult } from "lit";
import bellOff from "lucide-static/icons/bell-off.svg?raw";
import { api, attempt, me } from "../page.ts";
import { Part } from "../part.ts";
import { isWord, say } from "../words.ts";
import { ask } from "./ask.ts";
import { notice } from "./pieces.ts";
import "./my-address.ts";
import "./this-device.ts";

const LETTERS = ["email", "sms"] as const;
/** What a night is for whoever has not said otherwise. */
const NIGHT = { from: "22:00", to: "07:00" };
/** What nobody else is told of. */
const OF_PRACTITIONERS = ["appointment-requested"];
const OF_PATIENTS = ["reminder-day", "reminder-hour"];
const OF_CALLS = ["incoming-call", "missed-call", "message"];

/** How one is told while no page is open: where to, of what, and when not. */
export class HowTold extends Part {
  static override properties = { reach: { attribute: false } };

  declare reach: Reach;
  #isChanged = false;

  protected override render(): TemplateResult {
    const { channels } = this.reach;
    if (channels.length === 0) {
      return html`<section class="card" aria-labelledby="told">
        <h2 id="told">${say("reach.title")}</h2>
        <p class="soft">${say("reach.nothing")}</p>
      </section>`;
    }
    return html`<section class="card" aria-labelledby="told">
        <h2 id="told">${say("reach.title")}</h2>
        <p class="soft small">${say("reach.what")}</p>
        ${LETTERS.filter((one) => channels.includes(one)).map((one) => this.#address(one))}
        ${this.reach.pushKey ? html`<this-device .pushKey=${this.reach.pushKey}></this-device>` : nothing}
      </section>
      ${this.reach.stopped ? this.#stopped() : nothing} ${this.#choices()}`;
  }

  #address(channel: (typeof LETTERS)[number]): TemplateResult {
    const { email, phone, unconfirmed } = this.reach;
    return html`<my-address
      .channel=${channel}
      .address=${channel === "email" ? email : phone}
      .unconfirmed=${unconfirmed.find((one) => one.channel === channel)?.address}
    ></my-address>`;
  }

  #stopped(): TemplateResult {
    const words = html`<p>${say("reach.is-stopped")}</p>
      <button class="compact" @click=${() => this.#keep({ ...this.reach, stopped: false })}>
        ${say("reach.start")}
      </button>`;
    return notice("warn", words, bellOff);
  }

  #choices(): TemplateResult {
    const { channels, choices, quietHours, stopped } = this.reach;
    const topics = [...new Set(choices.map(({ topic }) => topic))].filter(concerns);
    return html`<form class="card" @submit=${this.#save} @change=${this.#note}>
      <h2>${say("reach.of-what")}</h2>
      <div class="topics">
        ${topics.map(
          (topic) =>
            html`<fieldset class="topic">
              <legend>${topicWords(topic)}</legend>
              ${choices.filter((one) => one.topic === topic && channels.includes(one.channel)).map((one) => this.#choice(one))}
            </fieldset>`,
        )}
      </div>
      <fieldset class="fields">
        <legend>${say("reach.quiet")}</legend>
        <label class="check"
          ><input type="checkbox" name="quiet" ?checked=${Boolean(quietHours)} /><span
            >${say("reach.quiet-what")}</span
          ></label
        >
        <div class="shift">
          <input
            type="time"
            name="from"
            aria-label=${say("reach.quiet-from")}
            value=${quietHours?.from ?? NIGHT.from}
          />
          <span aria-hidden="true">–</span>
          <input type="time" name="to" aria-label=${say("reach.quiet-to")} value=${quietHours?.to ?? NIGHT.to} />
        </div>
        <small class="soft">${say("reach.quiet-hint")}</small>
      </fieldset>
      <div class="actions">
        <button class="main" ?disabled=${!this.#isChanged}>${say("common.save")}</button>
        ${stopped ? nothing : html`<button type="button" class="plain" @click=${this.#stop}>${say("reach.stop")}</button>`}
      </div>
    </form>`;
  }

  #choice({ topic, channel, wanted }: Choice): TemplateResult {
    const name = `${topic} ${channel}`;
    return html`<label class="check ${channel}"
      ><input type="checkbox" name=${name} ?checked=${wanted} /><span>${say(`channel.${channel}`)}</span></label
    >`;
  }

  readonly #note = () => {
    this.#isChanged = true;
    this.requestUpdate();
  };

  readonly #save = async (event: SubmitEvent) => {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    const isShown = ({ topic, channel }: Choice) => concerns(topic) && this.reach.channels.includes(channel);
    const choices = this.reach.choices.map((one) =>
      isShown(one) ? { ...one, wanted: words.has(`${one.topic} ${one.channel}`) } : one,
    );
    const quietHours = words.has("quiet") ? { from: String(words.get("from")), to: String(words.get("to")) } : null;
    await this.#keep({ ...this.reach, choices, quietHours });
  };

  readonly #stop = async () => {
    const wants = await ask({ title: say("reach.stop-title"), text: say("reach.stop-text"), yes: say("reach.stop") });
    if (wants) await this.#keep({ ...this.reach, stopped: true });
  };

  async #keep({ choices, quietHours, stopped }: Reach): Promise<void> {
    if (!(await attempt(() => api.chooseReach({ choices, quietHours: quietHours ?? null, stopped }), "reach.saved")))
      return;
    this.#isChanged = false;
    this.dispatchEvent(new Event("reach-changed", { bubbles: true }));
  }
}
customElements.define("how-told", HowTold);

/** What is told. A topic that a newer server knows is shown as it is called there. */
export function topicWords(topic: string): string {
  const key = `told.${topic}`;
  return isWord(key) ? say(key) : topic;
}

/** Whether it is ever told to somebody like oneself: staff have no appointments of their own. */
function concerns(topic: string): boolean {
  switch (me().role) {
    case "patient":
      return !OF_PRACTITIONERS.includes(topic);
    case "practitioner":
      return !OF_PATIENTS.includes(topic);
    default:
      return OF_CALLS.includes(topic);
  }
}
