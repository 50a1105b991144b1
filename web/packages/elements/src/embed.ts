// The page for a frame in somebody else's application, which signs in by messages: docs/integration.md, "In a frame".
import { type FromHost, fromHost, type ToHost } from "./embed-messages.ts";
import { IncomingCall, Join } from "./index.ts";

/** A host that was asked for a token and is busy; after that the old one has to do. */
const PATIENCE = 10_000;

let host: string | undefined;
let token = "";
let isSpent = false;
let given: (() => void) | undefined;

const ring = new IncomingCall();

function begin(): void {
  const look = new CSSStyleSheet();
  look.replaceSync("html, body { height: 100%; margin: 0; background: transparent; }");
  document.adoptedStyleSheets = [look];
  ring.addEventListener("rings-changed", ({ detail }: CustomEventInit<number>) => {
    tell({ type: "bedside-ringing", count: detail ?? 0 });
  });
  document.addEventListener("call-answered", () => tell({ type: "bedside-call-opened" }));
  document.addEventListener("call-closed", () => tell({ type: "bedside-call-closed" }));
  addEventListener("message", hear);
  // Nothing in it is secret, and who is around is not known yet.
  if (parent !== window) parent.postMessage({ type: "bedside-ready" } satisfies ToHost, "*");
}

/** From the page around us alone, which the server's `frame-ancestors` has let be there; once known it stays the one. */
function hear({ source, origin, data }: MessageEvent): void {
  if (source !== parent || parent === window || (host !== undefined && origin !== host)) return;
  const message = fromHost(data);
  if (!message) return;
  if (message.type === "bedside-sign-in") signIn(message, origin);
  else if (host !== undefined) open(message);
}

function signIn(message: FromHost & { readonly type: "bedside-sign-in" }, origin: string): void {
  host = origin;
  token = message.token;
  isSpent = false;
  given?.();
  if (message.locale) document.documentElement.lang = message.locale;
  if (message.theme) document.documentElement.style.colorScheme = message.theme;
  if (ring.isConnected) return;
  ring.fetchToken = nextToken;
  document.body.append(ring);
}

/** The token that was given, once; after that the host is asked for another one. */
async function nextToken(): Promise<string> {
  if (isSpent) {
    const next = new Promise<void>((resolve) => (given = resolve));
    tell({ type: "bedside-token-wanted" });
    await Promise.race([next, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  }
  isSpent = true;
  return token;
}

function open({ room = "", call = "" }: FromHost & { readonly type: "bedside-open" }): void {
  document.querySelector("bedside-join")?.remove();
  const join = Object.assign(new Join(), { room, call, fetchToken: nextToken });
  join.addEventListener("call-closed", () => join.remove());
  document.body.append(join);
}

function tell(message: ToHost): void {
  if (host) parent.postMessage(message, host);
}

begin();
