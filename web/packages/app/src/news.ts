import { type Appointment, type CallRecord, Cell, type Notice } from "@bedside/client/clinic";
import { api, myself, waiting } from "./page.ts";

/** What waits for this person to look at it. */
export interface News {
  /** Appointments that the practice is to answer. */
  readonly requests: readonly Appointment[];
  readonly notices: readonly Notice[];
  readonly missed: readonly CallRecord[];
}

const NONE: News = { requests: [], notices: [], missed: [] };

export const news = new Cell<News>(NONE);

let asked = 0;

/** Looks again. What cannot be fetched stays as it was: the bell is no place for trouble. */
export async function lookForNews(): Promise<void> {
  const look = ++asked;
  const role = myself.value?.person.role;
  if (!role) {
    news.value = NONE;
    waiting.value = 0;
    return;
  }
  const signal = AbortSignal.timeout(30_000);
  const answers = role !== "patient";
  const [requests, notices, missed] = await Promise.all([
    answers ? api.appointments(signal, { status: "Pending", from: new Date().toISOString() }) : { items: [] },
    api.notices(signal, { limit: "30" }),
    role === "patient" || role === "practitioner" ? api.missed(signal) : { items: [] },
  ]).catch(() => []);
  if (look !== asked || !requests || !notices || !missed) return;
  news.value = { requests: requests.items, notices: notices.items, missed: missed.items };
  waiting.value = countOf(news.value);
}

/** How much waits. A request is counted once, not again for the notice of it, and so is a missed call. */
export function countOf({ requests, notices, missed }: News): number {
  const others = notices.filter((one) => !one.readAt && !isCountedElsewhere(one, requests, missed));
  return requests.length + missed.length + others.length;
}

function isCountedElsewhere(one: Notice, requests: News["requests"], missed: News["missed"]): boolean {
  if (one.topic === "missed-call") return missed.some(({ id }) => id === one.callId);
  return requests.some(({ id }) => id === one.appointmentId);
}
