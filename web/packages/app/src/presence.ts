import type { Bedside } from "@bedside/client";

const followed = new WeakMap<Bedside, string[]>();

/** Follows whether people are there, beside all others whom the pages follow, until `signal` is aborted. */
export function followPresence(bedside: Bedside, ids: readonly string[], signal: AbortSignal): void {
  const all = followed.get(bedside) ?? [];
  followed.set(bedside, all);
  all.push(...ids);
  const ask = () => queueMicrotask(() => bedside.watchPresence([...new Set(all)]));
  ask();
  const leave = () => {
    for (const id of ids) all.splice(all.indexOf(id), 1);
    ask();
  };
  signal.addEventListener("abort", leave, { once: true });
}
