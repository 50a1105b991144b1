/** Whose part of the app a page belongs to. */
export type Side = "patient" | "doctor";

/** Pages whose address is all that is to be known of them. */
const PLAIN = {
  "/": "home",
  "/account": "account",
  "/network": "network",
  "/people": "people",
  "/appointments": "all-appointments",
  "/live": "live",
  "/settings": "settings",
  "/audit": "audit",
  "/messages": "messages",
  "/webhooks": "webhooks",
  "/patient/doctors": "doctors",
  "/patient/book": "book",
  "/patient/appointments": "appointments",
  "/patient/calls": "calls",
  "/doctor/dashboard": "dashboard",
  "/doctor/calendar": "calendar",
  "/doctor/hours": "hours",
  "/doctor/calls": "calls",
} as const;

export type PlainPage = (typeof PLAIN)[keyof typeof PLAIN];

/** The pages of the app and what their addresses say. */
export type Route =
  | { readonly page: PlainPage }
  | { readonly page: "sign-in"; readonly token: string }
  | { readonly page: "join"; readonly token: string }
  | { readonly page: "call"; readonly side: Side; readonly callId: string }
  | { readonly page: "missing" };

export function routeOf(path: string): Route {
  const plain = path.replace(/\/$/, "") || "/";
  if (Object.hasOwn(PLAIN, plain)) return { page: PLAIN[plain as keyof typeof PLAIN] };
  const [first, second, third, ...more] = path.split("/").filter((part) => part !== "");
  if (more.length > 0) return { page: "missing" };
  if (second && !third && (first === "sign-in" || first === "join")) return { page: first, token: second };
  if (second === "video-call" && third && (first === "patient" || first === "doctor")) {
    return { page: "call", side: first, callId: third };
  }
  return { page: "missing" };
}

/** Whom a page is for; nothing, if it is for everybody who is signed in. */
export function rolesOf(page: Route["page"]): readonly string[] | undefined {
  switch (page) {
    case "doctors":
    case "book":
    case "appointments":
      return ["patient"];
    case "dashboard":
    case "calendar":
    case "hours":
      return ["practitioner"];
    case "people":
    case "all-appointments":
      return ["staff", "admin"];
    case "live":
    case "settings":
    case "audit":
    case "messages":
    case "webhooks":
      return ["admin"];
    default:
      return undefined;
  }
}

/** Where somebody of this role begins. */
export function homeOf(role: string): string {
  if (role === "patient") return "/patient/appointments";
  return role === "practitioner" || role === "doctor" ? "/doctor/dashboard" : "/appointments";
}

/** Where somebody of this role finds the calls that were. */
export function callsOf(role: string): string {
  return role === "patient" ? "/patient/calls" : "/doctor/calls";
}

/** The page of a call, for somebody of this role. */
export function callPath(role: string, callId: string): string {
  const side: Side = role === "patient" ? "patient" : "doctor";
  return `/${side}/video-call/${encodeURIComponent(callId)}`;
}
