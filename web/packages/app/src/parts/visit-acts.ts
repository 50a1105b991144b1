import { type Appointment, codeOf } from "@bedside/client/clinic";
import { lookForNews } from "../news.ts";
import { api, attempt, go, me, tell } from "../page.ts";
import { callee } from "../callee.ts";
import { when } from "../times.ts";
import { otherName } from "../visits.ts";
import { say, sentence, type WordKey } from "../words.ts";
import { ask } from "./ask.ts";
import { openWindow } from "./windows.ts";

/** Something was done to an appointment; pages that show it look again. */
export const CHANGED = "appointments-changed";

/** The practitioner begins: a question, then a window of its own, and the patient is told at once. */
export async function startVisit(one: Appointment): Promise<void> {
  const name = otherName(me(), one);
  const wants = await ask({
    title: say("start.title", { name }),
    text: say("start.text", { name }),
    yes: say("step.start"),
    no: say("ask.not-now"),
    look: "go",
  });
  if (!wants) return;
  const opened = openWindow();
  try {
    const { videoCallLink } = await api.startCall(one.id);
    opened.lead(ofThisPage(videoCallLink), name);
  } catch (failure) {
    opened.giveUp();
    tell(sentence(codeOf(failure)));
  }
}

/** The patient joins: the same question and the same window. */
export async function joinVisit(one: Appointment, link: string): Promise<void> {
  const name = otherName(me(), one);
  const wants = await ask({
    title: say("join-it.title", { name }),
    text: say(one.provider === "link" ? "join-it.elsewhere" : "join-it.text"),
    yes: say("step.join"),
    no: say("ask.not-now"),
    look: "go",
  });
  if (wants) openWindow().lead(link, name);
}

/** Rings the other one of the two at once, whatever the time of the appointment. */
export function ringOther(one: Appointment, callType: "video" | "audio"): void {
  const { id, name } = me().id === one.patient.id ? one.practitioner : one.patient;
  callee.value = { id, name, callType, canBook: me().role === "patient" };
}

export function acceptVisit(one: Appointment): Promise<void> {
  return change(() => api.settle(one.id, "accept"), "step.accepted");
}

export async function declineVisit(one: Appointment): Promise<void> {
  const wants = await ask({
    title: question("ask.decline", one),
    yes: say("ask.yes-decline"),
    words: say("ask.words"),
  });
  if (wants) await change(() => api.refuse(one.id, "decline", wants.words), "step.declined");
}

export async function cancelVisit(one: Appointment): Promise<void> {
  const wants = await ask({ title: question("ask.cancel", one), yes: say("ask.yes-cancel"), words: say("ask.words") });
  if (wants) await change(() => api.refuse(one.id, "cancel", wants.words), "step.cancelled");
}

export async function moveVisit(one: Appointment): Promise<void> {
  if (me().role === "patient") return go(`/patient/book#move=${encodeURIComponent(one.id)}`);
  const { arrange } = await import("./arrange.ts");
  if (await arrange({ move: one })) await changed();
}

export function closeVisit(one: Appointment, how: "complete" | "no-show"): Promise<void> {
  return change(() => api.settle(one.id, how), "step.closed");
}

/** Whoever shows appointments or counts them looks again; also after a refusal, for somebody was faster. */
export async function changed(): Promise<void> {
  window.dispatchEvent(new Event(CHANGED));
  await lookForNews();
}

async function change(act: () => Promise<void>, done: WordKey): Promise<void> {
  await attempt(act, done);
  await changed();
}

function question(key: WordKey, one: Appointment): string {
  return say(key, { name: otherName(me(), one), when: when(one.scheduledDate, new Date()) });
}

function ofThisPage(link: string): string {
  const { pathname } = new URL(link);
  return pathname.startsWith("/join/") ? pathname : link;
}
