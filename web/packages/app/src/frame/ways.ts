import { type Icon, icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import calendarDays from "lucide-static/icons/calendar-days.svg?raw";
import calendarCheck from "lucide-static/icons/calendar-check.svg?raw";
import clock from "lucide-static/icons/clock.svg?raw";
import ellipsis from "lucide-static/icons/ellipsis.svg?raw";
import house from "lucide-static/icons/house.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import radio from "lucide-static/icons/activity.svg?raw";
import send from "lucide-static/icons/send.svg?raw";
import settings from "lucide-static/icons/settings.svg?raw";
import shield from "lucide-static/icons/shield-check.svg?raw";
import stethoscope from "lucide-static/icons/stethoscope.svg?raw";
import users from "lucide-static/icons/users.svg?raw";
import webhook from "lucide-static/icons/webhook.svg?raw";
import { news } from "../news.ts";
import { count } from "../parts/pieces.ts";
import { callsOf } from "../route.ts";
import { say, type WordKey } from "../words.ts";

type Way = readonly [path: string, word: WordKey, picture: Icon];

/** A phone has room for so many side by side. */
const ROOM = 5;

/** Where somebody of this role can go, the most used first. */
function waysOf(role: string): readonly Way[] {
  const appointments: Way = ["/appointments", "nav.appointments", calendarDays];
  const people: Way = ["/people", "nav.people", users];
  switch (role) {
    case "patient":
      return [
        ["/patient/appointments", "nav.appointments", calendarCheck],
        ["/patient/doctors", "nav.doctors", stethoscope],
        ["/patient/calls", "nav.calls", phone],
      ];
    case "practitioner":
      return [
        ["/doctor/dashboard", "nav.dashboard", house],
        ["/doctor/calendar", "nav.calendar", calendarDays],
        ["/doctor/calls", "nav.calls", phone],
        ["/doctor/hours", "nav.hours", clock],
      ];
    case "staff":
      return [appointments, people];
    case "admin":
      return [
        appointments,
        people,
        ["/live", "nav.live", radio],
        ["/settings", "nav.settings", settings],
        ["/audit", "nav.audit", shield],
        ["/messages", "nav.messages", send],
        ["/webhooks", "nav.webhooks", webhook],
      ];
    default:
      return [];
  }
}

export function ways(role: string): TemplateResult {
  const all = waysOf(role);
  const first = all.length > ROOM ? all.slice(0, ROOM - 1) : all;
  const further = all.slice(first.length);
  return html`<nav class="ways" aria-label=${say("nav.label")}>
    ${first.map((way) => link(way, role))} ${further.map((way) => link(way, role, "further"))}
    ${further.length > 0 ? more(further, role) : nothing}
  </nav>`;
}

/** What a phone has no room for. */
function more(further: readonly Way[], role: string): TemplateResult {
  const isThere = further.some(([path]) => path === location.pathname);
  return html`<details class="menu more">
    <summary class=${isThere ? "there" : ""}>${icon(ellipsis)}<span>${say("nav.more")}</span></summary>
    <div class="sheet">${further.map((way) => link(way, role, "button"))}</div>
  </details>`;
}

function link([path, word, picture]: Way, role: string, look = ""): TemplateResult {
  const missed = path === callsOf(role) ? news.value.missed.length : 0;
  return html`<a class=${look || nothing} href=${path} aria-current=${location.pathname === path ? "page" : nothing}>
    ${icon(picture)}<span>${say(word)}</span>${count(missed, say("missed.count", { count: missed }))}
  </a>`;
}
