import type { Settings } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import plus from "lucide-static/icons/plus.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import { paint } from "../colours.ts";
import { api, attempt, Page, practice, retitle, tell } from "../page.ts";
import { say } from "../words.ts";
import { zones } from "./hours.ts";

const LOGO_TYPES = "image/png,image/jpeg,image/webp,image/svg+xml";
/** As a data URL; the server takes no more. */
const LOGO_CHARS = 40_000;
const COLOUR = "#0b6e69";

/** What the practice says of itself and how it works. */
export class SettingsPage extends Page<Settings> {
  protected readonly heading = "settings.title";
  #isChanged = false;

  protected fetch(signal: AbortSignal): Promise<Settings> {
    return api.settings(signal);
  }

  protected view(settings: Settings): TemplateResult {
    return html`<form class="narrow" @submit=${this.#save} @change=${this.#note} @input=${this.#note}>
      ${this.#identity(settings)} ${this.#look(settings)} ${this.#work(settings)} ${this.#places(settings)}
      <div class="save-bar">
        <button class="main" ?disabled=${!this.#isChanged}>${say("common.save")}</button>
        <p role="status">${this.#isChanged ? say("common.unsaved") : nothing}</p>
      </div>
    </form>`;
  }

  #identity(settings: Settings): TemplateResult {
    return html`<section class="card" aria-labelledby="identity">
      <h2 id="identity">${say("settings.identity")}</h2>
      <label
        ><span>${say("settings.name")}</span><input name="name" maxlength="200" value=${settings.name ?? ""}
      /></label>
      <div class="pair">
        <label
          ><span>${say("settings.phone")}</span><input name="phone" type="tel" value=${settings.phone ?? ""}
        /></label>
        <label
          ><span>${say("settings.email")}</span><input name="email" type="email" value=${settings.email ?? ""}
        /></label>
      </div>
      <label
        ><span>${say("settings.website")}</span
        ><input name="website" type="url" pattern="https://.+" placeholder="https://" value=${settings.website ?? ""}
      /></label>
      <label
        ><span>${say("settings.welcome")}</span
        ><textarea name="welcome" rows="3" maxlength="2000" .value=${settings.welcome ?? ""}></textarea
        ><small>${say("settings.welcome-hint")}</small></label
      >
    </section>`;
  }

  #look(settings: Settings): TemplateResult {
    const take = (event: Event) => void this.#takeLogo(settings, event.target as HTMLInputElement);
    return html`<section class="card" aria-labelledby="look">
      <h2 id="look">${say("settings.look")}</h2>
      <div class="actions">
        ${settings.logo ? html`<img class="logo" src=${settings.logo} alt=${say("settings.logo")} height="48" />` : nothing}
        <label class="button">
          ${say("settings.choose-logo")}<input class="unseen" type="file" accept=${LOGO_TYPES} @change=${take} />
        </label>
        ${
          settings.logo
            ? html`<button type="button" class="plain" @click=${() => this.#change({ ...settings, logo: null })}>
                ${say("settings.no-logo")}
              </button>`
            : nothing
        }
      </div>
      <label
        ><span>${say("settings.colour")}</span
        ><input name="colour" type="color" value=${settings.colour ?? COLOUR} /><small
          >${say("settings.colour-hint")}</small
        ></label
      >
    </section>`;
  }

  #work(settings: Settings): TemplateResult {
    return html`<section class="card" aria-labelledby="work">
      <h2 id="work">${say("settings.work")}</h2>
      <div class="pair">
        <label
          ><span>${say("settings.ring")}</span
          ><input
            name="ringSeconds"
            type="number"
            min="5"
            max="300"
            value=${settings.ringSeconds ?? ""}
            placeholder="30"
          /><small>${say("settings.ring-hint")}</small></label
        >
        <label
          ><span>${say("settings.zone")}</span
          ><select name="zoneinfo">
            <option value="">UTC</option>
            ${zones(settings.zoneinfo).map((zone) => html`<option ?selected=${zone === settings.zoneinfo}>${zone}</option>`)}
          </select></label
        >
      </div>
      <label class="check"
        ><input type="checkbox" name="waitingRoom" ?checked=${settings.waitingRoom ?? false} /><span
          >${say("settings.waiting-room")}</span
        ></label
      >
      <label class="check"
        ><input type="checkbox" name="closedDirectory" ?checked=${settings.closedDirectory ?? false} /><span
          >${say("settings.closed-directory")}</span
        ></label
      >
    </section>`;
  }

  #places(settings: Settings): TemplateResult {
    const places = settings.meetingPlaces ?? [];
    const put = (meetingPlaces: typeof places) => this.#change({ ...settings, meetingPlaces });
    const set = (n: number, name: "name" | "template") => (event: Event) =>
      put(places.map((one, at) => (at === n ? { ...one, [name]: (event.target as HTMLInputElement).value } : one)));
    return html`<section class="card" aria-labelledby="places">
      <h2 id="places">${say("settings.places")}</h2>
      <p class="soft small">${say("settings.places-hint", { room: "{room}" })}</p>
      <div class="places">
        ${places.map(
          (one, n) =>
            html`<div class="place">
              <label
                ><span>${say("settings.place-name")}</span
                ><input required maxlength="200" .value=${one.name} @change=${set(n, "name")}
              /></label>
              <label
                ><span>${say("settings.place-address")}</span
                ><input required pattern="https://.+" .value=${one.template} @change=${set(n, "template")}
              /></label>
              <button
                type="button"
                class="plain round soft"
                aria-label=${say("hours.remove", { what: one.name })}
                @click=${() => put(places.filter((_, at) => at !== n))}
              >
                ${icon(trash)}
              </button>
            </div>`,
        )}
      </div>
      <div>
        <button
          type="button"
          @click=${() => put([...places, { name: "Jitsi Meet", template: "https://meet.example.org/{room}" }])}
        >
          ${icon(plus)} ${say("settings.add-place")}
        </button>
      </div>
    </section>`;
  }

  async #takeLogo(settings: Settings, field: HTMLInputElement): Promise<void> {
    const [file] = field.files ?? [];
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const logo = `data:${file.type};base64,${btoa(text)}`;
    if (logo.length > LOGO_CHARS) return tell(say("settings.logo-large"));
    this.#change({ ...settings, logo });
  }

  /** What was typed and not saved yet stays when something else of the form changes. */
  #change(value: Settings): void {
    this.#isChanged = true;
    const form = this.querySelector("form");
    this.show({ state: "ready", value: form ? { ...written(form), ...pick(value) } : value });
  }

  readonly #note = () => {
    if (this.#isChanged) return;
    this.#isChanged = true;
    this.requestUpdate();
  };

  readonly #save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (this.loaded.state !== "ready") return;
    const settings = { ...written(event.target as HTMLFormElement), ...pick(this.loaded.value) };
    if (!(await attempt(() => api.putSettings(settings), "settings.saved"))) return;
    this.#isChanged = false;
    this.show({ state: "ready", value: settings });
    await attempt(async () => {
      practice.value = await api.practice(this.gone);
      paint(practice.value.colour);
      retitle();
    });
  };
}
customElements.define("settings-page", SettingsPage);

/** What is no field of the form. */
function pick({ logo, meetingPlaces }: Settings): Settings {
  return { logo: logo ?? null, meetingPlaces: meetingPlaces ?? [] };
}

function written(form: HTMLFormElement): Settings {
  const words = new FormData(form);
  const text = (name: string) => String(words.get(name) ?? "").trim() || null;
  const ring = Number(text("ringSeconds") ?? 0);
  const colour = text("colour");
  return {
    ...{ name: text("name") ?? "", phone: text("phone"), email: text("email"), website: text("website") },
    ...{ welcome: text("welcome"), zoneinfo: text("zoneinfo"), ringSeconds: ring || null },
    // The field always holds a colour; ours is none of the practice's.
    colour: colour === COLOUR ? null : colour,
    waitingRoom: words.has("waitingRoom"),
    closedDirectory: words.has("closedDirectory"),
  };
}
