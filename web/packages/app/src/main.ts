import { connect, type Person } from "@bedside/client";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { api, go, saidOnTheWay, session } from "./page.ts";
import { type Route, routeOf } from "./route.ts";
import { say, type WordKey } from "./words.ts";
import "./pages/appointments.ts";
import "./pages/call.ts";
import "./pages/doctors.ts";
import "./pages/home.ts";
import "./pages/join.ts";
import "./pages/network.ts";
import "./pages/sign-in.ts";
import "./ringing.ts";

/** The frame around every page: who practises here, where one can go, and whether there is a network. */
export class BedsideApp extends LitElement {
  #me: Person | undefined;
  #gone = new AbortController();
  /** Ends what is live for the one who was signed in. */
  #signedOut = new AbortController();

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
    this.#signedOut.abort();
  }

  protected override render(): TemplateResult {
    const said = saidOnTheWay();
    return html`
      <a class="skip" href="#main">${say("app.skip")}</a>
      <header>
        <a class="brand" href="/">${say("app.name")}</a>
        <nav>${this.#links().map(([path, key]) => link(path, key))}</nav>
      </header>
      ${navigator.onLine ? nothing : html`<p class="network-strip" role="status">${say("app.offline")}</p>`}
      <main id="main">
        ${said ? html`<p class="card notice" role="status">${said}</p>` : nothing} ${page(routeOf(location.pathname))}
      </main>
      <incoming-calls></incoming-calls>
    `;
  }

  #links(): [string, WordKey][] {
    if (!this.#me) return [];
    if (this.#me.role !== "patient") {
      return [
        ["/doctor/dashboard", "nav.dashboard"],
        ["/network", "nav.network"],
      ];
    }
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
    // The page itself says what is wrong if this fails; the frame stays as it was.
    const before = this.#me?.id;
    this.#me = await api.me(this.#gone.signal).catch(() => this.#me);
    if (this.#me?.id !== before) this.#reconnect();
    this.requestUpdate();
  }

  #reconnect(): void {
    this.#signedOut.abort();
    this.#signedOut = new AbortController();
    session.value = this.#me && connect({ signal: this.#signedOut.signal });
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
    case "network":
      return html`<network-page></network-page>`;
    case "call":
      // Another call is another page, not the same one with another name.
      return html`${keyed(route.callId, html`<call-page .callId=${route.callId} .side=${route.side}></call-page>`)}`;
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
