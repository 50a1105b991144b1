import type { Person } from "@bedside/client";
import { html, type TemplateResult } from "lit";
import { api, Page } from "../page.ts";
import { say } from "../words.ts";

interface Who {
  readonly person: Person | undefined;
}

export class HomePage extends Page<Who> {
  protected readonly heading = "home.title";

  protected async fetch(signal: AbortSignal): Promise<Who> {
    return { person: await api.me(signal) };
  }

  protected view({ person }: Who): TemplateResult {
    if (!person) {
      return html`<div class="card">
        <p>${say("home.signed-out")}</p>
        <p class="soft">${say("home.no-link")}</p>
      </div>`;
    }
    const patient = person.role === "patient";
    return html`<div class="card">
      <h2>${say("home.hello", { name: person.name })}</h2>
      <p>${say(patient ? "home.patient" : "home.practice")}</p>
      <div class="actions">
        ${
          patient
            ? html`<a class="button" href="/patient/appointments">${say("home.appointments")}</a>
                <a class="button quiet" href="/patient/doctors">${say("home.doctors")}</a>`
            : html`<a class="button" href="/doctor/dashboard">${say("home.dashboard")}</a>`
        }
      </div>
    </div>`;
  }
}
customElements.define("home-page", HomePage);
