import type { Bedside, Person } from "@bedside/client";
import { type Appointment, codeOf, type RefusalCode } from "@bedside/client/clinic";
import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import cross from "lucide-static/icons/x.svg?raw";
import { paint } from "./colours.ts";
import { accountMenu } from "./frame/account-menu.ts";
import { ways } from "./frame/ways.ts";
import { lookForNews, news } from "./news.ts";
import {
  api,
  failure,
  go,
  myself,
  onTheWay,
  practice,
  retitle,
  session,
  SHOWN,
  skeleton,
  tell,
  titled,
  told,
  waiting,
} from "./page.ts";
import { Part } from "./part.ts";
import { joinVisit } from "./parts/visit-acts.ts";
import { dress, preferences } from "./preferences.ts";
import { callee } from "./callee.ts";
import { type Route, rolesOf, routeOf } from "./route.ts";
import { entranceOf, otherName } from "./visits.ts";
import { locale, say, sentence, speak, type WordKey } from "./words.ts";
import "./frame/bell.ts";
import "./pages/home.ts";
import "./pages/sign-in.ts";

type PageName = Exclude<Route["page"], "missing">;

/** Each page comes when somebody goes there. */
const PAGES: Readonly<Record<PageName, () => Promise<unknown>>> = {
  home: () => Promise.resolve(),
  "sign-in": () => Promise.resolve(),
  join: () => import("./pages/join.ts"),
  call: () => import("./pages/call.ts"),
  doctors: () => import("./pages/doctors.ts"),
  book: () => import("./pages/book.ts"),
  appointments: () => import("./pages/appointments.ts"),
  calls: () => import("./pages/calls.ts"),
  dashboard: () => import("./pages/dashboard.ts"),
  calendar: () => import("./pages/calendar.ts"),
  hours: () => import("./pages/hours.ts"),
  account: () => import("./pages/account.ts"),
  network: () => import("./pages/network.ts"),
  people: () => import("./pages/people.ts"),
  "all-appointments": () => import("./pages/all-appointments.ts"),
  live: () => import("./pages/live.ts"),
  settings: () => import("./pages/settings.ts"),
  audit: () => import("./pages/audit.ts"),
  messages: () => import("./pages/messages.ts"),
  webhooks: () => import("./pages/webhooks.ts"),
};

/** Whoever has signed in can be rung after this time at the latest. */
const LIVE_WITHIN = 2_000;
/** How long it is said what was just done. */
const TOLD_FOR = 8_000;

/** The frame around every page: whose practice this is, where one can go, what waits, and whether there is a network. */
export class BedsideApp extends Part {
  #isKnown = false;
  #trouble: RefusalCode | undefined;
  #fetched = new Set<string>();
  /** Counts arrivals: whoever comes to a page again, by another address, finds it as that address says. */
  #arrivals = 0;
  #beginning: Appointment | undefined;
  #isLive = false;
  /** Ends what is live for the one who was signed in. */
  #signedOut = new AbortController();
  #hush: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const signal = this.gone;
    window.addEventListener("popstate", () => void this.#arrive(), { signal });
    window.addEventListener("online", () => this.requestUpdate(), { signal });
    window.addEventListener("offline", () => this.requestUpdate(), { signal });
    document.addEventListener("click", closeMenus, { signal });
    document.addEventListener("keydown", closeMenusByKey, { signal });
    this.addEventListener("click", followLink, { signal });
    for (const cell of [news, practice, callee, myself]) cell.watch(() => this.requestUpdate(), signal);
    waiting.watch(retitle, signal);
    told.watch((words) => this.#tell(words), signal);
    void this.#fetchPage();
    void this.#findOut();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#signedOut.abort();
  }

  protected override render(): TemplateResult {
    const route = routeOf(location.pathname);
    const person = myself.value?.person;
    this.classList.toggle("inside", Boolean(person) && isFramed(route));
    return html`
      <a class="skip" href="#main" @click=${skip}>${say("app.skip")}</a>
      <header class="top">${brand()} ${person ? this.#tools() : nothing}</header>
      ${person && isFramed(route) ? ways(person.role) : nothing}
      <main id="main" tabindex="-1">
        ${navigator.onLine ? nothing : html`<p class="network-strip" role="status">${say("app.offline")}</p>`}
        ${this.#begins()} ${this.#page(route, person)}
      </main>
      <div class="toast" role="status">${told.value ? this.#toast() : nothing}</div>
      ${this.#isLive ? html`<incoming-calls></incoming-calls>` : nothing}
      ${this.#isLive && callee.value ? html`<outgoing-call .callee=${callee.value}></outgoing-call>` : nothing}
    `;
  }

  #tools(): TemplateResult {
    const busy = (session.value?.state.value.calls ?? []).some(({ status }) => status === "active");
    return html`<alert-bell></alert-bell>${accountMenu(busy, () => this.#leave())}`;
  }

