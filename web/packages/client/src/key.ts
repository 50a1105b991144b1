/** A key for one wish of the person. Not `crypto.randomUUID`, which plain-HTTP addresses do not have. */
export function freshKey(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
