import { codeOf, freshKey, type Practitioner } from "@bedside/client";
import { html, LitElement, type TemplateResult } from "lit";
import { api } from "../page.ts";
import { dayKey, instantOf } from "../times.ts";
import { say, sentence } from "../words.ts";

const LENGTHS = [15, 20, 30, 45, 60];

/** Asks for an appointment; says `booked` when the practice has it. */
export class BookingForm extends LitElement {
  #practitioners: readonly Practitioner[] = [];
  #said = "";
  #busy = false;
  /** Stays until the request is answered, so that sending it again does not book twice. */
  #key = freshKey();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return html`<form class="card" id="book" @submit=${this.#submit} @input=${this.#renewKey}>
      <h2>${say("book.title")}</h2>
      <label
        >${say("book.practitioner")}<select name="practitioner" required>
          <option value="">${say("book.choose")}</option>
          ${this.#practitioners.map((one) => html`<option value=${one.id} ?selected=${one.id === wished()}>${one.name}</option>`)}
        </select></label
      >
      <div class="pair">
        <label>${say("book.date")}<input type="date" name="date" required min=${dayKey(new Date())} /></label>
        <label>${say("book.time")}<input type="time" name="time" required /></label>
      </div>
      <p class="soft">${say("book.zone", { zone })}</p>
      <div class="pair">
        <label
          >${say("book.duration")}<select name="minutes">
            ${LENGTHS.map((n) => html`<option value=${n} ?selected=${n === 30}>${say("row.minutes", { minutes: n })}</option>`)}
          </select></label
        >
        <label
          >${say("book.type")}<select name="type">
            <option value="Remote">${say("type.Remote")}</option>
            <option value="InPerson">${say("type.InPerson")}</option>
          </select></label
        >
      </div>
      <label>${say("book.reason")}<textarea name="reason" rows="2" maxlength="500"></textarea></label>
      <button ?disabled=${this.#busy}>${say("book.send")}</button>
      <p class="said" role="status">${this.#said}</p>
    </form>`;
  }

  async #load(): Promise<void> {
    try {
      this.#practitioners = await api.everyPractitioner(AbortSignal.timeout(30_000));
      this.requestUpdate();
      await this.updateComplete;
      if (wished()) this.scrollIntoView();
    } catch (failure) {
      this.#tell(sentence(codeOf(failure)), false);
    }
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const scheduledDate = instantOf(field("date"), field("time"));
    if (!scheduledDate) return this.#tell(sentence("invalid"), false);
    this.#tell("", true);
    try {
      const type = field("type") === "InPerson" ? ("InPerson" as const) : ("Remote" as const);
      const request = {
        practitionerId: field("practitioner"),
        scheduledDate,
        durationMinutes: Number(field("minutes")),
        type,
        waitingRoom: type === "Remote", // Nobody walks in on the patient before.
        ...(field("reason") && { reason: field("reason") }),
      };
      await api.book(request, this.#key);
      this.#renewKey();
      form.reset();
      this.#tell(say("book.sent"), false);
      this.dispatchEvent(new CustomEvent("booked", { bubbles: true }));
    } catch (failure) {
      this.#tell(sentence(codeOf(failure)), false);
    }
  }

  /** Another wish is another key. */
  #renewKey(): void {
    this.#key = freshKey();
  }

  #tell(said: string, busy: boolean): void {
    this.#said = said;
    this.#busy = busy;
    this.requestUpdate();
  }
}
customElements.define("booking-form", BookingForm);

/** The practitioner whom somebody came here to book with. In the fragment, which no server sees. */
function wished(): string {
  return new URLSearchParams(location.hash.slice(1)).get("book") ?? "";
}
