import type { CallRecord } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import phone from "lucide-static/icons/phone.svg?raw";
import incoming from "lucide-static/icons/phone-incoming.svg?raw";
import missed from "lucide-static/icons/phone-missed.svg?raw";
import outgoing from "lucide-static/icons/phone-outgoing.svg?raw";
import { lookForNews } from "../news.ts";
import { api, me } from "../page.ts";
import { callee } from "../callee.ts";
import { clockTime, nearDay, stopwatch, when } from "../times.ts";
import { say } from "../words.ts";
import { portrait, status } from "./pieces.ts";

/** The other one of the two who called. */
export function otherOf(call: CallRecord, me: string): CallRecord["caller"] {
  return call.caller.id === me ? call.callee : call.caller;
}

/** A line of the history, from which one calls back in one press. */
export function callRow(call: CallRecord, now: Date): TemplateResult {
  const own = me().id;
  const other = otherOf(call, own);
  const lasted = call.startedAt ? ` · ${stopwatch(call.durationSeconds ?? 0)}` : "";
  const picture = call.missed ? missed : call.caller.id === own ? outgoing : incoming;
  const way = say(call.caller.id === own ? "calls.outgoing" : "calls.incoming");
  return html`<li class="row">
    <time datetime=${call.requestedAt}>
      <strong>${clockTime(call.requestedAt)}</strong> <span>${nearDay(call.requestedAt, now)}</span>
    </time>
    <div class="what">
      ${portrait(other, "little")}
      <div>
        <h3>${other.name}</h3>
        <p class="soft small figures">${icon(picture)} ${way} · ${say(`call-type.${call.callType}`)}${lasted}</p>
        ${call.reason ? html`<p class="small">${say("row.reason", { reason: call.reason })}</p>` : nothing}
        ${call.answer ? html`<p class="small">${say("row.answer", { answer: call.answer })}</p>` : nothing}
      </div>
    </div>
    ${status("outcome", call.missed ? "missed" : (call.outcome ?? call.status))}
    <div class="actions">${unseen(call)} ${backButton(call)}</div>
  </li>`;
}

/** Rings the other one; a missed call counts as seen from then on. */
export function callBack(call: CallRecord): void {
  const { id, name } = otherOf(call, me().id);
  const { appointmentId } = call;
  callee.value = {
    ...{ id, name, callType: call.callType, canBook: me().role === "patient" },
    ...(appointmentId && { appointmentId }),
  };
  if (isUnseen(call)) void see(call);
}

export function isUnseen(call: CallRecord): boolean {
  return call.missed && !call.seenAt;
}

/** Takes note of a missed call. Shown at once; should the server not have it, the next look brings it back. */
export async function see(call: CallRecord): Promise<void> {
  await api.seen(call.id).catch(() => undefined);
  await lookForNews();
}

function backButton(call: CallRecord): TemplateResult {
  const { name } = otherOf(call, me().id);
  const label = say("row.at", { action: say("calls.back"), name, when: when(call.requestedAt, new Date()) });
  return html`<button aria-label=${label} @click=${() => callBack(call)}>${icon(phone)} ${say("calls.back")}</button>`;
}

function unseen(call: CallRecord): TemplateResult | typeof nothing {
  if (!isUnseen(call)) return nothing;
  const { name } = otherOf(call, me().id);
  return html`<button class="plain compact" aria-label=${say("calls.seen-whom", { name })} @click=${() => see(call)}>
    ${say("calls.seen")}
  </button>`;
}
