/** When something began and for how long it goes on, as the server has it. */
export interface Ringing {
  readonly requestedAt: string;
  readonly expiresAt: string;
}

/**
 * When a ring that is heard `now` began, by this device's clock. The server's clock may be another one: a ring that would
 * have begun in the future, or be over already, begins when it is heard.
 */
export function begun(ring: Ringing, now: number): number {
  const ago = now - Date.parse(ring.requestedAt);
  return ago >= 0 && ago < lasts(ring) ? now - ago : now;
}

/** For how long it rings. */
export function lasts({ requestedAt, expiresAt }: Ringing): number {
  return Date.parse(expiresAt) - Date.parse(requestedAt);
}
