import "@bedside/elements";
import type { Bedside } from "@bedside/client";
import { html, type TemplateResult } from "lit";
import { go, onTheWay, session } from "../page.ts";
import { Part } from "../part.ts";
import { homeOf, type Side } from "../route.ts";
import { say } from "../words.ts";

/** One call, over everything else of the page. */
export class CallPage extends Part {
  callId = "";
  side: Side = "patient";
  #bedside: Bedside | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = `${say("call.title")} · ${say("app.name")}`;
    session.watch((bedside) => this.#connect(bedside), this.gone);
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
