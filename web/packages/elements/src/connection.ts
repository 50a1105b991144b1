import { type Bedside, connect } from "@bedside/client";
import type { PropertyValues } from "lit";
import type { CallAnswered } from "./incoming-call-live.ts";
import { BedsideElement } from "./element.ts";
import { openOverPage } from "./over-page.ts";

/** Where the script came from, which is where Bedside is. */
const HERE = new URL(import.meta.url).origin;

const CONNECTION = ["server", "token", "fetchToken", "bedside"] as const;

/** An element that connects by itself once it is given a token, or takes a connection that is there. */
export class ConnectedElement extends BedsideElement {
  static override properties = {
    ...BedsideElement.properties,
    server: {},
    token: {},
    fetchToken: { attribute: false },
    bedside: { attribute: false },
  };

  /** The address of Bedside; without it, that of the script. */
  declare server: string | undefined;
  /** A token of the host application, as docs/integration.md has it. */
  declare token: string | undefined;
  /** Gets a token; asked again before one ends. */
  declare fetchToken: (() => Promise<string>) | undefined;
  /** A connection that is there already. */
  declare bedside: Bedside | undefined;
  #gone: AbortController | undefined;
  #lived: Bedside | undefined;

  /** Shows what `bedside` tells, and grants what the person wishes, until `signal` is aborted. */
  protected live(_bedside: Bedside, _signal: AbortSignal): void {}

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end();
  }

  protected override willUpdate(changed: PropertyValues<ConnectedElement>): void {
    if (CONNECTION.some((one) => changed.has(one))) this.#begin();
  }

  /** A call to enter now. Whoever prevents the default shows it; otherwise it opens over the page. */
  answered(call: CallAnswered): void {
    const wanted = new CustomEvent("call-answered", { bubbles: true, composed: true, cancelable: true, detail: call });
    if (this.dispatchEvent(wanted)) openOverPage(call, this);
  }

  /** Lives anew: what it shows belongs to something else now. */
  protected again(): void {
    this.#end();
    this.#begin();
  }

  #begin(): void {
    const address = this.server || HERE;
    const wants = this.bedside ?? (this.token || this.fetchToken ? address : undefined);
    // A new token is taken at the next occasion; it is no reason to hang up.
    if (this.#gone && this.#lived && (wants === this.#lived || wants === addresses.get(this.#lived))) return;
    this.#end();
    if (!wants) return;
    this.#gone = new AbortController();
    this.#lived = typeof wants === "string" ? share(wants, this, this.#gone.signal) : wants;
    this.live(this.#lived, this.#gone.signal);
  }

  #end(): void {
    this.#gone?.abort();
    this.#gone = undefined;
    this.#lived = undefined;
  }
}

interface Shared {
  readonly bedside: Bedside;
  readonly users: Set<ConnectedElement>;
  readonly end: AbortController;
}

/** One connection for each server, whatever number of elements is in the page. */
const shared = new Map<string, Shared>();
const addresses = new WeakMap<Bedside, string>();

function share(address: string, user: ConnectedElement, signal: AbortSignal): Bedside {
  const connection = shared.get(address) ?? begin(address);
  connection.users.add(user);
  const leave = () => {
    connection.users.delete(user);
    // A page that exchanges its elements takes one away before it puts the next one in.
    queueMicrotask(() => connection.users.size === 0 && finish(address, connection));
  };
  signal.addEventListener("abort", leave, { once: true });
  return connection.bedside;
}

function begin(address: string): Shared {
  const end = new AbortController();
  const users = new Set<ConnectedElement>();
  const bedside = connect({ url: address, token: () => tokenOf(users), signal: end.signal });
  const connection = { bedside, users, end };
  shared.set(address, connection);
  addresses.set(bedside, address);
  return connection;
}

function finish(address: string, connection: Shared): void {
  connection.end.abort();
  if (shared.get(address) === connection) shared.delete(address);
}

/** That of the element which came last: whoever signs in anew has put in a new one. */
async function tokenOf(users: ReadonlySet<ConnectedElement>): Promise<string> {
  const user = [...users].at(-1);
  return user?.fetchToken ? user.fetchToken() : (user?.token ?? "");
}
