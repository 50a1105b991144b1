import type { Code } from "@bedside/protocol";
import type { IceServer } from "./heard.ts";
import { Refused } from "./problem.ts";
import type {
  Appointment,
  AppointmentRequest,
  AppointmentStep,
  Invitation,
  List,
  Pass,
  Person,
  Practitioner,
  SignIn,
} from "./types.ts";

/** What `fetch` does, so that a test can stand in for the network. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/** Which part of a list. */
export interface ListWish {
  readonly cursor?: string;
  readonly limit?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: string;
}

/** The REST side of the server, same origin, signed in by the session cookie. */
export class Api {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch = (path, init) => globalThis.fetch(path, init)) {
    this.#fetch = fetch;
  }

  /** The person whose session this is, or nobody. */
  async me(signal: AbortSignal): Promise<Person | undefined> {
    try {
      return await this.get<Person>("/api/current-user", signal);
    } catch (refused) {
      if (refused instanceof Refused && refused.code === "unauthorized") return undefined;
      throw refused;
    }
  }

  /** Whom a sign-in link would sign in. Spends nothing. */
  signIn(token: string, signal: AbortSignal): Promise<SignIn> {
    return this.get(`/api/sign-in/${encodeURIComponent(token)}`, signal);
  }

  useSignIn(token: string): Promise<void> {
    return this.#post(`/api/sign-in/${encodeURIComponent(token)}`);
  }

  /** What a personal link leads to. Spends nothing. */
  invitation(token: string, signal: AbortSignal): Promise<Invitation> {
    return this.get(`/api/join/${encodeURIComponent(token)}`, signal);
  }

  /** A token for the room of a personal link, as often as needed while the link is valid. */
  async join(token: string): Promise<Pass> {
    const answer = await this.send("POST", `/api/join/${encodeURIComponent(token)}`, {});
    return (await answer.json()) as Pass;
  }

  /** The relays, with a password of a few minutes for trying the network out. */
  async trialServers(signal: AbortSignal): Promise<readonly IceServer[]> {
    const { iceServers } = await this.get<{ iceServers: IceServer[] }>("/api/ice-servers?purpose=trial", signal);
    return iceServers;
  }

  practitioners(signal: AbortSignal, wish: ListWish = {}): Promise<List<Practitioner>> {
    return this.get(listed("/api/practitioners", wish), signal);
  }

  /** All of them, for a list to choose from. */
  async everyPractitioner(signal: AbortSignal): Promise<Practitioner[]> {
    const all: Practitioner[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await this.practitioners(signal, { limit: "200", ...(cursor && { cursor }) });
      all.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return all;
  }

  /** The earliest first; `from` leaves out what starts before it. */
  appointments(signal: AbortSignal, wish: ListWish = {}): Promise<List<Appointment>> {
    return this.get(listed("/api/appointments", wish), signal);
  }

  /** `key` makes asking again after a broken connection harmless: the same key gets the first answer. */
  book(request: AppointmentRequest, key: string): Promise<void> {
    return this.#post("/api/appointments", request, key);
  }

  step(appointmentId: string, step: AppointmentStep): Promise<void> {
    return this.#post(`/api/appointments/${encodeURIComponent(appointmentId)}/${step}`, {});
  }

  protected async get<T>(path: string, signal: AbortSignal): Promise<T> {
    const answer = await this.#ask(path, { signal });
    return (await answer.json()) as T;
  }

  /** Says something, and gives the answer as it came. */
  protected send(method: "POST" | "PUT", path: string, body?: object, key?: string): Promise<Response> {
    const headers: Record<string, string> = {};
    if (body) headers["content-type"] = "application/json";
    if (key) headers["idempotency-key"] = key;
    return this.#ask(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  }

  async #post(path: string, body?: object, key?: string): Promise<void> {
    await this.send("POST", path, body, key);
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      const headers = { accept: "application/json", ...init.headers };
      answer = await this.#fetch(path, { ...init, headers, credentials: "same-origin", cache: "no-store" });
    } catch (failure) {
      if (init.signal?.aborted) throw failure;
      throw new Refused("unreachable", String(failure));
    }
    if (!answer.ok) throw await refusal(answer);
    return answer;
  }
}

/** What an answer that is no success says; proxies in between answer in formats of their own. */
async function refusal(answer: Response): Promise<Refused> {
  const problem: unknown = await answer.json().catch(() => undefined);
  if (typeof problem === "object" && problem !== null && "code" in problem && typeof problem.code === "string") {
    const detail = "detail" in problem && typeof problem.detail === "string" ? problem.detail : "";
    return new Refused(problem.code as Code, detail);
  }
  return new Refused("unavailable", `HTTP ${answer.status}`);
}

/** `path` with what is asked of the list. */
export function listed(path: string, wish: ListWish): string {
  const query = new URLSearchParams({ ...wish }).toString();
  return query ? `${path}?${query}` : path;
}
