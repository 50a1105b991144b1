import type { CallRecord, List } from "@bedside/client/clinic";
import { html, type TemplateResult } from "lit";
import activity from "lucide-static/icons/activity.svg?raw";
import { api, Page } from "../page.ts";
import { empty, portrait, status } from "../parts/pieces.ts";
import { clockTime, fromNow } from "../times.ts";
import { say } from "../words.ts";

/** Who is said to be in a call looks again this often. */
const EVERY = 10_000;

/** The calls that run now: who, since when and how they stand; never what is said. */
export class LivePage extends Page<List<CallRecord>> {
  protected readonly heading = "live.title";
  #clock: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => document.visibilityState === "visible" && void this.load(), EVERY);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  protected fetch(signal: AbortSignal): Promise<List<CallRecord>> {
    return api.liveCalls(signal);
  }

  protected view({ items }: List<CallRecord>): TemplateResult {
    const now = new Date();
    return html`<p class="soft narrow">${say("live.what")}</p>
      <br />
      ${
        items.length === 0
          ? empty(say("live.empty"), activity)
          : html`<ul class="rows" aria-live="polite">
              ${items.map((call) => row(call, now))}
            </ul>`
      }`;
  }
}
customElements.define("live-page", LivePage);

function row(call: CallRecord, now: Date): TemplateResult {
  const since = call.startedAt ?? call.requestedAt;
  return html`<li class="row">
    <time datetime=${since}><strong>${clockTime(since)}</strong> <span>${fromNow(Date.parse(since), now)}</span></time>
    <div class="what">
      ${portrait(call.callee, "little")}
      <div>
        <h2>${call.caller.name} · ${call.callee.name}</h2>
        <p class="soft small">
          ${say(`call-type.${call.callType}`)} · ${say("live.inside", { count: call.participants.length })}
        </p>
      </div>
    </div>
    ${status("call-status", call.status)}
  </li>`;
}
