import type { Appointment, Person } from "@bedside/client/clinic";

/** Whether, and how, one gets into the call of an appointment. A state owns what is to be said of it. */
export type Entrance =
  | { readonly state: "open"; readonly link: string }
  | { readonly state: "early"; readonly opens: string }
  | { readonly state: "pending" | "over" | "void" | "at-practice" | "not-yours" };

/** The entrance as it is at this moment. */
export function entranceOf(one: Appointment, now: Date): Entrance {
  if (one.type === "InPerson") return { state: "at-practice" };
  if (one.status === "Pending") return { state: "pending" };
  if (one.status === "Declined" || one.status === "Cancelled") return { state: "void" };
  const { linkOpensAt: opens, linkClosesAt: closes, videoCallLink: link } = one;
  if (one.status !== "Accepted" || (closes && now.getTime() >= Date.parse(closes))) return { state: "over" };
  if (opens && now.getTime() < Date.parse(opens)) return { state: "early", opens };
  return link ? { state: "open", link: ours(link) } : { state: "not-yours" };
}

/** Our own links lead to where the person is now: one server may have several names, and each keeps its own people. */
function ours(link: string): string {
  const { pathname } = new URL(link);
  return pathname.startsWith("/join/") ? pathname : link;
}

export function startOf(one: Appointment): number {
  return Date.parse(one.scheduledDate);
}

export function endOf(one: Appointment): number {
  return startOf(one) + one.durationMinutes * 60_000;
}

/** The other one of the two; for staff, both. */
export function otherName(me: Pick<Person, "id">, one: Appointment): string {
  if (me.id === one.patient.id) return one.practitioner.name;
  if (me.id === one.practitioner.id) return one.patient.name;
  return `${one.patient.name} · ${one.practitioner.name}`;
}

/** What is next: what goes on or comes, the earliest first. */
export function nextOf(all: readonly Appointment[], now: Date): Appointment | undefined {
  const coming = all.filter((one) => one.status === "Accepted" && endOf(one) > now.getTime());
  return coming.toSorted((a, b) => startOf(a) - startOf(b))[0];
}
