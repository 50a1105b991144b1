import { codeOf, type RefusalCode, type SignIn } from "@bedside/client/clinic";
import { html, type TemplateResult } from "lit";
import { api, explainLink, go, Page, practice } from "../page.ts";
import { portrait, reachPractice } from "../parts/pieces.ts";
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
    const { name: clinic, welcome } = practice.value ?? {};
    return html`<div class="welcome">
      <div class="card">
        <div class="actions">
          ${portrait({ name })}
          <p class="large">${say("sign-in.who", { name })}</p>
        </div>
        ${welcome ? html`<blockquote>${welcome}${clinic ? html`<br /><strong>${clinic}</strong>` : ""}</blockquote>` : ""}
        <button class="main wide" ?disabled=${this.#busy} @click=${() => this.#continue(role)}>
          ${say("sign-in.go", { name })}
        </button>
        <p class="soft small">${say("sign-in.not-you")}</p>
        ${reachPractice()}
      </div>
    </div>`;
  }

  async #continue(role: string): Promise<void> {
    this.#busy = true;
    this.requestUpdate();
    try {
      await api.useSignIn(this.token);
      this.dispatchEvent(new CustomEvent("signed-in", { bubbles: true }));
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
