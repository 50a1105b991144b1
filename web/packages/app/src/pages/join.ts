import type { Invitation, RefusalCode } from "@bedside/client";
import { html, nothing, type TemplateResult } from "lit";
import { api, explainLink, Page } from "../page.ts";
import { when } from "../times.ts";
import { say } from "../words.ts";

/** What a personal link leads to, and whether it is time. */
export class JoinPage extends Page<Invitation> {
  token = "";
  protected readonly heading = "join.title";

  protected fetch(signal: AbortSignal): Promise<Invitation> {
    return api.invitation(outOfSight(this.token), signal);
  }

  protected override explain(code: RefusalCode): string {
    return explainLink(code);
  }

  protected view(invitation: Invitation): TemplateResult {
    const { practitioner, durationMinutes, scheduledDate, state } = invitation;
    // A link is for one of the two; the practitioner is not told about a call with themselves.
    const own = invitation.name === practitioner.name;
    const now = new Date();
    const words = say(`join.${state}`, {
      opens: invitation.opensAt ? when(invitation.opensAt, now) : "",
      closes: when(invitation.closesAt, now),
    });
    return html`<div class="card">
      <h2>${say("join.hello", { name: invitation.name })}</h2>
      <p class="large">${own ? say("join.yours") : say("join.with", { name: practitioner.name })}</p>
      ${practitioner.specialization ? html`<p class="soft">${practitioner.specialization}</p>` : nothing}
      ${
        scheduledDate && durationMinutes
          ? html`<p class="figures">
              ${when(scheduledDate, now)} · ${say("row.minutes", { minutes: durationMinutes })}
            </p>`
          : nothing
      }
      <p>${words}</p>
    </div>`;
  }
}
customElements.define("join-page", JoinPage);

/** What stands in the address instead of a token. */
const HIDDEN = "link";
const KEPT = "bedside-link";

/** Takes a token out of the address bar and the history, where others could read it; this tab keeps it for a reload. */
function outOfSight(token: string): string {
  if (token === HIDDEN) return sessionStorage.getItem(KEPT) ?? HIDDEN;
  sessionStorage.setItem(KEPT, token);
  history.replaceState(null, "", `/join/${HIDDEN}`);
  return token;
}
