import { html, nothing, type TemplateResult } from "lit";
import calendarDays from "lucide-static/icons/calendar-days.svg?raw";
import calendarCheck from "lucide-static/icons/calendar-check.svg?raw";
import clock from "lucide-static/icons/clock.svg?raw";
import house from "lucide-static/icons/house.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import radio from "lucide-static/icons/activity.svg?raw";
import settings from "lucide-static/icons/settings.svg?raw";
import shield from "lucide-static/icons/shield-check.svg?raw";
import stethoscope from "lucide-static/icons/stethoscope.svg?raw";
import users from "lucide-static/icons/users.svg?raw";
import { type Icon, icon } from "../icon.ts";
import { news } from "../news.ts";
import { count } from "../parts/pieces.ts";
import { callsOf } from "../route.ts";
import { say, type WordKey } from "../words.ts";

type Way = readonly [path: string, word: WordKey, picture: Icon];

/** Where somebody of this role can go, the most used first; a phone has room for five. */
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
      ];
    default:
      return [];
  }
}

export function ways(role: string): TemplateResult {
  return html`<nav class="ways" aria-label=${say("nav.label")}>${waysOf(role).map((way) => link(way, role))}</nav>`;
}

function link([path, word, picture]: Way, role: string): TemplateResult {
  const missed = path === callsOf(role) ? news.value.missed.length : 0;
  return html`<a href=${path} aria-current=${location.pathname === path ? "page" : nothing}>
    ${icon(picture)}<span>${say(word)}</span>${count(missed, say("missed.count", { count: missed }))}
  </a>`;
}
