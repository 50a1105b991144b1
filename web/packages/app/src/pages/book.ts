import { type Appointment, codeOf, type Free, type Practitioner } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import mapPin from "lucide-static/icons/map-pin.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import { api, fragment, go, Page, tell } from "../page.ts";
import { portrait, reachPractice } from "../parts/pieces.ts";
import { firstDay, timesChooser } from "../parts/times-chooser.ts";
import { daysLater, instantOf, when } from "../times.ts";
import { Wish } from "../wish.ts";
import { say, sentence } from "../words.ts";

interface Booking {
  readonly practitioners: readonly Practitioner[];
  /** The appointment that is to be moved, if it is not a new one. */
  readonly moved: Appointment | undefined;
}

const LENGTHS = [15, 20, 30, 45, 60];
const DAYS_ASKED = 14;

/** Asks for an appointment, or for another time of one. Nothing that was typed is lost when that fails. */
export class BookPage extends Page<Booking> {
  protected readonly heading = fragment().has("move") ? "book.move-title" : "book.title";
  #with = fragment().get("with") ?? "";
  #minutes = 30;
  #free: Free | undefined;
  #day = "";
  #at: string | undefined;
  #busy = false;
  /** Stays until the request is answered, so that sending it again does not book twice. */
  readonly #wish = new Wish();

  protected async fetch(signal: AbortSignal): Promise<Booking> {
    const move = fragment().get("move");
    const [practitioners, moved] = await Promise.all([
      api.everyPractitioner(signal),
      move ? api.appointment(move, signal) : undefined,
    ]);
    if (moved) {
      this.#with = moved.practitioner.id;
      this.#minutes = moved.durationMinutes;
    }
    if (this.#with) void this.#lookForTimes();
    return { practitioners, moved };
  }

  protected view({ practitioners, moved }: Booking): TemplateResult {
    return html`<form class="booking" @submit=${(event: SubmitEvent) => this.#send(event, moved)}>
      ${moved ? this.#movedFrom(moved) : this.#who(practitioners)} ${moved ? nothing : this.#kind()}
      ${this.#with ? this.#when() : nothing}
      ${
        moved
          ? nothing
          : html`<label
              ><span>${say("book.reason")}</span><textarea name="reason" rows="3" maxlength="500"></textarea
              ><small>${say("book.reason-hint")}</small></label
            >`
      }
      <div class="actions">
        <button class="main" ?disabled=${this.#busy || !this.#free}>${say(moved ? "book.move" : "book.send")}</button>
        <a class="button plain" href="/patient/appointments">${say("book.back")}</a>
      </div>
      ${reachPractice()}
    </form>`;
  }

  #movedFrom({ practitioner, scheduledDate }: Appointment): TemplateResult {
    const now = when(scheduledDate, new Date());
    return html`<div class="card">
      <div class="actions">
        ${portrait(practitioner)}
        <p>${say("book.moves", { name: practitioner.name, when: now })}</p>
      </div>
    </div>`;
  }

  #who(practitioners: readonly Practitioner[]): TemplateResult {
    const choose = (event: Event) => {
      this.#with = (event.target as HTMLSelectElement).value;
      void this.#lookForTimes();
    };
    return html`<label
      ><span>${say("book.practitioner")}</span
      ><select name="practitioner" required @change=${choose}>
        <option value="">${say("book.choose")}</option>
        ${practitioners.map(
          (one) =>
            html`<option value=${one.id} ?selected=${one.id === this.#with}>
              ${[one.title, one.name].filter(Boolean).join(" ")}${one.specialization ? ` · ${one.specialization}` : ""}
            </option>`,
        )}
      </select></label
    >`;
  }

  #kind(): TemplateResult {
    const length = (event: Event) => {
      this.#minutes = Number((event.target as HTMLSelectElement).value);
      void this.#lookForTimes();
    };
    return html`<div class="pair">
      <fieldset>
        <legend>${say("book.type")}</legend>
        <div class="chips">
          <label
            ><input type="radio" name="type" value="Remote" checked /><span
              >${icon(video)} ${say("type.Remote")}</span
            ></label
          >
          <label
            ><input type="radio" name="type" value="InPerson" /><span
              >${icon(mapPin)} ${say("type.InPerson")}</span
            ></label
          >
        </div>
      </fieldset>
      <label
        ><span>${say("book.duration")}</span
        ><select name="minutes" @change=${length}>
          ${LENGTHS.map(
            (n) =>
              html`<option value=${n} ?selected=${n === this.#minutes}>${say("row.minutes", { minutes: n })}</option>`,
          )}
        </select></label
      >
    </div>`;
  }

  #when(): TemplateResult {
    if (!this.#free)
      return html`<div class="skeleton" role="status" aria-label=${say("common.loading")}><i></i><i></i></div>`;
    return timesChooser({
      free: this.#free,
      day: this.#day,
      at: this.#at,
      onDay: (day) => this.#choose(day, undefined),
      onTime: (at) => this.#choose(this.#day, at),
    });
  }

  #choose(day: string, at: string | undefined): void {
    this.#day = day;
    this.#at = at;
    this.requestUpdate();
  }

  async #lookForTimes(): Promise<void> {
    this.#free = undefined;
    this.requestUpdate();
    if (!this.#with) return;
    const asked = this.#with;
    const to = daysLater(new Date(), DAYS_ASKED).toISOString();
    try {
      const free = await api.free(asked, { to, minutes: String(this.#minutes) }, this.gone);
      if (asked !== this.#with) return;
      this.#free = free;
      this.#choose(firstDay(free), undefined);
    } catch (failure) {
      if (!this.gone.aborted) tell(sentence(codeOf(failure)));
    }
  }

  async #send(event: SubmitEvent, moved: Appointment | undefined): Promise<void> {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    const at = this.#at ?? instantOf(String(words.get("date")), String(words.get("time")));
    if (!at) return tell(say("book.choose-time"));
    this.#busy = true;
    this.requestUpdate();
    try {
      if (moved) await api.move(moved.id, at);
      else await this.#book(at, words);
      go("/patient/appointments", "push", { said: say(moved ? "book.moved" : "book.sent") });
    } catch (failure) {
      const code = codeOf(failure);
      tell(sentence(code));
      // Somebody was faster: these are the times that are left.
      if (code === "busy") void this.#lookForTimes();
    } finally {
      this.#busy = false;
      this.requestUpdate();
    }
  }

  async #book(scheduledDate: string, words: FormData): Promise<void> {
    const type = words.get("type") === "InPerson" ? "InPerson" : "Remote";
    const reason = String(words.get("reason") ?? "").trim();
    const asked = { practitionerId: this.#with, scheduledDate, durationMinutes: this.#minutes, type } as const;
    // Nobody walks in on the patient before.
    const request = { ...asked, waitingRoom: type === "Remote", ...(reason && { reason }) };
    await api.arrange(request, this.#wish.keyOf(request));
  }
}
customElements.define("book-page", BookPage);
