import "@bedside/elements";
import type { Invitation, RefusalCode } from "@bedside/client";
import { html, nothing, type TemplateResult } from "lit";
import { api, explainLink, go, Page } from "../page.ts";
import { when } from "../times.ts";
import { say } from "../words.ts";

/** What is fetched before the call: what the link leads to, and the room if it is time. */
interface Door {
  readonly invitation: Invitation;
  /** Empty as long as the link opens nothing. */
  readonly roomId: string;
}

/** What a personal link leads to: the call, or why it is not time for it. */
export class JoinPage extends Page<Door> {
  token = "";
  protected readonly heading = "join.title";
  #link = "";

  protected async fetch(signal: AbortSignal): Promise<Door> {
    this.#link = outOfSight(this.token);
    const invitation = await api.invitation(this.#link, signal);
    const { roomId } = invitation.state === "open" ? await api.join(this.#link) : { roomId: "" };
    return { invitation, roomId };
  }

  protected override explain(code: RefusalCode): string {
    return explainLink(code);
  }

  protected view({ invitation, roomId }: Door): TemplateResult {
    const { state } = invitation;
    return state === "open" ? this.#call(invitation, roomId) : this.#card(invitation, state);
  }

  /** A token lasts for a while, a link for the whole appointment. */
  readonly #pass = async (): Promise<string> => (await api.join(this.#link)).token;

  #call({ practitioner, name, scheduledDate }: Invitation, roomId: string): TemplateResult {
    const own = name === practitioner.name;
    return html`<bedside-join
      class="over-page"
      theme="auto"
      heading=${own ? say("join.yours") : say("join.with", { name: practitioner.name })}
      .practitioner=${own ? undefined : { name: practitioner.name, about: practitioner.specialization ?? "" }}
      planned=${scheduledDate ?? ""}
      .server=${location.origin}
      .room=${roomId}
      .fetchToken=${this.#pass}
      @call-closed=${() => go("/", "replace")}
    ></bedside-join>`;
  }

  #card(invitation: Invitation, state: Exclude<Invitation["state"], "open">): TemplateResult {
    const { practitioner, durationMinutes, scheduledDate } = invitation;
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
