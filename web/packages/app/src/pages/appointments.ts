import type { Appointment, List } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import calendarPlus from "lucide-static/icons/calendar-plus.svg?raw";
import { api, me, onTheWay } from "../page.ts";
import { AgendaPage } from "../parts/agenda.ts";
import { afterCall } from "../parts/after-call.ts";
import { empty, portrait, reachPractice } from "../parts/pieces.ts";
import { visitActions, visitKind } from "../parts/visit.ts";
import { clockTime, fromNow, nearDay } from "../times.ts";
import { nextOf, otherName, startOf } from "../visits.ts";
import { say } from "../words.ts";

interface Agenda {
  readonly list: List<Appointment>;
}

/** The patient's appointments: the next one first, what waits for an answer, what comes, and what was. */
export class AppointmentsPage extends AgendaPage<Agenda> {
  protected readonly heading = "appointments.title";

  protected async fetch(signal: AbortSignal): Promise<Agenda> {
    return { list: await api.appointments(signal, this.wish()) };
  }

  protected override tools(): TemplateResult {
    return html`<a class="button main" href="/patient/book">${icon(calendarPlus)} ${say("appointments.book")}</a>`;
  }

  protected view({ list }: Agenda): TemplateResult {
    const now = new Date();
    const next = nextOf(list.items, now);
    const others = list.items.filter((one) => one !== next);
    const { after } = onTheWay();
    return html`<div class="stack">
      ${after ? afterCall(after) : nothing} ${next ? this.#next(next, now) : nothing}
      ${list.items.length === 0 ? empty(say("appointments.empty"), calendarPlus) : nothing}
      ${this.groups(others, ["today", "requests", "later", "earlier"])} ${this.moreAndEarlier(list)} ${reachPractice()}
    </div>`;
  }

  #next(one: Appointment, now: Date): TemplateResult {
    const name = otherName(me(), one);
    return html`<section class="card next" aria-labelledby="next">
      <h2 id="next" class="small soft">${say("appointments.next")}</h2>
      <div class="who">
        ${portrait({ name })}
        <div>
          <p class="large"><strong>${name}</strong></p>
          <p>
            <time datetime=${one.scheduledDate}
              >${nearDay(one.scheduledDate, now)}, ${clockTime(one.scheduledDate)}</time
            >
            · ${fromNow(startOf(one), now)}
          </p>
          <p class="soft small">${visitKind(one)}</p>
        </div>
      </div>
      ${one.reason ? html`<blockquote>${one.reason}</blockquote>` : nothing}
      <div class="actions">${visitActions(one, now)}</div>
    </section>`;
  }
}
customElements.define("appointments-page", AppointmentsPage);
