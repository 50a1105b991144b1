import { myself } from "./page.ts";
import { keep, kept } from "./taste.ts";

export type Shown = "online" | "away" | "dnd";
export type Theme = "auto" | "light" | "dark";

/** What the pages keep for somebody, from one device to the next. */
export interface Preferences {
  readonly presence: Shown;
  readonly theme: Theme;
}

/** As they were kept; whatever is not known is as it is for somebody new. */
export function preferences(): Preferences {
  const kept = myself.value?.settings;
  const { presence, theme } = (typeof kept === "object" && kept !== null ? kept : {}) as Partial<Preferences>;
  return {
    presence: presence === "away" || presence === "dnd" ? presence : "online",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
  };
}

/** Shows something otherwise; whoever calls this keeps it, too. */
export function prefer(change: Partial<Preferences>): void {
  const now = myself.value;
  if (now) myself.value = { ...now, settings: { ...preferences(), ...change } };
}

/** Light or dark, also for the moment before it is known who is here. */
export function dress(theme: Theme | undefined): void {
  if (theme) keep("bedside-theme", theme);
  const worn = theme ?? kept("bedside-theme");
  if (worn === "light" || worn === "dark") document.documentElement.setAttribute("theme", worn);
  else document.documentElement.removeAttribute("theme");
}
