import { codeOf, type Myself, type Reach, type SignedIn } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import monitor from "lucide-static/icons/monitor-smartphone.svg?raw";
import { api, attempt, me, myself, Page } from "../page.ts";
import { showLink } from "../parts/ask.ts";
import { dress, prefer, preferences, type Theme } from "../preferences.ts";
import { when } from "../times.ts";
import { language, say, sentence, speak } from "../words.ts";
import { zones } from "./hours.ts";
import "../parts/how-told.ts";

interface Account {
  readonly self: Myself;
  readonly sessions: readonly SignedIn[];
  readonly reach: Reach;
}

const THEMES: readonly Theme[] = ["auto", "light", "dark"];
/** As long as the server wants one. */
const PASSWORD_AT_LEAST = 12;

/** Oneself: what one is called, how one is told, what the pages speak and wear, and where one is signed in. */
export class AccountPage extends Page<Account> {
  protected readonly heading = "account.title";
  #said = "";

  protected async fetch(signal: AbortSignal): Promise<Account> {
    const [self, sessions, reach] = await Promise.all([api.myself(signal), api.mySessions(signal), api.reach(signal)]);
    if (!self) throw new Error("an account is shown to its person");
    return { self, sessions, reach };
  }

  protected view({ self, sessions, reach }: Account): TemplateResult {
    return html`<div class="stack narrow">
      ${this.#profile(self, reach)}
      <how-told class="stack" .reach=${reach} @reach-changed=${() => this.#again()}></how-told>
      ${hasAppointments(self) ? this.#calendar() : nothing} ${this.#look()} ${this.#password(self)}
      ${this.#sessions(sessions)}
    </div>`;
  }

