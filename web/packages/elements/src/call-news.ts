import type { Participant, RoomState } from "@bedside/client";
import type { Values, WordKey } from "./words.ts";

/** Something that whoever looks sees happen, and whoever listens is told. */
export interface News {
  readonly key: WordKey;
  readonly values: Values;
}

/** What happened between two states of a room, in sentences. Pure. */
export function newsBetween(before: RoomState, after: RoomState): readonly News[] {
  // Whoever comes in is told of everything by the page itself.
  if (before.stage.state !== "inside" || after.stage.state !== "inside") return [];
  const known = new Map(before.others.map((one) => [one.userId, one]));
  const there = new Set(after.others.map(({ userId }) => userId));
  return [
    ...after.others.flatMap((now) => newsOf(known.get(now.userId), now)),
    ...before.others.filter(({ userId }) => !there.has(userId)).map(({ name }) => news("call.news.left", name)),
    ...after.chat
      .slice(before.chat.length)
      .filter(({ userId }) => userId !== after.selfId)
      .map(({ name, text }): News => ({ key: "call.news.wrote", values: { name, text } })),
  ];
}

function newsOf(before: Participant | undefined, now: Participant): readonly News[] {
  const { name } = now;
  if (!before) return [news("call.news.joined", name)];
  const all: News[] = [];
  if (isLost(now) !== isLost(before)) all.push(news(isLost(now) ? "call.news.lost" : "call.news.back", name));
  if (now.handRaised && !before.handRaised) all.push(news("call.news.hand", name));
  if (now.screen !== before.screen) all.push(news(now.screen ? "call.news.shares" : "call.news.shares-no-more", name));
  return all;
}

/** Whether their picture and sound have stopped for the network's sake. */
export function isLost({ isAway, media }: Participant): boolean {
  return isAway || media?.connection === "reconnecting";
}

function news(key: WordKey, name: string): News {
  return { key, values: { name } };
}
