import type { Bedside } from "@bedside/client";

const watched = new WeakMap<Bedside, string[]>();

/** Follows whether somebody is there, beside all others whom the elements of a page follow, until `signal` is aborted. */
export function watchPresence(bedside: Bedside, userId: string, signal: AbortSignal): void {
  const ids = watched.get(bedside) ?? [];
  watched.set(bedside, ids);
  ids.push(userId);
  // Twenty buttons that come at once are one question.
  const ask = () => queueMicrotask(() => bedside.watchPresence([...new Set(ids)]));
  ask();
  const leave = () => {
    ids.splice(ids.indexOf(userId), 1);
    ask();
  };
  signal.addEventListener("abort", leave, { once: true });
}