  #toast(): TemplateResult {
    return html`<div>
      <span>${told.value}</span>
      <button class="plain round soft" aria-label=${say("app.dismiss")} @click=${() => tell("")}>${icon(cross)}</button>
    </div>`;
  }

  /** The other side has called; that is not to be missed on whatever page one is. */
  #begins(): TemplateResult | typeof nothing {
    const one = this.#beginning;
    const way = one && entranceOf(one, new Date());
    if (!one || way?.state !== "open") return nothing;
    const name = otherName(myself.value?.person ?? { id: "" }, one);
    const join = () => void joinVisit(one, way.link);
    return html`<div class="network-strip beginning" role="alert">
      <span>${say("begins.ready", { name })}</span>
      <button class="go" @click=${join}>${say("step.join")}</button>
      <button class="plain round soft" aria-label=${say("app.dismiss")} @click=${() => this.#begun(undefined)}>
        ${icon(cross)}
      </button>
    </div>`;
  }

  #page(route: Route, person: Person | undefined): TemplateResult {
    if (route.page === "missing") return words("missing.title", "missing.what");
    if (!this.#fetched.has(route.page)) return skeleton();
    if (route.page === "sign-in")
      return html`<sign-in-page .token=${route.token} @signed-in=${() => this.#findOut()}></sign-in-page>`;
    if (route.page === "join") return html`<join-page .token=${route.token}></join-page>`;
    if (this.#trouble) return failure(sentence(this.#trouble), this.#trouble, () => void this.#findOut());
    if (!this.#isKnown) return skeleton();
    if (!person || route.page === "home") return html`<home-page @signed-in=${() => this.#findOut()}></home-page>`;
    const roles = rolesOf(route.page);
    if (roles && !roles.includes(person.role)) return words("closed.title", "closed.what");
    // Another person's page is another page, not the same one with another name.
    return html`${keyed(`${person.id} ${this.#arrivals}`, pageOf(route))}`;
  }

  async #arrive(): Promise<void> {
    const { said } = onTheWay();
    this.#arrivals += 1;
    if (said) tell(said);
    window.scrollTo(0, 0);
    await this.#fetchPage();
    await this.updateComplete;
    // Whoever listens instead of looking is told of the new page by its heading.
    this.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }

  async #fetchPage(): Promise<void> {
    const { page } = routeOf(location.pathname);
    this.requestUpdate();
    if (page === "missing" || this.#fetched.has(page)) return;
    try {
      await PAGES[page]();
      this.#fetched.add(page);
    } catch {
      // The files of a page have a name of their own in each version; whoever stayed over an update loads anew.
      tell(say("app.renewed"));
    }
    this.requestUpdate();
  }

  async #findOut(): Promise<void> {
    const signal = this.gone;
    this.#trouble = undefined;
    this.requestUpdate();
    const before = myself.value?.person.id;
    try {
      const [here, who] = await Promise.all([api.practice(signal), api.myself(signal)]);
      practice.value = here;
      paint(here.colour);
      if (who?.person.locale) speak(who.person.locale);
      myself.value = who;
      if (who) dress(preferences().theme);
      this.#isKnown = true;
    } catch (refused) {
      if (!signal.aborted) this.#trouble = codeOf(refused);
    }
    retitle();
    this.requestUpdate();
    if (myself.value?.person.id !== before) await this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    this.#signedOut.abort();
    this.#signedOut = new AbortController();
    session.value = undefined;
    if (!myself.value) return lookForNews();
    const { signal } = this.#signedOut;
    if (!this.#isLive) await this.#firstPage();
    void lookForNews();
    const { goLive } = await import("./live.ts");
    if (signal.aborted) return;
    this.#isLive = true;
    session.value = goLive(signal);
    this.#follow(session.value, signal);
    this.requestUpdate();
  }

  /** Ringing takes as many bytes as all the rest, so the page comes before it; a call is nothing without it. */
  async #firstPage(): Promise<void> {
    if (!isFramed(routeOf(location.pathname))) return;
    const soon = AbortSignal.timeout(LIVE_WITHIN);
    await new Promise((ready) => {
      this.addEventListener(SHOWN, ready, { once: true });
      soon.addEventListener("abort", ready, { once: true });
    });
  }

  #follow(bedside: Bedside, signal: AbortSignal): void {
    let before = bedside.state.value;
    bedside.state.watch((now) => {
      const { notified, rings, reach, calls } = now;
      const isNews = notified !== before.notified || rings.length !== before.rings.length;
      const isBack = reach === "online" && before.reach !== "online";
      if (isNews || isBack) void lookForNews();
      if (notified !== before.notified && notified?.topic === "call-starting" && notified.appointmentId) {
        void this.#fetchBeginning(notified.appointmentId);
      }
      before = now;
      if (calls.length > 0) this.#begun(undefined);
      // The session was ended from elsewhere.
      if (reach === "unauthorized") void this.#findOut();
      this.requestUpdate();
    }, signal);
  }

  async #fetchBeginning(id: string): Promise<void> {
    const one = await api.appointment(id, this.gone).catch(() => undefined);
    if (one && one.practitioner.id !== myself.value?.person.id) this.#begun(one);
  }

  #begun(one: Appointment | undefined): void {
    if (one === this.#beginning) return;
    this.#beginning = one;
    this.requestUpdate();
  }

  #leave(): void {
    myself.value = undefined;
    void this.#reconnect();
    go("/", "replace", { said: say("account.signed-out") });
    // The door says what the practice is called now.
    void this.#findOut();
  }

  #tell(words: string): void {
    clearTimeout(this.#hush);
    if (words) this.#hush = setTimeout(() => (told.value = ""), TOLD_FOR);
    this.requestUpdate();
  }
}

