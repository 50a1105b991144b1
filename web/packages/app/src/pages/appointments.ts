import { type Appointment, type AppointmentStep, codeOf, type List, type ListWish, type Person } from "@bedside/client";
import { html, nothing, type TemplateResult } from "lit";
import { ask } from "../ask.ts";
import { api, Page } from "../page.ts";
import { clockTime, day, daysAgo, grouped, when } from "../times.ts";
import { say, sentence } from "../words.ts";
import "./booking.ts";

interface Agenda {
  readonly me: Person;
  readonly list: List<Appointment>;
}

/** How far back the list goes by itself. */
const DAYS_SHOWN = 7;

const DONE = { accept: "step.accepted", decline: "step.declined", cancel: "step.cancelled" } as const;

/** The appointments of whoever is signed in; practitioners and staff answer requests here. */
abstract class AgendaPage extends Page<Agenda> {
  #said = "";
  #busy = false;
  /** The list begins here, so that it opens on what matters now; nothing, once somebody asks for earlier ones. */
  #since: string | undefined = daysAgo(new Date(), DAYS_SHOWN);

  protected async fetch(signal: AbortSignal): Promise<Agenda> {
    const [me, list] = await Promise.all([api.me(signal), api.appointments(signal, this.#wish())]);
    // Without a session the list is refused, so nobody gets here without one.
    if (!me) throw new Error("an answered list belongs to somebody");
    return { me, list };
  }

  protected agenda({ me, list }: Agenda, empty: string): TemplateResult {
    const groups = grouped(list.items, new Date());
    const more = html`<button class="quiet" @click=${this.#more}>${say("common.more")}</button>`;
    const earlier = html`<button class="quiet" @click=${this.#earlier}>${say("appointments.earlier")}</button>`;
    return html`
      <p class="said" role="status">${this.#said}</p>
      ${groups.length === 0 ? html`<p class="card soft">${empty}</p>` : nothing}
      ${groups.map(
        ([group, members]) =>
          html`<section aria-labelledby=${group}>
            <h2 id=${group}>${say(`group.${group}`)}</h2>
            <ul class="rows">
              ${members.map((one) => this.#row(me, one))}
            </ul>
          </section>`,
      )}
      ${list.nextCursor ? more : nothing} ${this.#since ? earlier : nothing}
    `;
  }

  #wish(): ListWish {
    return this.#since ? { from: this.#since } : {};
  }

  #earlier(): void {
    this.#since = undefined;
    void this.load();
  }

  #row(me: Person, one: Appointment): TemplateResult {
    return html`<li class="card row">
      <time class="figures" datetime=${one.scheduledDate}>
        <strong>${clockTime(one.scheduledDate)}</strong> <span>${day(one.scheduledDate)}</span>
      </time>
      <div>
        <h3>${otherName(me, one)}</h3>
        <p class="soft">${say(`type.${one.type}`)} · ${say("row.minutes", { minutes: one.durationMinutes })}</p>
        ${one.reason ? html`<p>${say("row.reason", { reason: one.reason })}</p>` : nothing}
        ${one.answer ? html`<p>${say("row.answer", { answer: one.answer })}</p>` : nothing}
      </div>
      <span class="status ${one.status}">${say(`status.${one.status}`)}</span>
      <div class="actions">${this.#actions(me, one)}</div>
    </li>`;
  }

  #actions(me: Person, one: Appointment): TemplateResult[] {
    const actions: TemplateResult[] = [];
    if (one.status === "Accepted" && one.videoCallLink) {
      actions.push(html`<a class="button go" href=${wayIn(one.videoCallLink)}>${say("step.join")}</a>`);
    }
    if (one.status === "Pending" && me.role !== "patient") {
      actions.push(this.#button(me, one, "accept", "go"), this.#button(me, one, "decline", "quiet"));
    } else if (one.status === "Pending" || one.status === "Accepted") {
      actions.push(this.#button(me, one, "cancel", "quiet"));
    }
    return actions;
  }

  #button(me: Person, one: Appointment, step: AppointmentStep, look: "go" | "quiet"): TemplateResult {
    const action = say(`step.${step}`);
    const full = say("row.at", { action, name: otherName(me, one), when: when(one.scheduledDate, new Date()) });
    return html`<button
      class=${look}
      ?disabled=${this.#busy}
      aria-label=${full}
      @click=${() => this.#step(me, one, step)}
    >
      ${action}
    </button>`;
  }

  async #step(me: Person, one: Appointment, step: AppointmentStep): Promise<void> {
    if (step !== "accept") {
      const about = { name: otherName(me, one), when: when(one.scheduledDate, new Date()) };
      if (!(await ask(say(`ask.${step}`, about), say(`ask.yes-${step}`)))) return;
    }
    this.#tell("", true);
    try {
      await api.step(one.id, step);
      this.#tell(say(DONE[step]), false);
    } catch (failure) {
      this.#tell(sentence(codeOf(failure)), false);
    }
    await this.load(); // Also after a refusal: somebody else may have been faster.
  }

  #tell(said: string, busy: boolean): void {
    this.#said = said;
    this.#busy = busy;
    this.requestUpdate();
  }

  async #more(): Promise<void> {
    if (this.loaded.state !== "ready") return;
    const { me, list } = this.loaded.value;
    const cursor = list.nextCursor;
    if (!cursor) return;
    try {
      const next = await api.appointments(AbortSignal.timeout(30_000), { ...this.#wish(), cursor });
      this.show({ state: "ready", value: { me, list: { ...next, items: [...list.items, ...next.items] } } });
    } catch (failure) {
      this.#tell(sentence(codeOf(failure)), false);
    }
  }
}

export class AppointmentsPage extends AgendaPage {
  protected readonly heading = "appointments.title";

  protected view(agenda: Agenda): TemplateResult {
    const booking = html`<booking-form @booked=${() => this.load()}></booking-form>`;
    return html`${this.agenda(agenda, say("appointments.empty"))}${agenda.me.role === "patient" ? booking : nothing}`;
  }
}
customElements.define("appointments-page", AppointmentsPage);

export class DashboardPage extends AgendaPage {
  protected readonly heading = "dashboard.title";

  protected view(agenda: Agenda): TemplateResult {
    return this.agenda(agenda, say("dashboard.empty"));
  }
}
customElements.define("dashboard-page", DashboardPage);

/** Our own links lead to where the person is now: one server may have several names, and each keeps its own people. */
function wayIn(link: string): string {
  const { pathname } = new URL(link);
  return pathname.startsWith("/join/") ? pathname : link;
}

/** The other one of the two; for staff, both. */
function otherName(me: Person, one: Appointment): string {
  if (me.id === one.patient.id) return one.practitioner.name;
  if (me.id === one.practitioner.id) return one.patient.name;
  return say("row.with", { patient: one.patient.name, practitioner: one.practitioner.name });
}
