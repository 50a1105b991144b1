import { codeOf, type RefusalCode, type SignIn } from "@bedside/client";
import { html, type TemplateResult } from "lit";
import { api, explainLink, go, Page } from "../page.ts";
import { homeOf } from "../route.ts";
import { say } from "../words.ts";

/** Shows whom the link signs in, and does it only when asked: mail scanners open links, they do not press buttons. */
export class SignInPage extends Page<SignIn> {
  token = "";
  protected readonly heading = "sign-in.title";
  #busy = false;

  protected fetch(signal: AbortSignal): Promise<SignIn> {
    return api.signIn(this.token, signal);
  }

  protected override explain(code: RefusalCode): string {
    return explainLink(code);
  }

  protected view({ name, role }: SignIn): TemplateResult {
    return html`<div class="card">
      <p>${say("sign-in.who", { name })}</p>
      <button class="wide" ?disabled=${this.#busy} @click=${() => this.#continue(role)}>
        ${say("sign-in.go", { name })}
      </button>
      <p class="soft">${say("sign-in.not-you")}</p>
    </div>`;
  }

  async #continue(role: string): Promise<void> {
    this.#busy = true;
    this.requestUpdate();
    try {
      await api.useSignIn(this.token);
      // The token must not stay in the address bar or in the history.
      go(homeOf(role), "replace");
    } catch (failure) {
      this.show({ state: "failed", code: codeOf(failure) });
    } finally {
      this.#busy = false;
    }
  }
}
customElements.define("sign-in-page", SignInPage);