/** A call has the whole page, and so does the way into one by a link. */
function isFramed({ page }: Route): boolean {
  return page !== "call" && page !== "join" && page !== "sign-in";
}

function pageOf(route: Exclude<Route, { page: "missing" | "join" | "sign-in" }>): TemplateResult {
  switch (route.page) {
    case "home":
      return html`<home-page></home-page>`;
    case "call":
      return html`<call-page .callId=${route.callId} .side=${route.side}></call-page>`;
    case "doctors":
      return html`<doctors-page></doctors-page>`;
    case "book":
      return html`<book-page></book-page>`;
    case "appointments":
      return html`<appointments-page></appointments-page>`;
    case "calls":
      return html`<calls-page></calls-page>`;
    case "dashboard":
      return html`<dashboard-page></dashboard-page>`;
    case "calendar":
      return html`<calendar-page></calendar-page>`;
    case "hours":
      return html`<hours-page></hours-page>`;
    case "account":
      return html`<account-page></account-page>`;
    case "network":
      return html`<network-page></network-page>`;
    case "people":
      return html`<people-page></people-page>`;
    case "all-appointments":
      return html`<all-appointments-page></all-appointments-page>`;
    case "live":
      return html`<live-page></live-page>`;
    case "settings":
      return html`<settings-page></settings-page>`;
    case "audit":
      return html`<audit-page></audit-page>`;
    case "messages":
      return html`<messages-page></messages-page>`;
    case "webhooks":
      return html`<webhooks-page></webhooks-page>`;
  }
}

function brand(): TemplateResult {
  const { name, logo } = practice.value ?? {};
  return html`<a class="brand" href="/">
    <img src=${logo || "/icon.svg"} alt="" />
    <span>${name || say("app.name")}</span>
  </a>`;
}

function words(title: WordKey, text: WordKey): TemplateResult {
  titled(say(title));
  return html`<div class="card narrow">
    <h1 tabindex="-1">${say(title)}</h1>
    <p>${say(text)}</p>
    <p><a class="button" href="/">${say("missing.home")}</a></p>
  </div>`;
}

/** Past the frame; the address stays as it is, for it says what the page shows. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** Links between our own pages change the page; all others are the browser's. */
function followLink(event: MouseEvent): void {
  const anchor = (event.target as Element).closest("a");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!anchor || !plain || anchor.target || anchor.hasAttribute("download") || event.defaultPrevented) return;
  if (anchor.origin !== location.origin || anchor.pathname.startsWith("/api")) return;
  event.preventDefault();
  go(anchor.href);
}

/** A menu closes when one presses elsewhere, or something in it. */
function closeMenus(event: Event): void {
  const target = event.target as Element;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    const isInside = menu.contains(target);
    const isChosen = isInside && target.closest(".sheet > button, .sheet > a");
    if (!isInside || isChosen) menu.removeAttribute("open");
  }
}

function closeMenusByKey(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
}

document.documentElement.lang = locale();
dress(undefined);
customElements.define("bedside-app", BedsideApp);
