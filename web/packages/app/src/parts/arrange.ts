import {
  type Appointment,
  type AppointmentRequest,
  codeOf,
  type Practitioner,
  type Settings,
} from "@bedside/client/clinic";
import { html, nothing, render, type TemplateResult } from "lit";
import { api, me, tell } from "../page.ts";
import { clockTime, dayKey, instantOf } from "../times.ts";
import { Wish } from "../wish.ts";
import { say, sentence } from "../words.ts";
import { open } from "./ask.ts";

/** What is known already of the appointment that is to be made. */
export interface Known {
  readonly at?: Date;
  readonly minutes?: number;
  /** The one that is to be moved, if it is not a new one. */
  readonly move?: Appointment;
}

interface Patient {
  readonly id: string;
  readonly name: string;
}

const LENGTHS = [10, 15, 20, 30, 45, 60, 90];
const NEW = "new";
const LINK = "link:";

/** The practice makes an appointment, or moves one, in a dialog; true if it did. */
export async function arrange(known: Known): Promise<boolean> {
  const signal = AbortSignal.timeout(30_000);
  const [settings, patients, practitioners] = known.move
    ? [undefined, [], []]
    : await Promise.all([
        api.settings(signal).catch(() => undefined),
        patientsOf(signal).catch(() => []),
        me().role === "practitioner" ? [] : api.everyPractitioner(signal).catch(() => []),
      ]);
  return new Promise((done) => new Arrangement(known, { settings, patients, practitioners }, done));
}

/** Whom one can choose from: staff everybody, a practitioner those whom they have seen or will see. */
async function patientsOf(signal: AbortSignal): Promise<Patient[]> {
  if (me().role !== "practitioner") return (await api.people(signal, { role: "patient", limit: "200" })).items.slice();
  const { items } = await api.appointments(signal, { limit: "200" });
  const met = new Map(items.map(({ patient }) => [patient.id, patient]));
  return [...met.values()].sort((a, b) => a.name.localeCompare(b.name));
}

interface ToChooseFrom {
  readonly settings: Settings | undefined;
  readonly patients: readonly Patient[];
  readonly practitioners: readonly Practitioner[];
}

class Arrangement {
  readonly #known: Known;
  readonly #from: ToChooseFrom;
  readonly #dialog: HTMLDialogElement;
  readonly #wish = new Wish();
  #patient: string;
  #where = "";
  #isRemote = true;
  #said = "";
  #done = false;

