import type { Person } from "@bedside/client";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { api, go } from "./page.ts";
import { type Route, routeOf } from "./route.ts";
import { say, type WordKey } from "./words.ts";
import "./pages/appointments.ts";
import "./pages/doctors.ts";
import "./pages/home.ts";
import "./pages/join.ts";
import "./pages/sign-in.ts";

/** The frame around every page: who practises here, where one can go, and whether there is a network. */
export class BedsideApp extends LitElement {
  #me: Person | undefined;
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    window.addEventListener("popstate", () => this.#arrive(), { signal });
    window.addEventListener("online", () => this.requestUpdate(), { signal });
    window.addEventListener("offline", () => this.requestUpdate(), { signal });
    this.addEventListener("click", followLink, { signal });
    void this.#findOut();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }

  protected override render(): TemplateResult {
    return html`
      <a class="skip" href="#main">${say("app.skip")}</a>
      <header>
        <a class="brand" href="/">${say("app.name")}</a>
        <nav>${this.#links().map(([path, key]) => link(path, key))}</nav>
      </header>
      ${navigator.onLine ? nothing : html`<p class="network-strip" role="status">${say("app.offline")}</p>`}
      <main id="main">${page(routeOf(location.pathname))}</main>
    `;
  }

  #links(): [string, WordKey][] {
    if (!this.#me) return [];
    if (this.#me.role !== "patient") return [["/doctor/dashboard", "nav.dashboard"]];
    return [
      ["/patient/appointments", "nav.appointments"],
      ["/patient/doctors", "nav.doctors"],
    ];
  }

  async #arrive(): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    // Whoever listens instead of looking is told of the new page by its heading.
    this.querySelector<HTMLElement>("main h1")?.focus();
    await this.#findOut();
  }

  async #findOut(): Promise<void> {
    // The page itself says what is wrong if this fails; the frame only has no links then.
    this.#me = await api.me(this.#gone.signal).catch(() => undefined);
    this.requestUpdate();
  }
}
customElements.define("bedside-app", BedsideApp);

function page(route: Route): TemplateResult {
  switch (route.page) {
    case "home":
      return html`<home-page></home-page>`;
    case "sign-in":
      return html`<sign-in-page .token=${route.token}></sign-in-page>`;
    case "join":
      return html`<join-page .token=${route.token}></join-page>`;
    case "doctors":
      return html`<doctors-page></doctors-page>`;
    case "appointments":
      return html`<appointments-page></appointments-page>`;
    case "dashboard":
      return html`<dashboard-page></dashboard-page>`;
    case "call":
      return words("call.title", "call.later");
    case "missing":
      return words("missing.title", "missing.what");
  }
}

function words(title: WordKey, text: WordKey): TemplateResult {
  document.title = `${say(title)} · ${say("app.name")}`;
  return html`<h1 tabindex="-1">${say(title)}</h1>
    <div class="card">
      <p>${say(text)}</p>
      <a class="button quiet" href="/">${say("missing.home")}</a>
    </div>`;
}

function link(path: string, key: WordKey): TemplateResult {
  return html`<a href=${path} aria-current=${location.pathname === path ? "page" : nothing}>${say(key)}</a>`;
}

/** Links between our own pages change the page; all others are the browser's. */
function followLink(event: MouseEvent): void {
  const anchor = (event.target as Element).closest("a");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!anchor || !plain || anchor.target || anchor.origin !== location.origin || anchor.classList.contains("skip"))
    return;
  event.preventDefault();
  go(anchor.href);
}