  #profile({ person }: Myself, { channels }: Reach): TemplateResult {
    const practises = person.role !== "patient";
    return html`<form class="card" @submit=${this.#describe}>
      <h2>${say("account.profile")}</h2>
      ${
        practises
          ? html`<div class="pair">
              <label
                ><span>${say("account.person-title")}</span
                ><input name="title" maxlength="200" value=${person.title ?? ""}
              /></label>
              <label
                ><span>${say("account.name")}</span><input name="name" required maxlength="200" value=${person.name}
              /></label>
            </div>`
          : html`<p>
              <strong>${person.name}</strong><br /><span class="soft small">${say("account.name-by-practice")}</span>
            </p>`
      }
      ${
        person.role === "practitioner"
          ? html`<label
              ><span>${say("account.specialization")}</span
              ><input name="specialization" maxlength="200" value=${person.specialization ?? ""}
            /></label>`
          : nothing
      }
      <div class="pair">
        ${
          // Where SMS are sent, a number is confirmed first.
          channels.includes("sms")
            ? nothing
            : html`<label
                ><span>${say("account.phone")}</span
                ><input name="phone" type="tel" autocomplete="tel" value=${person.phone ?? ""}
              /></label>`
        }
        <label
          ><span>${say("account.zone")}</span
          ><select name="zoneinfo">
            <option value="">${say("account.zone-of-device")}</option>
            ${zones(person.zoneinfo).map((zone) => html`<option ?selected=${zone === person.zoneinfo}>${zone}</option>`)}
          </select></label
        >
      </div>
      <div class="actions"><button class="main">${say("common.save")}</button></div>
    </form>`;
  }

  #calendar(): TemplateResult {
    return html`<section class="card" aria-labelledby="calendar">
      <h2 id="calendar">${say("account.calendar")}</h2>
      <p class="soft small">${say("account.calendar-what")}</p>
      <div><button @click=${this.#newCalendar}>${say("account.calendar-new")}</button></div>
    </section>`;
  }

  #look(): TemplateResult {
    return html`<section class="card" aria-labelledby="look">
      <h2 id="look">${say("account.look")}</h2>
      <fieldset>
        <legend>${say("account.language")}</legend>
        <div class="chips">
          ${(["en", "de"] as const).map(
            (tag) =>
              html`<label
                ><input
                  type="radio"
                  name="language"
                  .checked=${language() === tag}
                  @change=${() => this.#speak(tag)}
                /><span lang=${tag}>${tag === "en" ? "English" : "Deutsch"}</span></label
              >`,
          )}
        </div>
      </fieldset>
      <fieldset>
        <legend>${say("account.theme")}</legend>
        <div class="chips">
          ${THEMES.map(
            (theme) =>
              html`<label
                ><input
                  type="radio"
                  name="theme"
                  .checked=${preferences().theme === theme}
                  @change=${() => this.#dress(theme)}
                /><span>${say(`theme.${theme}`)}</span></label
              >`,
          )}
        </div>
      </fieldset>
    </section>`;
  }

  #password({ hasPassword, signInEmail, person }: Myself): TemplateResult {
    const address = signInEmail ?? person.email ?? "";
    return html`<form class="card" @submit=${this.#choosePassword}>
      <h2>${say("account.password")}</h2>
      <p class="soft small">${say(hasPassword ? "account.password-change" : "account.password-none")}</p>
      <label
        ><span>${say("sign-in.email")}</span
        ><input name="email" type="email" autocomplete="username" required ?readonly=${address !== ""} value=${address}
      /></label>
      ${
        hasPassword
          ? html`<label
              ><span>${say("account.password-now")}</span
              ><input name="current" type="password" autocomplete="current-password" required
            /></label>`
          : nothing
      }
      <label
        ><span>${say("account.password-new")}</span
        ><input
          name="password"
          type="password"
          autocomplete="new-password"
          required
          minlength=${PASSWORD_AT_LEAST}
        /><small>${say("account.password-hint", { count: PASSWORD_AT_LEAST })}</small></label
      >
      ${this.#said ? html`<p class="notice bad" role="alert">${this.#said}</p>` : nothing}
      <div class="actions"><button>${say("account.password-save")}</button></div>
    </form>`;
  }

  #sessions(sessions: readonly SignedIn[]): TemplateResult {
    return html`<section aria-labelledby="sessions">
      <div class="part-head">
        <h2 id="sessions">${say("account.sessions")}</h2>
        ${
          sessions.length > 1
            ? html`<button class="compact" @click=${this.#endOthers}>${say("account.end-others")}</button>`
            : nothing
        }
      </div>
      <ul class="rows">
        ${sessions.map((one) => this.#session(one))}
      </ul>
    </section>`;
  }

  #session(one: SignedIn): TemplateResult {
    const end = async () => {
      if (await attempt(() => api.endSession(one.id), "account.ended")) await this.load();
    };
    return html`<li class="row">
      <div class="what">
        ${icon(monitor)}
        <div>
          <h3>${deviceOf(one.agent)}</h3>
          <p class="soft small">${say("account.since", { when: when(one.begunAt, new Date()) })}</p>
        </div>
      </div>
      <div class="actions">
        ${one.current ? html`<span class="status active">${say("account.here")}</span>` : html`<button @click=${end}>${say("account.end")}</button>`}
      </div>
    </li>`;
  }

  readonly #describe = async (event: SubmitEvent) => {
    event.preventDefault();
    const words = Object.fromEntries(new FormData(event.target as HTMLFormElement)) as Record<string, string>;
    if (await attempt(() => api.describe(words), "account.saved")) await this.#again();
  };

  readonly #choosePassword = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const {
      email = "",
      current = "",
      password = "",
    } = Object.fromEntries(new FormData(form)) as Record<string, string>;
    const known = this.loaded.state === "ready" && (this.loaded.value.self.signInEmail ?? me().email);
    try {
      await api.choosePassword({ password, ...(current && { current }), ...(!known && { email }) });
      this.#said = "";
      form.reset();
      await attempt(() => this.#again(), "account.password-saved");
    } catch (failure) {
      const code = codeOf(failure);
      this.#said = say(code === "forbidden" ? "account.password-wrong" : "account.password-bad");
      if (code !== "forbidden" && code !== "invalid") this.#said = sentence(code);
      this.requestUpdate();
    }
  };

  readonly #newCalendar = () =>
    attempt(async () => {
      showLink(say("account.calendar-title"), say("account.calendar-text"), await api.newCalendar(), false);
    });

  readonly #endOthers = async () => {
    if (await attempt(() => api.endOtherSessions(), "account.ended")) await this.load();
  };

  async #speak(tag: "en" | "de"): Promise<void> {
    if (!(await attempt(() => api.describe({ locale: tag })))) return;
    speak(tag);
    await this.#again();
    // Every word on the page is another one now.
    location.reload();
  }

  async #dress(theme: Theme): Promise<void> {
    prefer({ theme });
    dress(theme);
    await attempt(() => api.keep(preferences()));
  }

  async #again(): Promise<void> {
    const self = await api.myself(this.gone);
    if (self) myself.value = self;
    await this.load();
  }
}
customElements.define("account-page", AccountPage);

/** Staff keep those of others. */
function hasAppointments({ person }: Myself): boolean {
  return person.role === "patient" || person.role === "practitioner";
}

/** "Firefox · Linux", as far as the browser has said. */
export function deviceOf(agent: string | null | undefined): string {
  const first = (names: readonly (readonly [string, RegExp])[]) =>
    names.find(([, sign]) => sign.test(agent ?? ""))?.[0];
  const browser = first([
    ["Edge", /Edg\//],
    ["Firefox", /Firefox\//],
    ["Chrome", /Chrome\//],
    ["Safari", /Safari\//],
  ]);
  const system = first([
    ["iPhone", /iPhone/],
    ["iPad", /iPad/],
    ["Android", /Android/],
    ["Windows", /Windows/],
    ["macOS", /Mac OS X/],
    ["Linux", /Linux/],
  ]);
  return [browser, system].filter(Boolean).join(" · ") || say("account.some-device");
}
