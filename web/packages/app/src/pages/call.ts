import "@bedside/elements";
import type { Bedside } from "@bedside/client";
import { html, LitElement, type TemplateResult } from "lit";
import { go, onTheWay, session } from "../page.ts";
import { homeOf, type Side } from "../route.ts";
import { say } from "../words.ts";

/** One call, over everything else of the page. */
export class CallPage extends LitElement {
  callId = "";
  side: Side = "patient";
  #bedside: Bedside | undefined;
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    document.title = `${say("call.title")} · ${say("app.name")}`;
    session.watch((bedside) => this.#connect(bedside), this.#gone.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }

  protected override render(): TemplateResult {
    return html`<h1 tabindex="-1" class="unseen">${say("call.title")}</h1>
      <bedside-join
        class="over-page"
        theme="auto"
        at-once
        .call=${this.callId}
        .bedside=${this.#bedside}
        @call-closed=${this.#leave}
      ></bedside-join>`;
  }

  /** A patient is asked how it was; everybody else goes on where they were. */
  readonly #leave = () => {
    const home = homeOf(this.side);
    go(this.side === "patient" ? home : (onTheWay().from ?? home), "replace", { after: this.callId });
  };

  #connect(bedside: Bedside | undefined): void {
    this.#bedside = bedside;
    this.requestUpdate();
  }
}
customElements.define("call-page", CallPage);
