import { codeOf, type List, type Member, type MemberWords, type Role } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, render, type TemplateResult } from "lit";
import ellipsis from "lucide-static/icons/ellipsis.svg?raw";
import userPlus from "lucide-static/icons/user-plus.svg?raw";
import users from "lucide-static/icons/users.svg?raw";
import { api, attempt, fragment, keepInFragment, me, Page, tell } from "../page.ts";
import { ask, open, showLink } from "../parts/ask.ts";
import { empty, portrait } from "../parts/pieces.ts";
import { when } from "../times.ts";
import { say, sentence, type WordKey } from "../words.ts";
import { deviceOf } from "./account.ts";

const ROLES: readonly Role[] = ["patient", "practitioner", "staff", "admin"];

/** Everybody of the practice: who they are, how they come in, and out. */
export class PeoplePage extends Page<List<Member>> {
  protected readonly heading = "people.title";
  #text = "";

  protected fetch(signal: AbortSignal): Promise<List<Member>> {
    const role = fragment().get("role");
    return api.people(signal, { limit: "200", ...(role && { role }) });
  }

  protected override tools(): TemplateResult {
    return html`<button class="main" @click=${() => this.#edit(undefined)}>
      ${icon(userPlus)} ${say("people.add")}
    </button>`;
  }

  protected view({ items, nextCursor }: List<Member>): TemplateResult {
    const words = this.#text.toLocaleLowerCase().trim();
    const fits = ({ name, email, phone }: Member) =>
      [name, email, phone].some((it) => it?.toLocaleLowerCase().includes(words));
    const found = items.filter(fits);
    return html`${this.#filters()}
      <p class="unseen" role="status">${say("people.found", { count: found.length })}</p>
      ${
        found.length === 0
          ? empty(say("people.none"), users)
          : html`<ul class="rows">
              ${found.map((one) => this.#row(one))}
            </ul>`
      }
      ${nextCursor ? html`<p><button @click=${this.#more}>${say("common.more")}</button></p>` : nothing}`;
  }

  #filters(): TemplateResult {
    const role = fragment().get("role");
    const choose = (event: Event) => {
      keepInFragment({ role: (event.target as HTMLSelectElement).value });
      void this.load();
    };
    const search = (event: Event) => {
      this.#text = (event.target as HTMLInputElement).value;
      this.requestUpdate();
    };
    return html`<form class="filters" role="search" @submit=${(event: Event) => event.preventDefault()}>
      <label class="search"
        ><span>${say("people.search")}</span><input type="search" .value=${this.#text} @input=${search}
      /></label>
      <label
        ><span>${say("people.role")}</span
        ><select @change=${choose}>
          <option value="">${say("people.all")}</option>
          ${ROLES.map((one) => html`<option value=${one} ?selected=${one === role}>${say(`role.${one}`)}</option>`)}
        </select></label
      >
    </form>`;
  }

  #row(one: Member): TemplateResult {
    const about = [say(`role.${one.role}`), one.specialization, one.email, one.phone].filter(Boolean).join(" · ");
    return html`<li class="row people">
      <div class="what">
        ${portrait(one, "little")}
        <div>
          <h2>${one.name}</h2>
          <p class="soft small">${about}</p>
        </div>
      </div>
      ${one.disabledAt ? html`<span class="status Declined">${say("people.disabled")}</span>` : nothing}
      ${one.role === "practitioner" && !one.listed && !one.disabledAt ? html`<span class="status">${say("people.unlisted")}</span>` : nothing}
      <div class="actions">${this.#actions(one)}</div>
    </li>`;
  }

  #actions(one: Member): TemplateResult | typeof nothing {
    const isAdmin = me().role === "admin";
    // Staff keep patients and practitioners; whoever keeps staff is an administrator.
    if (!isAdmin && one.role !== "patient" && one.role !== "practitioner") return nothing;
    const { name } = one;
    return html`<button aria-label=${say("people.edit-whom", { name })} @click=${() => this.#edit(one)}>
        ${say("people.edit")}
      </button>
      <details class="menu">
        <summary class="button plain round soft" aria-label=${say("people.more", { name })} title=${say("row.more")}>
          ${icon(ellipsis)}
        </summary>
        <div class="sheet">
          ${isAdmin && !one.disabledAt ? html`<button @click=${() => this.#invite(one)}>${say("people.invite")}</button>` : nothing}
          <button @click=${() => this.#sessions(one)}>${say("people.sessions")}</button>
          ${one.id === me().id ? nothing : this.#disabling(one)}
        </div>
      </details>`;
  }

  #disabling(one: Member): TemplateResult {
    return one.disabledAt
      ? html`<button @click=${() => this.#enable(one)}>${say("people.enable")}</button>`
      : html`<button @click=${() => this.#disable(one)}>${say("people.disable")}</button>`;
  }

  async #invite({ id, name }: Pick<Member, "id" | "name">): Promise<void> {
    await attempt(async () => {
      const { link, expiresAt } = await api.signInLink(id);
      const until = when(expiresAt, new Date());
      showLink(say("people.link-title", { name }), say("people.link-text", { until }), link, false);
    });
  }

  async #disable({ id, name }: Member): Promise<void> {
    const wants = await ask({
      title: say("people.disable-whom", { name }),
      text: say("people.disable-text"),
      yes: say("people.disable"),
    });
    if (wants && (await attempt(() => api.letPerson(id, "disable"), "people.is-disabled", { name }))) await this.load();
  }

  async #enable({ id, name }: Member): Promise<void> {
    if (await attempt(() => api.letPerson(id, "enable"), "people.is-enabled", { name })) await this.load();
  }

  async #sessions({ id, name }: Member): Promise<void> {
    await attempt(async () => {
      const sessions = await api.sessionsOf(id, this.gone);
      const lines = sessions.map(
        (one) => `${deviceOf(one.agent)}, ${say("account.since", { when: when(one.begunAt, new Date()) })}`,
      );
      if (lines.length === 0) return tell(say("people.no-sessions", { name }));
      const wants = await ask({
        title: say("people.sessions-of", { name, count: lines.length }),
        text: lines.join("; "),
        yes: say("people.end-sessions"),
      });
      if (wants) await attempt(() => api.letPerson(id, "end-sessions"), "people.sessions-ended", { name });
    });
  }

