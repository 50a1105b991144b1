import { Api, listed, type ListWish } from "./api.ts";
import type {
  Appointment,
  AppointmentRequest,
  Audited,
  Beginning,
  CallRecord,
  Channel,
  Free,
  List,
  Member,
  MemberWords,
  Myself,
  MyWords,
  Notice,
  OneTimeLink,
  Owed,
  Practice,
  Reach,
  Secret,
  Settings,
  SignedIn,
  SignIn,
  Trial,
  Webhook,
  WorkingHours,
} from "./types.ts";
import { Refused } from "./problem.ts";

export { Api } from "./api.ts";
export { freshKey } from "./key.ts";
export { Cell, type Readable } from "./cell.ts";
export { codeOf, type RefusalCode, Refused } from "./problem.ts";
export type * from "./types.ts";
export type { ListWish } from "./api.ts";

/** Which calls of the history. */
export interface HistoryWish extends ListWish {
  readonly outcome?: string;
  readonly with?: string;
}

/** How a call was. */
export interface Opinion {
  readonly stars?: number;
  readonly problems?: readonly string[];
  readonly comment?: string;
}

/** Which times are free. */
export interface FreeWish {
  readonly from?: string;
  readonly to?: string;
  readonly minutes?: string;
}

/** All that pages of the clinic itself ask. Apart from `Api`, so that an embedded element does not carry it. */
export class Clinic extends Api {
  practice(signal: AbortSignal): Promise<Practice> {
    return this.get("/api/practice", signal);
  }

  /** Oneself and what one's pages have kept, or nobody. */
  async myself(signal: AbortSignal): Promise<Myself | undefined> {
    try {
      return await this.get<Myself>("/api/me", signal);
    } catch (refused) {
      if (refused instanceof Refused && refused.code === "unauthorized") return undefined;
      throw refused;
    }
  }

  async describe(words: MyWords): Promise<void> {
    await this.send("PUT", "/api/me", words);
  }

  async keep(settings: object): Promise<void> {
    await this.send("PUT", "/api/me/settings", settings);
  }

  /** Has a link sent there that signs in once. Whether anybody has that address is not told. */
  async askForLink(email: string): Promise<void> {
    await this.send("POST", "/api/sign-in-link", { email });
  }

  async signInByPassword(email: string, password: string): Promise<SignIn> {
    return (await this.send("POST", "/api/sign-in", { email, password })).json() as Promise<SignIn>;
  }

  async choosePassword(chosen: { password: string; current?: string; email?: string }): Promise<void> {
    await this.send("PUT", "/api/me/password", chosen);
  }

  async signOut(): Promise<void> {
    await this.send("POST", "/api/sign-out");
  }

  async mySessions(signal: AbortSignal): Promise<readonly SignedIn[]> {
    return (await this.get<List<SignedIn>>("/api/me/sessions", signal)).items;
  }

  async endSession(id: string): Promise<void> {
    await this.send("POST", `/api/me/sessions/${encodeURIComponent(id)}/end`);
  }

  async endOtherSessions(): Promise<void> {
    await this.send("POST", "/api/me/sessions/end-others");
  }

  free(practitionerId: string, wish: FreeWish, signal: AbortSignal): Promise<Free> {
    const query = new URLSearchParams({ ...wish }).toString();
    return this.get(`/api/practitioners/${encodeURIComponent(practitionerId)}/free-times?${query}`, signal);
  }

  hours(practitionerId: string, signal: AbortSignal): Promise<WorkingHours> {
    return this.get(`/api/practitioners/${encodeURIComponent(practitionerId)}/hours`, signal);
  }

  async putHours(practitionerId: string, hours: WorkingHours): Promise<void> {
    await this.send("PUT", `/api/practitioners/${encodeURIComponent(practitionerId)}/hours`, hours);
  }

  appointment(id: string, signal: AbortSignal): Promise<Appointment> {
    return this.get(`/api/appointments/${encodeURIComponent(id)}`, signal);
  }

