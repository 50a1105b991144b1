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

/** A calendar file (RFC 5545) with this one appointment, in UTC, which every calendar shows in its own zone. */
export function calendarFile(one: Appointment, title: string, place: string, now: Date): string {
  const stamp = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const text = (words: string) => words.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
  const lines = [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bedside//EN", "METHOD:PUBLISH", "BEGIN:VEVENT"],
    `UID:${one.id}@bedside`,
    `DTSTAMP:${stamp(now.getTime())}`,
    `DTSTART:${stamp(startOf(one))}`,
    `DTEND:${stamp(endOf(one))}`,
    `SUMMARY:${text(title)}`,
    ...(place ? [`LOCATION:${text(place)}`] : []),
    ...["END:VEVENT", "END:VCALENDAR", ""],
  ];
  return lines.map(folded).join("\r\n");
}

/** No line has more than 75 bytes; the rest goes on behind a space. */
function folded(line: string): string {
  const lines = [""];
  for (const character of line) {
    const last = lines.length - 1;
    const longer = `${lines[last]}${character}`;
    if (new TextEncoder().encode(longer).length > (last === 0 ? 75 : 74)) lines.push(character);
    else lines[last] = longer;
  }
  return lines.join("\r\n ");
}
