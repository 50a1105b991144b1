import type { CallRecord } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import cross from "lucide-static/icons/x.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import star from "lucide-static/icons/star.svg?raw";
import { api, attempt, me } from "../page.ts";
import { callee } from "../callee.ts";
import { Part } from "../part.ts";
import { stopwatch } from "../times.ts";
import { callsOf } from "../route.ts";
import { say, type WordKey } from "../words.ts";
import { otherOf } from "./call-row.ts";

const PROBLEMS = ["sound", "picture", "connection", "other"] as const;
/** So many stars or fewer ask what went wrong. */
const UNHAPPY = 3;

export function afterCall(callId: string): TemplateResult {
  return html`<after-call .callId=${callId}></after-call>`;
}

/** How it was: asked once, answered in one press, and gone when nobody wants it. */
export class AfterCall extends Part {
  static override properties = { callId: { attribute: false } };

  declare callId: string;
  #call: CallRecord | undefined;
  #stars = 0;
  #isDone = false;
  #isGone = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const call = this.#call;
    // Whoever never spoke has nothing to say of the sound.
    if (!call || this.#isGone || call.status !== "ended" || !call.startedAt) return nothing;
    const { name } = otherOf(call, me().id);
    return html`<section class="card narrow" aria-labelledby="after">
      <div class="part-head">
        <h2 id="after">${say(this.#isDone ? "after.thanks" : "after.title", { name })}</h2>
        <button class="plain round soft" aria-label=${say("app.dismiss")} @click=${this.#leave}>${icon(cross)}</button>
      </div>
      <p class="soft small figures">${say("after.lasted", { time: stopwatch(call.durationSeconds ?? 0) })}</p>
      ${this.#isDone ? nothing : this.#form()}
      <div class="actions">
        <button class="compact" @click=${() => this.#callBack(call)}>${icon(phone)} ${say("after.call-back")}</button>
        <a class="button plain compact" href=${callsOf(me().role)}>${say("after.record")}</a>
      </div>
    </section>`;
  }

  #form(): TemplateResult {
    return html`<form @submit=${this.#send}>
      <fieldset class="stars">
        <legend class="unseen">${say("after.stars")}</legend>
        ${[1, 2, 3, 4, 5].map((n) => this.#star(n))}
      </fieldset>
      ${this.#stars > 0 && this.#stars <= UNHAPPY ? whatWentWrong() : nothing}
      ${
        this.#stars > 0
          ? html`<label
                ><span>${say("after.comment")}</span><textarea name="comment" rows="2" maxlength="1000"></textarea>
              </label>
              <div class="actions"><button class="main">${say("after.send")}</button></div>`
          : nothing
      }
    </form>`;
  }

  #star(n: number): TemplateResult {
    const choose = () => {
      this.#stars = n;
      this.requestUpdate();
    };
    return html`<label class=${n <= this.#stars ? "lit" : ""}>
      <input type="radio" name="stars" value=${n} .checked=${n === this.#stars} @change=${choose} />
      ${icon(star)}<span class="unseen">${say("after.star", { count: n })}</span>
    </label>`;
  }

  readonly #send = async (event: SubmitEvent) => {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    const [problems, comment] = [words.getAll("problem").map(String), String(words.get("comment") ?? "").trim()];
    const opinion = { stars: this.#stars, problems, ...(comment && { comment }) };
    this.#isDone = await attempt(() => api.rate(this.callId, opinion));
    this.requestUpdate();
  };

  #callBack(call: CallRecord): void {
    callee.value = { ...otherOf(call, me().id), callType: call.callType, canBook: me().role === "patient" };
  }

  readonly #leave = () => {
    this.#isGone = true;
    history.replaceState({}, "", location.href);
    this.requestUpdate();
  };

  async #load(): Promise<void> {
    // A card that nobody asked for stays away if it cannot be filled.
    this.#call = await api.call(this.callId, this.gone).catch(() => undefined);
    this.requestUpdate();
  }
}
customElements.define("after-call", AfterCall);

function whatWentWrong(): TemplateResult {
  return html`<fieldset>
    <legend>${say("after.problems")}</legend>
    <div class="chips">
      ${PROBLEMS.map(
        (one) =>
          html`<label
            ><input type="checkbox" name="problem" value=${one} /><span
              >${say(`problem.${one}` as WordKey)}</span
            ></label
          >`,
      )}
    </div>
  </fieldset>`;
}