  #edit(one: Member | undefined): void {
    const dialog = open(html``, "person-title", "large");
    dialog.addEventListener("close", () => dialog.remove());
    let said = "";
    let role: Role = one?.role ?? "patient";
    const draw = () => render(personForm({ one, role, said, send, choose, close: () => dialog.close() }), dialog);
    const choose = (chosen: Role) => {
      role = chosen;
      draw();
    };
    const send = async (event: SubmitEvent) => {
      event.preventDefault();
      try {
        const added = await this.#save(one, wordsOf(event.target as HTMLFormElement, role));
        dialog.close();
        await this.load();
        if (added && me().role === "admin") await this.#invite(added);
      } catch (failure) {
        said = codeOf(failure) === "busy" ? say("people.address-taken") : sentence(codeOf(failure));
        draw();
      }
    };
    draw();
  }

  /** Somebody new is handed their link at once. */
  async #save(one: Member | undefined, words: MemberWords): Promise<{ id: string; name: string } | undefined> {
    if (!one) return api.addPerson(words);
    await api.putPerson(one.id, words);
    tell(say("people.saved", { name: words.name ?? one.name }));
    return undefined;
  }

  readonly #more = async () => {
    if (this.loaded.state !== "ready" || !this.loaded.value.nextCursor) return;
    const { items, nextCursor: cursor } = this.loaded.value;
    const role = fragment().get("role");
    await attempt(async () => {
      const next = await api.people(this.gone, { limit: "200", cursor, ...(role && { role }) });
      this.show({ state: "ready", value: { ...next, items: [...items, ...next.items] } });
    });
  };
}
customElements.define("people-page", PeoplePage);

interface PersonForm {
  readonly one: Member | undefined;
  readonly role: Role;
  readonly said: string;
  readonly send: (event: SubmitEvent) => void;
  readonly choose: (role: Role) => void;
  readonly close: () => void;
}

function personForm({ one, role, said, send, choose, close }: PersonForm): TemplateResult {
  const roles = me().role === "admin" ? ROLES : ROLES.slice(0, 2);
  const field = (name: "name" | "email" | "phone" | "specialization", type = "text") =>
    html`<label
      ><span>${say(`people.${name}` as WordKey)}</span
      ><input
        name=${name}
        type=${type}
        autocomplete="off"
        maxlength="200"
        ?required=${name === "name"}
        value=${one?.[name] ?? ""}
    /></label>`;
  return html`<form @submit=${send}>
    <h2 id="person-title">${one ? say("people.edit-whom", { name: one.name }) : say("people.add")}</h2>
    <fieldset>
      <legend>${say("people.role")}</legend>
      <div class="chips">
        ${roles.map(
          (it) =>
            html`<label
              ><input type="radio" name="role" value=${it} .checked=${it === role} @change=${() => choose(it)} /><span
                >${say(`role.${it}`)}</span
              ></label
            >`,
        )}
      </div>
    </fieldset>
    ${field("name")}
    <div class="pair">${field("email", "email")} ${field("phone", "tel")}</div>
    ${
      role === "practitioner"
        ? html`${field("specialization")}
            <label class="check"
              ><input type="checkbox" name="listed" ?checked=${one?.listed ?? true} /><span
                >${say("people.listed")}</span
              ></label
            >`
        : nothing
    }
    ${said ? html`<p class="notice bad" role="alert">${said}</p>` : nothing}
    <div class="actions end">
      <button type="button" @click=${close}>${say("ask.keep-none")}</button>
      <button class="main">${say(one ? "common.save" : "people.add")}</button>
    </div>
  </form>`;
}

function wordsOf(form: HTMLFormElement, role: Role): MemberWords {
  const words = new FormData(form);
  const text = (name: string) => String(words.get(name) ?? "").trim();
  return {
    ...{ role, name: text("name"), email: text("email"), phone: text("phone") },
    ...(role === "practitioner" && { specialization: text("specialization"), listed: words.has("listed") }),
  };
}