  /** All between two times; a calendar has no second page. */
  async appointmentsBetween(from: string, to: string, signal: AbortSignal): Promise<Appointment[]> {
    const all: Appointment[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await this.appointments(signal, { from, to, limit: "200", ...(cursor && { cursor }) });
      all.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return all;
  }

  /** Books, and gives what was booked. */
  async arrange(request: AppointmentRequest, key: string): Promise<Appointment> {
    return (await this.send("POST", "/api/appointments", request, key)).json() as Promise<Appointment>;
  }

  async settle(id: string, step: "accept" | "complete" | "no-show"): Promise<void> {
    await this.send("POST", `/api/appointments/${encodeURIComponent(id)}/${step}`, {});
  }

  async refuse(id: string, step: "decline" | "cancel", reason: string): Promise<void> {
    await this.send("POST", `/api/appointments/${encodeURIComponent(id)}/${step}`, reason ? { reason } : {});
  }

  async move(id: string, scheduledDate: string, durationMinutes?: number): Promise<void> {
    const body = { scheduledDate, ...(durationMinutes !== undefined && { durationMinutes }) };
    await this.send("POST", `/api/appointments/${encodeURIComponent(id)}/reschedule`, body);
  }

  /** Tells the patient that it begins. */
  async startCall(id: string): Promise<Beginning> {
    const answer = await this.send("POST", `/api/appointments/${encodeURIComponent(id)}/start-call`, {});
    return answer.json() as Promise<Beginning>;
  }

  calls(signal: AbortSignal, wish: HistoryWish = {}): Promise<List<CallRecord>> {
    return this.get(listed("/api/calls", wish), signal);
  }

  call(id: string, signal: AbortSignal): Promise<CallRecord> {
    return this.get(`/api/video-call/session/${encodeURIComponent(id)}`, signal);
  }

  missed(signal: AbortSignal): Promise<List<CallRecord>> {
    return this.get("/api/calls/missed?limit=200", signal);
  }

  async seen(callId: string): Promise<void> {
    await this.send("POST", `/api/calls/${encodeURIComponent(callId)}/seen`);
  }

  async rate(callId: string, opinion: Opinion): Promise<void> {
    await this.send("POST", `/api/calls/${encodeURIComponent(callId)}/feedback`, opinion);
  }

  /** Those that run: one's own, or everybody's for an administrator. */
  liveCalls(signal: AbortSignal): Promise<List<CallRecord>> {
    return this.get("/api/video-call/active-sessions?limit=200", signal);
  }

  notices(signal: AbortSignal, wish: ListWish = {}): Promise<List<Notice>> {
    return this.get(listed("/api/notifications", wish), signal);
  }

  async unread(signal: AbortSignal): Promise<number> {
    return (await this.get<{ count: number }>("/api/notifications/unread-count", signal)).count;
  }

  async readNotice(id: string): Promise<void> {
    await this.send("POST", `/api/notifications/${encodeURIComponent(id)}/read`);
  }

  async readAllNotices(): Promise<void> {
    await this.send("POST", "/api/notifications/read-all");
  }

  people(signal: AbortSignal, wish: ListWish & { readonly role?: string } = {}): Promise<List<Member>> {
    return this.get(listed("/api/people", wish), signal);
  }

  async addPerson(words: MemberWords): Promise<{ id: string; name: string }> {
    return (await this.send("POST", "/api/people", words)).json() as Promise<{ id: string; name: string }>;
  }

  async putPerson(id: string, words: MemberWords): Promise<void> {
    await this.send("PUT", `/api/people/${encodeURIComponent(id)}`, words);
  }

  async letPerson(id: string, how: "disable" | "enable" | "end-sessions"): Promise<void> {
    await this.send("POST", `/api/people/${encodeURIComponent(id)}/${how}`);
  }

  async signInLink(id: string): Promise<OneTimeLink> {
    return (
      await this.send("POST", `/api/people/${encodeURIComponent(id)}/sign-in-link`)
    ).json() as Promise<OneTimeLink>;
  }

  async sessionsOf(id: string, signal: AbortSignal): Promise<readonly SignedIn[]> {
    return (await this.get<List<SignedIn>>(`/api/people/${encodeURIComponent(id)}/sessions`, signal)).items;
  }

  settings(signal: AbortSignal): Promise<Settings> {
    return this.get("/api/practice/settings", signal);
  }

  async putSettings(settings: Settings): Promise<void> {
    await this.send("PUT", "/api/practice/settings", settings);
  }

  audit(signal: AbortSignal, wish: ListWish & { readonly actor?: string } = {}): Promise<List<Audited>> {
    return this.get(listed("/api/audit", wish), signal);
  }

  /** By which ways one is told, and what one has chosen. */
  reach(signal: AbortSignal): Promise<Reach> {
    return this.get("/api/me/reach", signal);
  }

  async chooseReach(chosen: Pick<Reach, "choices" | "quietHours" | "stopped">): Promise<void> {
    await this.send("PUT", "/api/me/reach", chosen);
  }

  /** Sends a code there. */
  async newAddress(address: { email: string } | { phone: string }): Promise<void> {
    await this.send("POST", "/api/me/addresses", address);
  }

  async confirmAddress(channel: Channel, code: string): Promise<void> {
    await this.send("POST", "/api/me/addresses/confirm", { channel, code });
  }

  /** A browser that can be woken, as it describes itself. */
  async addDevice(subscription: PushSubscriptionJSON): Promise<void> {
    await this.send("POST", "/api/me/devices", { endpoint: subscription.endpoint, keys: subscription.keys });
  }

  async forgetDevice(endpoint: string): Promise<void> {
    await this.send("POST", "/api/me/devices/forget", { endpoint });
  }

  /** A private address of one's calendar; the one before it ends. */
  async newCalendar(): Promise<string> {
    const answer = await this.send("POST", "/api/me/calendar", {});
    return ((await answer.json()) as { url: string }).url;
  }

  /** What is still to be told, or could not be. For administrators. */
  outbox(
    signal: AbortSignal,
    wish: { readonly state: "waiting" | "failed"; readonly cursor?: string },
  ): Promise<List<Owed>> {
    return this.get(`/api/outbox?${new URLSearchParams({ limit: "50", ...wish })}`, signal);
  }

  async sendAgain(id: string): Promise<void> {
    await this.send("POST", `/api/outbox/${encodeURIComponent(id)}/again`, {});
  }

  webhooks(signal: AbortSignal): Promise<readonly Webhook[]> {
    return this.get("/api/webhooks", signal);
  }

  async addWebhook(url: string): Promise<Secret> {
    return (await this.send("POST", "/api/webhooks", { url })).json() as Promise<Secret>;
  }

  async rotateWebhook(id: string): Promise<Secret> {
    return (await this.send("POST", `/api/webhooks/${encodeURIComponent(id)}/rotate`, {})).json() as Promise<Secret>;
  }

  async letWebhook(id: string, how: "disable" | "enable"): Promise<void> {
    await this.send("POST", `/api/webhooks/${encodeURIComponent(id)}/${how}`, {});
  }

  async tryWebhook(id: string): Promise<Trial> {
    return (await this.send("POST", `/api/webhooks/${encodeURIComponent(id)}/test`, {})).json() as Promise<Trial>;
  }

  async replayWebhook(id: string, from: string): Promise<void> {
    await this.send("POST", `/api/webhooks/${encodeURIComponent(id)}/replay`, { from });
  }
}