  constructor(known: Known, from: ToChooseFrom, done: (isDone: boolean) => void) {
    this.#known = known;
    this.#from = from;
    this.#patient = from.patients.length > 0 ? "" : NEW;
    this.#dialog = open(this.#form(), "arrange-title", "large");
    this.#dialog.addEventListener("close", () => {
      this.#dialog.remove();
      done(this.#done);
    });
  }

  #draw(): void {
    render(this.#form(), this.#dialog);
  }

  #form(): TemplateResult {
    const { move } = this.#known;
    return html`<form @submit=${this.#send}>
      <h2 id="arrange-title">${say(move ? "arrange.move-title" : "arrange.title")}</h2>
      ${move ? html`<p class="soft">${say("arrange.moves", { name: move.patient.name })}</p>` : this.#people()}
      ${this.#when()} ${move ? nothing : this.#details()}
      ${this.#said ? html`<p class="notice bad" role="alert">${this.#said}</p>` : nothing}
      <div class="actions end">
        <button type="button" @click=${() => this.#dialog.close()}>${say("ask.keep-none")}</button>
        <button class="main">${say(move ? "arrange.move" : "arrange.make")}</button>
      </div>
    </form>`;
  }

  #people(): TemplateResult {
    const { patients, practitioners } = this.#from;
    const choose = (event: Event) => {
      this.#patient = (event.target as HTMLSelectElement).value;
      this.#draw();
    };
    return html`${
        practitioners.length > 0
          ? html`<label
              ><span>${say("book.practitioner")}</span
              ><select name="practitioner" required>
                <option value="">${say("book.choose")}</option>
                ${practitioners.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
              </select></label
            >`
          : nothing
      }
      <label
        ><span>${say("arrange.patient")}</span
        ><select name="patient" required @change=${choose}>
          <option value="" ?selected=${this.#patient === ""}>${say("book.choose")}</option>
          ${patients.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
          <option value=${NEW} ?selected=${this.#patient === NEW}>${say("arrange.somebody-new")}</option>
        </select></label
      >
      ${
        this.#patient === NEW
          ? html`<div class="pair">
              <label
                ><span>${say("arrange.name")}</span><input name="name" required maxlength="200" autocomplete="off"
              /></label>
              <label
                ><span>${say("arrange.address")}</span
                ><input name="address" required maxlength="320" autocomplete="off" inputmode="email"
              /></label>
            </div>`
          : nothing
      }`;
  }

  #when(): TemplateResult {
    const { at, minutes, move } = this.#known;
    const start = move ? new Date(move.scheduledDate) : at;
    const chosen = move?.durationMinutes ?? minutes ?? 30;
    const lengths = LENGTHS.includes(chosen) ? LENGTHS : [...LENGTHS, chosen].sort((a, b) => a - b);
    return html`<div class="pair">
      <label
        ><span>${say("book.day")}</span
        ><input type="date" name="date" required value=${dayKey(start ?? new Date())} min=${dayKey(new Date())}
      /></label>
      <label
        ><span>${say("book.time")}</span
        ><input
          type="time"
          name="time"
          required
          value=${start ? clockTime(start.toISOString(), { locale: "sv-SE" }) : ""}
      /></label>
      <label
        ><span>${say("book.duration")}</span
        ><select name="minutes">
          ${lengths.map((n) => html`<option value=${n} ?selected=${n === chosen}>${say("row.minutes", { minutes: n })}</option>`)}
        </select></label
      >
    </div>`;
  }

  #details(): TemplateResult {
    const places = this.#from.settings?.meetingPlaces ?? [];
    const choose = (event: Event) => {
      this.#where = (event.target as HTMLSelectElement).value;
      this.#isRemote = this.#where !== "InPerson";
      this.#draw();
    };
    return html`<label
        ><span>${say("arrange.where")}</span
        ><select name="where" @change=${choose}>
          <option value="">${say("arrange.built-in")}</option>
          ${places.map(({ name }) => html`<option value=${name}>${name}</option>`)}
          <option value=${LINK}>${say("arrange.link")}</option>
          <option value="InPerson">${say("type.InPerson")}</option>
        </select></label
      >
      ${
        this.#where === LINK
          ? html`<label
              ><span>${say("arrange.link-address")}</span
              ><input name="link" type="url" required pattern="https://.+" placeholder="https://" /><small
                >${say("arrange.link-hint")}</small
              ></label
            >`
          : nothing
      }
      ${
        this.#isRemote && this.#where === ""
          ? html`<label class="check"
              ><input type="checkbox" name="waits" checked /><span>${say("arrange.waits")}</span></label
            >`
          : nothing
      }
      <label><span>${say("arrange.reason")}</span><textarea name="reason" rows="2" maxlength="500"></textarea></label>`;
  }

  readonly #send = async (event: SubmitEvent) => {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(words.get(name) ?? "").trim();
    const at = instantOf(text("date"), text("time"));
    if (!at) return;
    const minutes = Number(text("minutes"));
    const { move } = this.#known;
    try {
      const request = this.#request(at, minutes, text);
      if (move) await api.move(move.id, at, minutes);
      else await api.arrange(request, this.#wish.keyOf(request));
      this.#done = true;
      this.#dialog.close();
      tell(say(move ? "arrange.moved" : "arrange.made"));
    } catch (failure) {
      this.#said = sentence(codeOf(failure));
      this.#draw();
    }
  };

  #request(scheduledDate: string, durationMinutes: number, text: (name: string) => string): AppointmentRequest {
    const [patient, where, reason, address] = [text("patient"), text("where"), text("reason"), text("address")];
    const somebodyNew = { name: text("name"), ...(address.includes("@") ? { email: address } : { phone: address }) };
    const isLink = where === LINK;
    const isPlace = where !== "" && !isLink && where !== "InPerson";
    return {
      ...{ scheduledDate, durationMinutes, practitionerId: text("practitioner") || me().id },
      type: where === "InPerson" ? "InPerson" : "Remote",
      ...(patient === NEW ? { patient: somebodyNew } : { patientId: patient }),
      ...(isLink && { meetingLink: text("link") }),
      ...(isPlace && { meetingPlace: where }),
      ...(where === "" && { waitingRoom: text("waits") === "on" }),
      ...(reason && { reason }),
    };
  }
}
