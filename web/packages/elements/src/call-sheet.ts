import { html, type TemplateResult, unsafeCSS } from "lit";
import x from "lucide-static/icons/x.svg?raw";
import { CallPart } from "./call-part.ts";
import css from "./call-sheet.css?inline";
import { icon } from "./icon.ts";

/** What lies over the call for a moment: from below on a phone, in the middle of a desktop. Escape closes it. */
export abstract class CallSheet extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];

  protected abstract get heading(): string;
  protected abstract body(): TemplateResult;

  /** Whether it has something to show yet. */
  protected get isReady(): boolean {
    return true;
  }

  protected close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }

  protected override render(): TemplateResult {
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => this.view({ view: "sheet", sheet: undefined })}
      @click=${this.#besides}
    >
      <div class="sheet">
        <header>
          <h2 id="heading" tabindex="-1" autofocus>${this.heading}</h2>
          <button
            class="plain soft close"
            aria-label=${this.say("call.close")}
            title=${this.say("call.close")}
            @click=${() => this.close()}
          >
            ${icon(x)}
          </button>
        </header>
        ${this.isReady ? this.body() : ""}
      </div>
    </dialog>`;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  #besides(event: Event): void {
    if ((event.target as Element).localName === "dialog") this.close();
  }
}
