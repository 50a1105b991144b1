import type { Appointment, Notice } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import bell from "lucide-static/icons/bell.svg?raw";
import checkAll from "lucide-static/icons/check-check.svg?raw";
import { lookForNews, type News, news } from "../news.ts";
import { api, go, me, waiting } from "../page.ts";
import { Part } from "../part.ts";
import { count, portrait } from "../parts/pieces.ts";
import { acceptVisit, declineVisit } from "../parts/visit-acts.ts";
import { visitKind } from "../parts/visit.ts";
import { callsOf, homeOf } from "../route.ts";
import { fromNow, when } from "../times.ts";
import { otherName } from "../visits.ts";
import { say, type WordKey } from "../words.ts";

/** What waits, under one button: requests with their answers, and whatever else there is to know. */
export class AlertBell extends Part {
  #news: News = news.value;

  override connectedCallback(): void {
    super.connectedCallback();
    news.watch((now) => {
      this.#news = now;
      this.requestUpdate();
    }, this.gone);
  }

  protected override render(): TemplateResult {
    const { requests, notices } = this.#news;
    const pending = waiting.value;
    const unread = notices.some((one) => !one.readAt);
    // Whoever has the request above with its answers needs no word that it came.
    const others = notices.filter((one) => !requests.some(({ id }) => id === one.appointmentId));
    return html`<details class="menu bell">
      <summary
        class="button plain round soft"
        aria-label=${say("bell.label", { count: pending })}
        title=${say("bell.title")}
      >
        ${icon(bell)}${count(pending, "")}
      </summary>
      <div class="sheet" role="region" aria-label=${say("bell.title")}>
        <div class="head">
          <h2>${say("bell.title")}</h2>
          ${
            unread
              ? html`<button class="plain compact" @click=${this.#readAll}>
                  ${icon(checkAll)} ${say("bell.read-all")}
                </button>`
              : nothing
          }
        </div>
        <ul>
          ${requests.map((one) => request(one))} ${others.map((one) => this.#notice(one))}
        </ul>
        ${requests.length + others.length === 0 ? html`<p class="soft empty">${say("bell.empty")}</p>` : nothing}
      </div>
    </details>`;
  }

  #notice(one: Notice): TemplateResult {
    const name = one.by?.name ?? say("bell.somebody");
    return html`<li class=${one.readAt ? "" : "unread"}>
      <a href=${pathOf(one)} @click=${(event: Event) => this.#read(event, one)}>
        <p>${say(`topic.${one.topic}` as WordKey, { name })}</p>
        <time class="soft small" datetime=${one.at}>${fromNow(Date.parse(one.at), new Date())}</time>
        ${one.readAt ? nothing : html`<span class="unseen">${say("bell.unread")}</span>`}
      </a>
    </li>`;
  }

  /** Read at once, and back to unread if the server does not have it so. */
  async #read(event: Event, one: Notice): Promise<void> {
    event.preventDefault();
    event.stopPropagation();
    this.querySelector("details")?.removeAttribute("open");
    go(pathOf(one));
    if (!one.readAt) await api.readNotice(one.id).catch(() => undefined);
    await lookForNews();
  }

  async #readAll(): Promise<void> {
    await api.readAllNotices().catch(() => undefined);
    await lookForNews();
  }
}
customElements.define("alert-bell", AlertBell);

function request(one: Appointment): TemplateResult {
  const name = otherName(me(), one);
  const at = when(one.scheduledDate, new Date());
  const label = (key: WordKey) => say("row.at", { action: say(key), name, when: at });
  return html`<li class="unread">
    <div class="actions">
      ${portrait({ name }, "little")}
      <div>
        <p>${say("bell.request", { name })}</p>
        <p class="soft small">${at} · ${visitKind(one)}</p>
      </div>
    </div>
    ${one.reason ? html`<blockquote class="small">${one.reason}</blockquote>` : nothing}
    <div class="actions">
      <button class="go compact" aria-label=${label("step.accept")} @click=${() => acceptVisit(one)}>
        ${say("step.accept")}
      </button>
      <button class="compact" aria-label=${label("step.decline")} @click=${() => declineVisit(one)}>
        ${say("step.decline")}
      </button>
    </div>
  </li>`;
}

function pathOf(one: Notice): string {
  const { role } = me();
  return one.topic === "missed-call" ? callsOf(role) : homeOf(role);
}
