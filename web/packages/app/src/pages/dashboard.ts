import type { Appointment, CallRecord, List } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import calendarPlus from "lucide-static/icons/calendar-plus.svg?raw";
import doorOpen from "lucide-static/icons/door-open.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import { news } from "../news.ts";
import { api, go, me, onTheWay, session } from "../page.ts";
import { afterCall } from "../parts/after-call.ts";
import { AgendaPage } from "../parts/agenda.ts";
import { otherOf } from "../parts/call-row.ts";
import { empty, portrait } from "../parts/pieces.ts";
import { callPath } from "../route.ts";
import { clockTime, fromNow, longDay } from "../times.ts";
import { say } from "../words.ts";
import { missedCalls } from "./calls.ts";

interface Day {
  readonly list: List<Appointment>;
  /** Own calls that run, or in which somebody waits. */
  readonly running: readonly CallRecord[];
}

/** The practitioner's day: who waits now, what is on today, what is to be answered, and whom one missed. */
export class DashboardPage extends AgendaPage<Day> {
  protected readonly heading = "dashboard.title";

  override connectedCallback(): void {
    super.connectedCallback();
    news.watch(() => this.requestUpdate(), this.gone);
    let [calls, waiting]: readonly unknown[] = [];
    // Who comes to the door or leaves it changes what is to be done first.
    session.watch(
      (bedside) =>
        bedside?.state.watch((now) => {
          const isNews = calls !== undefined && (now.calls !== calls || now.waiting !== waiting);
          [calls, waiting] = [now.calls, now.waiting];
          if (isNews) void this.load();
        }, this.gone),
      this.gone,
    );
  }

  protected async fetch(signal: AbortSignal): Promise<Day> {
    const [list, { items }] = await Promise.all([api.appointments(signal, this.wish()), api.liveCalls(signal)]);
    return { list, running: items.filter(({ status }) => status === "waiting" || status === "active") };
  }

  protected override tools(): TemplateResult {
    return html`<button class="main" @click=${this.#arrange}>
      ${icon(calendarPlus)} ${say("dashboard.arrange")}
    </button>`;
  }

  protected view({ list, running }: Day): TemplateResult {
    const now = new Date();
    const { after } = onTheWay();
    const today = this.groups(list.items, ["today"]);
    return html`<div class="stack">
      ${after ? afterCall(after) : nothing} ${running.length > 0 ? this.#now(running, now) : nothing}
      <div class="two-columns">
        <div class="stack">
          ${today.length > 0 ? today : this.#quiet(now)} ${this.groups(list.items, ["later"])}
          ${this.groups(list.items, ["earlier"])} ${this.moreAndEarlier(list)}
        </div>
        <div class="stack">
          ${this.groups(list.items, ["requests"])}
          ${news.value.missed.length > 0 ? missedCalls(news.value.missed, now) : nothing}
          ${list.items.length === 0 ? html`<p class="soft">${say("dashboard.empty")}</p>` : nothing}
        </div>
      </div>
    </div>`;
  }

  #quiet(now: Date): TemplateResult {
    return html`<section>
      <div class="part-head"><h2>${say("group.today")}</h2></div>
      ${empty(say("dashboard.quiet", { day: longDay(now) }))}
    </section>`;
  }

  /** Who waits, since when, and the way to them: first of all there is. */
  #now(running: readonly CallRecord[], now: Date): TemplateResult {
    return html`<section aria-labelledby="now">
      <div class="part-head"><h2 id="now">${say("dashboard.now")}</h2></div>
      <ul class="rows waits">
        ${running.map((call) => this.#runs(call, now))}
      </ul>
    </section>`;
  }

  #runs(call: CallRecord, now: Date): TemplateResult {
    const other = otherOf(call, me().id);
    const waits = call.status === "waiting" || !call.participants.includes(me().id);
    const since = Date.parse((waits ? call.requestedAt : call.startedAt) ?? call.requestedAt);
    const enter = () => go(callPath(me().role, call.id));
    return html`<li class="row">
      <time datetime=${call.requestedAt}>
        <strong>${clockTime(call.requestedAt)}</strong> <span>${fromNow(since, now)}</span>
      </time>
      <div class="what">
        ${portrait(other, "little")}
        <div>
          <h3>${other.name}</h3>
          <p class="soft small">${say(waits ? "dashboard.waits" : "dashboard.talks")}</p>
          ${call.reason ? html`<p class="small">${say("row.reason", { reason: call.reason })}</p>` : nothing}
        </div>
      </div>
      <div class="actions">
        <button class="go" aria-label=${say("dashboard.enter-whom", { name: other.name })} @click=${enter}>
          ${icon(waits ? doorOpen : video)} ${say(waits ? "dashboard.enter" : "dashboard.back")}
        </button>
      </div>
    </li>`;
  }

  readonly #arrange = async () => {
    const { arrange } = await import("../parts/arrange.ts");
    if (await arrange({})) await this.load();
  };
}
customElements.define("dashboard-page", DashboardPage);
