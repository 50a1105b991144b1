import { codeOf, type Secret, type Webhook } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, render, type TemplateResult } from "lit";
import ellipsis from "lucide-static/icons/ellipsis.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import webhook from "lucide-static/icons/webhook.svg?raw";
import { api, attempt, Page, tell } from "../page.ts";
import { ask, copyField, open } from "../parts/ask.ts";
import { empty } from "../parts/pieces.ts";
import { dayKey, instantOf, when } from "../times.ts";
import { say, sentence } from "../words.ts";
import { whyWords } from "./messages.ts";

/** The programs that are told what happens here. */
export class WebhooksPage extends Page<readonly Webhook[]> {
  protected readonly heading = "webhooks.title";

  protected fetch(signal: AbortSignal): Promise<readonly Webhook[]> {
    return api.webhooks(signal);
  }

  protected override tools(): TemplateResult {
    return html`<button class="main" @click=${this.#add}>${icon(plus)} ${say("webhooks.add")}</button>`;
  }

  protected view(webhooks: readonly Webhook[]): TemplateResult {
    return html`<p class="soft narrow">${say("webhooks.what")}</p>
      <br />
      ${
        webhooks.length === 0
          ? empty(say("webhooks.empty"), webhook)
          : html`<ul class="rows">
              ${webhooks.map((one) => this.#row(one))}
            </ul>`
      }`;
  }

  #row(one: Webhook): TemplateResult {
    const { url } = one;
    const since = say("webhooks.since", { when: when(one.createdAt, new Date()) });
    return html`<li class="row">
      <div class="what">
        <div>
          <h2>${url}</h2>
          <p class="soft small">${since}${one.why ? html`<br />${whyWords(one.why)}` : nothing}</p>
        </div>
      </div>
      <span class="status ${one.disabledAt ? "Declined" : "active"}">
        ${say(one.disabledAt ? "webhooks.is-off" : "webhooks.is-on")}
      </span>
      <div class="actions">
        ${
          one.disabledAt
            ? html`<button aria-label=${say("webhooks.enable-which", { url })} @click=${() => this.#enable(one)}>
                ${say("webhooks.enable")}
              </button>`
            : html`<button aria-label=${say("webhooks.try-which", { url })} @click=${() => tryOut(one)}>
                ${say("webhooks.try")}
              </button>`
        }
        ${this.#more(one)}
      </div>
    </li>`;
  }

  #more(one: Webhook): TemplateResult {
    return html`<details class="menu">
      <summary
        class="button plain round soft"
        aria-label=${say("webhooks.more", { url: one.url })}
        title=${say("row.more")}
      >
        ${icon(ellipsis)}
      </summary>
      <div class="sheet">
        <button @click=${() => rotate(one)}>${say("webhooks.rotate")}</button>
        ${
          one.disabledAt
            ? nothing
            : html`<button @click=${() => replay(one)}>${say("webhooks.replay")}</button>
                <button @click=${() => this.#disable(one)}>${say("webhooks.disable")}</button>`
        }
      </div>
    </details>`;
  }

  readonly #add = () => {
    const dialog = open(html``, "webhook-title");
    dialog.addEventListener("close", () => dialog.remove());
    let said = "";
    const draw = () =>
      render(
        addressForm(said, send, () => dialog.close()),
        dialog,
      );
    const send = async (event: SubmitEvent) => {
      event.preventDefault();
      try {
        const secret = await api.addWebhook(String(new FormData(event.target as HTMLFormElement).get("url")));
        dialog.close();
        showSecret(secret);
        await this.load();
      } catch (failure) {
        const code = codeOf(failure);
        said = code === "invalid" ? say("webhooks.bad-url") : sentence(code);
        draw();
      }
    };
    draw();
  };

  async #enable({ id }: Webhook): Promise<void> {
    if (await attempt(() => api.letWebhook(id, "enable"), "webhooks.enabled")) await this.load();
  }

  async #disable({ id, url }: Webhook): Promise<void> {
    const wants = await ask({
      title: say("webhooks.disable-which"),
      text: say("webhooks.disable-text", { url }),
      yes: say("webhooks.disable"),
    });
    if (wants && (await attempt(() => api.letWebhook(id, "disable"), "webhooks.disabled"))) await this.load();
  }
}
customElements.define("webhooks-page", WebhooksPage);

async function tryOut({ id }: Webhook): Promise<void> {
  await attempt(async () => {
    const { took, why } = await api.tryWebhook(id);
    tell(took ? say("webhooks.took") : say("webhooks.took-not", { why: whyWords(why ?? "") }));
  });
}

async function rotate({ id, url }: Webhook): Promise<void> {
  const wants = await ask({
    title: say("webhooks.rotate-which"),
    text: say("webhooks.rotate-text", { url }),
    yes: say("webhooks.rotate"),
    look: "main",
  });
  if (wants) await attempt(async () => showSecret(await api.rotateWebhook(id)));
}

/** Everything since a time once more. */
function replay({ id, url }: Webhook): void {
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    const from = instantOf(String(words.get("date")), String(words.get("time")));
    if (from && (await attempt(() => api.replayWebhook(id, from), "webhooks.replayed"))) dialog.close();
  };
  const inside = html`<form @submit=${send}>
    <h2 id="replay-title">${say("webhooks.replay")}</h2>
    <p class="soft">${say("webhooks.replay-text", { url })}</p>
    <div class="pair">
      <label
        ><span>${say("webhooks.replay-day")}</span><input type="date" name="date" required value=${dayKey(new Date())}
      /></label>
      <label><span>${say("webhooks.replay-time")}</span><input type="time" name="time" required value="00:00" /></label>
    </div>
    <div class="actions end">
      <button type="button" @click=${() => dialog.close()}>${say("ask.keep-none")}</button>
      <button class="main">${say("webhooks.replay-go")}</button>
    </div>
  </form>`;
  const dialog = open(inside, "replay-title");
  dialog.addEventListener("close", () => dialog.remove());
}

function addressForm(said: string, send: (event: SubmitEvent) => void, close: () => void): TemplateResult {
  return html`<form @submit=${send}>
    <h2 id="webhook-title">${say("webhooks.add")}</h2>
    <label
      ><span>${say("webhooks.url")}</span
      ><input name="url" type="url" required maxlength="2000" placeholder="https://" /><small
        >${say("webhooks.url-hint")}</small
      ></label
    >
    ${said ? html`<p class="notice bad" role="alert">${said}</p>` : nothing}
    <div class="actions end">
      <button type="button" @click=${close}>${say("ask.keep-none")}</button>
      <button class="main">${say("webhooks.add")}</button>
    </div>
  </form>`;
}

/** It is seen this once, so the dialog closes by its button alone. */
function showSecret({ secret }: Secret): void {
  const inside = html`<div>
    <h2 id="secret-title">${say("webhooks.secret")}</h2>
    <p>${say("webhooks.secret-text")}</p>
    ${copyField(say("webhooks.secret-field"), secret)}
    <div class="actions end">
      <button class="main" @click=${() => dialog.close()}>${say("webhooks.secret-kept")}</button>
    </div>
  </div>`;
  const dialog = open(inside, "secret-title");
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
}
