import { type Bedside, codeOf, type IncomingCall as Ring } from "@bedside/client";
import type { AcceptCall, DeclineCall, IncomingCall } from "./incoming-call.ts";
import { keepMedia, openMedia } from "./call-media.ts";
import { begun, lasts } from "./ring-time.ts";
import { refusal } from "./refusal.ts";

/** A call to enter now. */
export interface CallAnswered {
  readonly callId: string;
  readonly roomId: string;
  readonly callType: "video" | "audio";
  readonly bedside: Bedside;
}

/** A ring that vanishes so shortly before its end has come to it: clocks differ. */
const NEARLY = 2_000;

/** Has `<bedside-incoming-call>` show who rings, and the SDK answer. */
export function answerCalls(element: IncomingCall, bedside: Bedside, signal: AbortSignal): void {
  let before: readonly Ring[] = [];
  let own = "";
  const heard = new Map<string, number>();
  const follow = (rings: readonly Ring[]) => {
    const gone = before.find(({ callId }) => callId !== own && !rings.some((ring) => ring.callId === callId));
    if (gone) element.settled = { callerName: gone.callerName, why: whyGone(gone, heard.get(gone.callId)) };
    before = rings;
    for (const ring of rings) if (!heard.has(ring.callId)) heard.set(ring.callId, begun(ring, Date.now()));
    element.rings = rings;
  };
  const accept = async ({ detail: { callId, callType } }: CustomEvent<AcceptCall>) => {
    own = callId;
    const { callerName = "" } = before.find((ring) => ring.callId === callId) ?? {};
    element.answering = callId;
    element.trouble = "";
    const media = openMedia(callType);
    try {
      const answer = await bedside.answer(callId);
      keepMedia(callId, media);
      element.answered({ ...answer, callType, bedside });
    } catch (failure) {
      media.close();
      const isOver = !bedside.state.value.rings.some((ring) => ring.callId === callId);
      if (isOver) element.settled = { callerName, why: "late" };
      else element.trouble = refusal(codeOf(failure), element.words);
    } finally {
      element.answering = undefined;
    }
  };
  const decline = async ({ detail: { callId, reason } }: CustomEvent<DeclineCall>) => {
    own = callId;
    await bedside.refuse(callId, reason).catch((failure) => {
      element.trouble = refusal(codeOf(failure), element.words);
    });
  };
  bedside.state.watch(({ rings }) => rings !== before && follow(rings), signal);
  element.addEventListener("accept-call", (event) => void accept(event as CustomEvent<AcceptCall>), { signal });
  element.addEventListener("decline-call", (event) => void decline(event as CustomEvent<DeclineCall>), { signal });
}

function whyGone(ring: Ring, since = 0): "missed" | "cancelled" {
  return Date.now() - since > lasts(ring) - NEARLY ? "missed" : "cancelled";
}
