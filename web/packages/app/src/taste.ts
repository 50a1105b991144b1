/** What this device keeps of how somebody likes it; nothing of theirs. A browser that keeps nothing is asked again. */
export type Taste = "bedside-theme" | "bedside-language";

export function kept(taste: Taste): string | null {
  try {
    return localStorage.getItem(taste);
  } catch {
    return null;
  }
}

export function keep(taste: Taste, value: string): void {
  try {
    localStorage.setItem(taste, value);
  } catch {
    // It holds until the page goes.
  }
}
