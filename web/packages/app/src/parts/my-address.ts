import { type Channel, codeOf } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import mail from "lucide-static/icons/mail.svg?raw";
import message from "lucide-static/icons/message-square.svg?raw";
import { api, tell } from "../page.ts";
import { Part } from "../part.ts";
import { say, sentence } from "../words.ts";

/** The address that letters go to, or the number for SMS: it becomes one's own by a code that is sent there. */
export class MyAddress extends Part {
  static override properties = {
    channel: {},
    address: { attribute: false },
    unconfirmed: { attribute: false },
  };

  declare channel: Exclude<Channel, "push">;
  /** What messages go to now. */
  declare address: string | null | undefined;
  /** What waits for its code. */
  declare unconfirmed: string | undefined;
  #isChanging = false;
  #said = "";

  protected override render(): TemplateResult {
    const { channel, address, unconfirmed } = this;
    return html`<div class="way">
        ${icon(channel === "email" ? mail : message)}
        <div>
          <h3>${say(`channel.${channel}`)}</h3>
          <p class=${address ? "" : "soft"}>${address || say(`reach.none-${channel}`)}</p>
        </div>
        ${this.#isChanging ? nothing : this.#change()}
      </div>
      ${this.#isChanging ? this.#newOne() : unconfirmed ? this.#code(unconfirmed) : nothing}
      ${this.#said ? html`<p class="notice bad" role="alert">${this.#said}</p>` : nothing}`;
  }

  #change(): TemplateResult {
    const [word, name] = this.address
      ? [say("reach.change"), say(`reach.change-${this.channel}`)]
      : [say("reach.add"), say(`reach.add-${this.channel}`)];
    return html`<button class="compact" aria-label=${name} @click=${() => this.#show(true)}>${word}</button>`;
  }

  #newOne(): TemplateResult {
    const field =
      this.channel === "email"
        ? html`<input name="address" type="email" autocomplete="email" required maxlength="200" />`
        : html`<input
            name="address"
            type="tel"
            autocomplete="tel"
            required
            maxlength="40"
            placeholder="+49 171 1234567"
          />`;
    return html`<form @submit=${this.#send}>
      <label><span>${say(`reach.new-${this.channel}`)}</span>${field}<small>${say("reach.new-hint")}</small></label>
      <div class="actions">
        <button class="main">${say("reach.send-code")}</button>
        <button type="button" @click=${() => this.#show(false)}>${say("ask.keep-none")}</button>
      </div>
    </form>`;
  }

  #code(address: string): TemplateResult {
    return html`<form @submit=${this.#confirm}>
      <label
        ><span>${say("reach.code", { address })}</span
        ><input
          class="code"
          name="code"
          inputmode="numeric"
          autocomplete="one-time-code"
          pattern="\\s*[0-9]{6}\\s*"
          maxlength="10"
          required
        /><small>${say("reach.code-hint")}</small></label
      >
      <div class="actions">
        <button class="main">${say("reach.confirm")}</button>
        <button type="button" @click=${() => this.#request(address)}>${say("reach.new-code")}</button>
      </div>
    </form>`;
  }

  readonly #send = async (event: SubmitEvent) => {
    event.preventDefault();
    await this.#request(String(new FormData(event.target as HTMLFormElement).get("address") ?? "").trim());
  };

  async #request(address: string): Promise<void> {
    await this.#attempt(async () => {
      await api.newAddress(this.channel === "email" ? { email: address } : { phone: address });
      tell(say("reach.code-sent", { address }));
    });
  }

  readonly #confirm = async (event: SubmitEvent) => {
    event.preventDefault();
    const code = String(new FormData(event.target as HTMLFormElement).get("code") ?? "").trim();
    await this.#attempt(async () => {
      await api.confirmAddress(this.channel, code);
      tell(say("reach.confirmed"));
    });
  };

  /** What was typed stays where it is if it fails. */
  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.#show(false);
      this.dispatchEvent(new Event("reach-changed", { bubbles: true }));
    } catch (failure) {
      this.#said = this.#why(failure);
      this.requestUpdate();
    }
  }

  #why(failure: unknown): string {
    const code = codeOf(failure);
    if (code === "invalid") return say(`reach.bad-${this.channel}`);
    if (code === "not-now") return say("reach.code-not-sent");
    return code === "expired" ? say("reach.code-wrong") : sentence(code);
  }

  #show(isChanging: boolean): void {
    this.#isChanging = isChanging;
    this.#said = "";
    this.requestUpdate();
    if (isChanging) void this.updateComplete.then(() => this.querySelector("input")?.focus());
  }
}
customElements.define("my-address", MyAddress);
