/** Keeps the screen of a phone from going dark until `signal` is aborted. Where the browser will not, it does. */
export function stayAwake(signal: AbortSignal): void {
  const wakeLock = (navigator as { wakeLock?: WakeLock }).wakeLock;
  if (!wakeLock) return;
  let lock: WakeLockSentinel | undefined;
  // A page that was out of sight has lost it.
  const take = async () => {
    if (document.visibilityState !== "visible") return;
    lock = await wakeLock.request("screen").catch(() => undefined);
    if (signal.aborted) await lock?.release();
  };
  document.addEventListener("visibilitychange", () => void take(), { signal });
  signal.addEventListener("abort", () => void lock?.release().catch(() => undefined), { once: true });
  void take();
}
