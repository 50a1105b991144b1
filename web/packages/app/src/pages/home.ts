import { codeOf } from "@bedside/client/clinic";
import { html, nothing, type TemplateResult } from "lit";
import { api, go, myself, practice, titled } from "../page.ts";
import { Part } from "../part.ts";
import { reachPractice } from "../parts/pieces.ts";
import { homeOf } from "../route.ts";
import { say, sentence } from "../words.ts";

/** The door: whose practice this is, and the way in for whoever has an account. Others come by a link. */
export class HomePage extends Part {
  #said = "";
  #linkSentTo = "";
  #busy = false;

  override connectedCallback(): void {
    super.connectedCallback();
    practice.watch(() => this.requestUpdate(), this.gone);
    titled(say("sign-in.title"));
    myself.watch((known) => {
      // At any other address the door was only in the way. Not within the drawing that led here.
      if (known && location.pathname === "/") queueMicrotask(() => go(homeOf(known.person.role), "replace"));
    }, this.gone);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (myself.value) return nothing;
    const { name, logo, welcome } = practice.value ?? {};
    return html`<div class="welcome">
      <div class="practice">
        ${logo ? html`<img src=${logo} alt="" />` : nothing}
        <h1 tabindex="-1">${name ? say("home.welcome-to", { name }) : say("home.welcome")}</h1>
        ${welcome ? html`<p class="soft">${welcome}</p>` : nothing}
      </div>
      <form class="card" @submit=${this.#signIn}>
        <h2>${say("sign-in.title")}</h2>
        ${location.pathname === "/" ? nothing : html`<p class="soft small">${say("home.to-go-on")}</p>`}
        <label
          ><span>${say("sign-in.email")}</span><input name="email" type="email" autocomplete="username" required
        /></label>
        <label
          ><span>${say("sign-in.password")}</span
          ><input name="password" type="password" autocomplete="current-password" required
        /></label>
        ${this.#said ? html`<p class="notice bad" role="alert">${this.#said}</p>` : nothing}
        ${this.#linkSentTo ? html`<p class="notice" role="status">${this.#sent()}</p>` : nothing}
        <button class="main wide" ?disabled=${this.#busy}>${say("sign-in.submit")}</button>
        <button class="plain wide" type="button" ?disabled=${this.#busy} @click=${this.#askForLink}>
          ${say("sign-in.send-link")}
        </button>
      </form>
      <div class="soft small">
        <p>${say("home.by-link")}</p>
        <p>${say("home.no-link")}</p>
        ${reachPractice()}
      </div>
    </div>`;
  }

  async #signIn(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    this.#show("", true);
    try {
      await api.signInByPassword(String(words.get("email")), String(words.get("password")));
      this.dispatchEvent(new CustomEvent("signed-in", { bubbles: true }));
    } catch (failure) {
      const code = codeOf(failure);
      this.#show(code === "unauthorized" || code === "invalid" ? say("sign-in.wrong") : sentence(code), false);
    }
  }

  #sent(): string {
    return say("sign-in.link-sent", { email: this.#linkSentTo });
  }

  /** For whoever has no password, or has forgotten it. */
  async #askForLink(): Promise<void> {
    const field = this.querySelector<HTMLInputElement>("input[name=email]");
    if (!field?.reportValidity()) return;
    this.#linkSentTo = "";
    this.#show("", true);
    try {
      await api.askForLink(field.value);
      this.#linkSentTo = field.value;
      this.#show("", false);
    } catch (failure) {
      const code = codeOf(failure);
      this.#show(code === "not-now" ? say("sign-in.no-links") : sentence(code), false);
    }
  }

  #show(said: string, busy: boolean): void {
    this.#said = said;
    this.#busy = busy;
    this.requestUpdate();
  }
}
customElements.define("home-page", HomePage);
