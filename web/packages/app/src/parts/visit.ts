import type { Appointment } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import calendarPlus from "lucide-static/icons/calendar-plus.svg?raw";
import ellipsis from "lucide-static/icons/ellipsis.svg?raw";
import external from "lucide-static/icons/external-link.svg?raw";
import mapPin from "lucide-static/icons/map-pin.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import videoOff from "lucide-static/icons/video-off.svg?raw";
import { me } from "../page.ts";
import { clockTime, fromNow, nearDay, when } from "../times.ts";
import { type Entrance, entranceOf, otherName } from "../visits.ts";
import { say, type WordKey } from "../words.ts";
import { portrait, status } from "./pieces.ts";
import {
  acceptVisit,
  cancelVisit,
  closeVisit,
  declineVisit,
  joinVisit,
  moveVisit,
  ringOther,
  startVisit,
} from "./visit-acts.ts";

/** One line of a list of appointments: the time first, one main action, the rest in a menu. */
export function visitRow(one: Appointment, now: Date): TemplateResult {
  return html`<li class="row" id=${`visit-${one.id}`}>
    <time datetime=${one.scheduledDate}>
      <strong>${clockTime(one.scheduledDate)}</strong> <span>${nearDay(one.scheduledDate, now)}</span>
    </time>
    <div class="what">${portrait({ name: otherName(me(), one) }, "little")}${visitWords(one)}</div>
    ${status("status", one.status)}
    <div class="actions">${visitActions(one, now)}</div>
  </li>`;
}

/** Who, what and why. */
export function visitWords(one: Appointment): TemplateResult {
  return html`<div>
    <h3>${otherName(me(), one)}</h3>
    <p class="soft small">${visitKind(one)}</p>
    ${one.reason ? html`<p class="small">${say("row.reason", { reason: one.reason })}</p>` : nothing}
    ${one.answer ? html`<p class="small">${say("row.answer", { answer: one.answer })}</p>` : nothing}
  </div>`;
}

/** "Video call · 20 min", and where if it is not here. */
export function visitKind(one: Appointment): string {
  const kind = one.provider === "link" ? say("type.link") : say(`type.${one.type}`);
  return `${kind} · ${say("row.minutes", { minutes: one.durationMinutes })}`;
}

/** What can be done to it now, the most likely first. */
export function visitActions(one: Appointment, now: Date): readonly (TemplateResult | typeof nothing)[] {
  if (one.status === "Pending" && me().role !== "patient") {
    return [act(one, "step.accept", "go", acceptVisit), act(one, "step.decline", "", declineVisit), menu(one, now)];
  }
  return [entrance(one, entranceOf(one, now), now), menu(one, now)];
}

/** The way into the call, or why there is none at the moment. */
function entrance(one: Appointment, way: Entrance, now: Date): TemplateResult | typeof nothing {
  switch (way.state) {
    case "open": {
      const own = me().id === one.practitioner.id;
      const go = own ? () => startVisit(one) : () => joinVisit(one, way.link);
      return html`<button class="go" aria-label=${named(one, own ? "step.start" : "step.join")} @click=${go}>
        ${icon(one.provider === "link" ? external : video)} ${say(own ? "step.start" : "step.join")}
      </button>`;
    }
    case "early":
      return closed(say("step.unavailable"), say("why.early", { opens: fromNow(Date.parse(way.opens), now) }));
    case "pending":
      return closed(say("step.unavailable"), say("why.pending"));
    case "at-practice":
      return one.status === "Accepted"
        ? html`<span class="soft small">${icon(mapPin)} ${say("why.at-practice")}</span>`
        : nothing;
    case "over":
    case "void":
    case "not-yours":
      return nothing;
  }
}

function closed(words: string, why: string): TemplateResult {
  return html`<span class="closed">
    ${icon(videoOff)}<span>${words}<br /><small class="small">${why}</small></span>
  </span>`;
}

/** All the rest. */
function menu(one: Appointment, now: Date): TemplateResult | typeof nothing {
  const items = menuItems(one, now);
  if (items.length === 0) return nothing;
  return html`<details class="menu">
    <summary class="button plain round soft" aria-label=${named(one, "row.more")} title=${say("row.more")}>
      ${icon(ellipsis)}
    </summary>
    <div class="sheet">${items}</div>
  </details>`;
}

function menuItems(one: Appointment, now: Date): readonly TemplateResult[] {
  const items: TemplateResult[] = [];
  const isOpen = one.status === "Pending" || one.status === "Accepted";
  const isOwn = me().id === one.patient.id || me().id === one.practitioner.id;
  if (isOpen) {
    if (isOwn && one.status === "Accepted") items.push(calendarEntry(one));
    if (isOwn) {
      items.push(act(one, "step.ring-video", "", (it) => ringOther(it, "video")));
      items.push(act(one, "step.ring-audio", "", (it) => ringOther(it, "audio")));
    }
    items.push(act(one, "step.move", "", moveVisit), act(one, "step.cancel", "", cancelVisit));
  }
  const begun = Date.parse(one.scheduledDate) <= now.getTime();
  if (me().role !== "patient" && one.status === "Accepted" && begun) {
    items.push(act(one, "step.complete", "", (it) => closeVisit(it, "complete")));
    items.push(act(one, "step.no-show", "", (it) => closeVisit(it, "no-show")));
  }
  return items;
}

/** A file that the calendar of the person's device opens. */
function calendarEntry(one: Appointment): TemplateResult {
  const path = `/api/appointments/${encodeURIComponent(one.id)}/calendar`;
  return html`<a class="button" href=${path} download="appointment.ics"
    >${icon(calendarPlus)} ${say("step.calendar")}</a
  >`;
}

function act(one: Appointment, key: WordKey, look: "go" | "", doIt: (one: Appointment) => unknown): TemplateResult {
  return html`<button class=${look} aria-label=${named(one, key)} @click=${() => void doIt(one)}>${say(key)}</button>`;
}

/** What a button does, and to which appointment, for those who hear one button after the other. */
function named(one: Appointment, key: WordKey): string {
  const action = say(key);
  return say("row.at", { action, name: otherName(me(), one), when: when(one.scheduledDate, new Date()) });
}
