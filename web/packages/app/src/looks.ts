import type { Audited } from "@bedside/client/clinic";

/** What somebody did in one moment, the same to one or more. */
export type Look = readonly [Audited, ...Audited[]];

/** Each of whom somebody saw in one list is written down; here they are one line. */
export function looks(items: readonly Audited[]): readonly Look[] {
  const all: [Audited, ...Audited[]][] = [];
  for (const one of items) {
    const look = all.at(-1);
    const isSame = look?.[0].at === one.at && look[0].actor.id === one.actor.id && look[0].deed === one.deed;
    if (look && isSame) look.push(one);
    else all.push([one]);
  }
  return all;
}
