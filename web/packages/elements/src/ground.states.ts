import { html } from "lit";
import type { States } from "../gallery/state.ts";
import bell from "lucide-static/icons/bell.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import { BedsideElement, define } from "./element.ts";
import { icon } from "./icon.ts";
import { notice, portrait } from "./pieces.ts";

/** Buttons, fields and the like, beside each other. Of the gallery alone. */
class Ground extends BedsideElement {
  protected override render() {
    return html`<div class="panel" style="max-width: 640px; margin: 24px auto; display: grid; gap: 16px">
      <h2>Buttons, fields and portraits</h2>
      <div class="actions">
        <button>Usual</button><button class="main">Main</button><button class="go">${icon(phone)} Accept</button
        ><button class="stop">Decline</button><button class="plain">Plain</button
        ><button class="round" aria-label="Bell">${icon(bell)}</button><button disabled>Disabled</button>
      </div>
      <label><span>Name</span><input value="Ada Patient" /></label>
      <label
        ><span>Camera</span
        ><select>
          <option>Integrated camera</option>
        </select></label
      >
      <label class="check"><input type="checkbox" checked /><span>I agree</span></label>
      ${(["info", "good", "warn", "bad"] as const).map((mood) => notice(mood, bell, `This is ${mood}.`))}
      <div class="actions">${portrait({ name: "Dr. Jane Smith" })}${portrait({ name: "Ada" })}</div>
    </div>`;
  }
}
define("bedside-ground", Ground);

export const states: States = { "bedside-ground": { controls: () => html`<bedside-ground></bedside-ground>` } };
