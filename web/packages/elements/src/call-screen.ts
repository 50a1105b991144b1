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

/** The whole screen for `element`, and back. A browser may have reasons not to. */
export function fillScreen(element: Element): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen();
  void done.catch(() => undefined);
}

/** A picture in a small window over all others, and back. */
export function floatPicture(video: HTMLVideoElement | null | undefined): void {
  const done = document.pictureInPictureElement ? document.exitPictureInPicture() : video?.requestPictureInPicture();
  void done?.catch(() => undefined);
}
