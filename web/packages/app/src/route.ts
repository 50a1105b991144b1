/** Whose part of the app a page belongs to. */
export type Side = "patient" | "doctor";

/** The pages of the app and what their addresses say. */
export type Route =
  | { readonly page: "home" }
  | { readonly page: "sign-in"; readonly token: string }
  | { readonly page: "join"; readonly token: string }
  | { readonly page: "doctors" }
  | { readonly page: "appointments" }
  | { readonly page: "dashboard" }
  | { readonly page: "network" }
  | { readonly page: "call"; readonly side: Side; readonly callId: string }
  | { readonly page: "missing" };

export function routeOf(path: string): Route {
  const [first, second, third, ...more] = path.split("/").filter((part) => part !== "");
  if (more.length > 0) return { page: "missing" };
  if (!first) return { page: "home" };
  if (second && !third && (first === "sign-in" || first === "join")) return { page: first, token: second };
  if (second === "video-call" && third && (first === "patient" || first === "doctor")) {
    return { page: "call", side: first, callId: third };
  }
  switch (path.replace(/\/$/, "")) {
    case "/patient/doctors":
      return { page: "doctors" };
    case "/patient/appointments":
      return { page: "appointments" };
    case "/doctor/dashboard":
      return { page: "dashboard" };
    case "/network":
      return { page: "network" };
    default:
      return { page: "missing" };
  }
}

/** Where somebody of this role begins. */
export function homeOf(role: string): string {
  return role === "patient" ? "/patient/appointments" : "/doctor/dashboard";
}

/** The page of a call, for somebody of this role. */
export function callPath(role: string, callId: string): string {
  const side: Side = role === "patient" ? "patient" : "doctor";
  return `/${side}/video-call/${encodeURIComponent(callId)}`;
}
