import { html, type TemplateResult } from "lit";
import { CallSheet } from "./call-sheet.ts";
import { define } from "./element.ts";

/** `<bedside-call-end>`: asks whether only this person goes or the call ends for all. */
export class BedsideCallEnd extends CallSheet {
  protected get heading(): string {
    return this.say("call.end.question");
  }

  protected body(): TemplateResult {
    const choose = (wish: "leave" | "end") => () => {
      this.close();
      this.want({ wish });
    };
    return html`<p>${this.say("call.end.means")}</p>
      <div class="decision">
        <button @click=${choose("leave")}>${this.say("call.leave-open")}</button>
        <button class="stop" @click=${choose("end")}>${this.say("call.end.all")}</button>
      </div>`;
  }
}
define("bedside-call-end", BedsideCallEnd);
