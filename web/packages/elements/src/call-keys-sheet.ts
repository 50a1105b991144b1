import { html, type TemplateResult } from "lit";
import { KEYS } from "./call-keys.ts";
import { CallSheet } from "./call-sheet.ts";
import { define } from "./element.ts";

/** `<bedside-call-keys>`: which keys there are, and whether letters count. */
export class BedsideCallKeys extends CallSheet {
  static override properties = { ...CallSheet.properties, characters: { attribute: false } };

  declare characters: "on" | "off";

  protected get heading(): string {
    return this.say("call.keys");
  }

  protected body(): TemplateResult {
    const isOn = this.characters === "on";
    return html`<dl class="keys">
        ${KEYS.map(
          ([key, command]) =>
            html`<dt>${this.say(`call.key.${command}`)}</dt>
              <dd><kbd>${key === " " ? this.say("call.key.space") : key.toUpperCase()}</kbd></dd>`,
        )}
      </dl>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${isOn}
          @change=${() => this.view({ view: "characters", characters: isOn ? "off" : "on" })}
        /><span>${this.say("call.keys.characters")}</span></label
      >`;
  }
}
define("bedside-call-keys", BedsideCallKeys);
