import type { Audited, List } from "@bedside/client/clinic";
import { html, nothing, type TemplateResult } from "lit";
import shield from "lucide-static/icons/shield-check.svg?raw";
import { api, attempt, fragment, keepInFragment, Page } from "../page.ts";
import { type Look, looks } from "../looks.ts";
import { empty } from "../parts/pieces.ts";
import { clockTime, nearDay } from "../times.ts";
import { isWord, locale, say } from "../words.ts";

/** Who looked at whose record and who changed what, the newest first. */
export class AuditPage extends Page<List<Audited>> {
  protected readonly heading = "audit.title";

  protected fetch(signal: AbortSignal): Promise<List<Audited>> {
    return api.audit(signal, wish());
  }

  protected view({ items, nextCursor }: List<Audited>): TemplateResult {
    const actor = fragment().get("by");
    const name = items.find((one) => one.actor.id === actor)?.actor.name ?? "";
    return html`<p class="soft narrow">${say("audit.what")}</p>
      <br />
      ${
        actor
          ? html`<p class="actions">
              ${say("audit.by", { name })}
              <button class="compact" @click=${() => this.#by("")}>${say("audit.by-all")}</button>
            </p>`
          : nothing
      }
      ${items.length === 0 ? empty(say("audit.empty"), shield) : this.#rows(items)}
      ${nextCursor ? html`<p><button @click=${this.#more}>${say("common.more")}</button></p>` : nothing}`;
  }

  #rows(items: readonly Audited[]): TemplateResult {
    const now = new Date();
    return html`<ul class="rows">
      ${looks(items).map((look) => this.#row(look, now))}
    </ul>`;
  }

  #row([last, ...before]: Look, now: Date): TemplateResult {
    const { at, actor } = last;
    const whose = [last, ...before].flatMap((one) => one.subject?.name || one.subjectId || []);
    return html`<li class="row">
      <time datetime=${at}><strong>${clockTime(at)}</strong> <span>${nearDay(at, now)}</span></time>
      <div class="what">
        <p>
          <button class="plain compact inline" @click=${() => this.#by(actor.id)}>${actor.name || actor.id}</button>
          ${deed(last.deed)}${whose.length > 0 ? html`: <span class="soft">${listed([...new Set(whose)])}</span>` : nothing}
        </p>
      </div>
    </li>`;
  }

  #by(actor: string): void {
    keepInFragment({ by: actor });
    void this.load();
  }

  readonly #more = async () => {
    if (this.loaded.state !== "ready" || !this.loaded.value.nextCursor) return;
    const { items, nextCursor: cursor } = this.loaded.value;
    await attempt(async () => {
      const next = await api.audit(this.gone, { ...wish(), cursor });
      this.show({ state: "ready", value: { ...next, items: [...items, ...next.items] } });
    });
  };
}
customElements.define("audit-page", AuditPage);

function listed(names: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
}

function wish(): { limit: string; actor?: string } {
  const actor = fragment().get("by");
  return { limit: "100", ...(actor && { actor }) };
}

/** A deed that a newer server knows is shown as it is called there. */
function deed(name: string): string {
  const key = `deed.${name}`;
  return isWord(key) ? say(key) : name;
}
