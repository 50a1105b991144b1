/** What the page around a frame may say to us. */
export type FromHost =
  | {
      readonly type: "bedside-sign-in";
      readonly token: string;
      readonly locale?: string;
      readonly theme?: "light" | "dark";
    }
  | { readonly type: "bedside-open"; readonly room?: string; readonly call?: string };

/** What we say to it. Nobody's name is in it. */
export type ToHost =
  | { readonly type: "bedside-ready" }
  | { readonly type: "bedside-token-wanted" }
  | { readonly type: "bedside-ringing"; readonly count: number }
  | { readonly type: "bedside-call-opened" }
  | { readonly type: "bedside-call-closed" };

/** A message of the page around, or nothing: frames hear of browser extensions and the like, too. */
export function fromHost(data: unknown): FromHost | undefined {
  if (typeof data !== "object" || data === null || !("type" in data)) return undefined;
  const { type, ...rest } = data as Readonly<Record<string, unknown>>;
  const { token, locale, theme, room, call } = rest;
  if (type === "bedside-sign-in" && typeof token === "string" && token !== "") {
    const isTheme = theme === "light" || theme === "dark";
    return { type, token, ...(typeof locale === "string" && { locale }), ...(isTheme && { theme }) };
  }
  if (type === "bedside-open" && (typeof room === "string" || typeof call === "string")) {
    return { type, ...(typeof room === "string" && { room }), ...(typeof call === "string" && { call }) };
  }
  return undefined;
}
