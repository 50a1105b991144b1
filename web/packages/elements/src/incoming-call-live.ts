import { type Bedside, codeOf, type IncomingCall as Ring } from "@bedside/client";
import type { AcceptCall, DeclineCall, IncomingCall } from "./incoming-call.ts";
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
  const follow = (rings: readonly Ring[]) => {
    const gone = before.find(({ callId }) => callId !== own && !rings.some((ring) => ring.callId === callId));
    if (gone) element.settled = { callerName: gone.callerName, why: whyGone(gone) };
    before = rings;
    element.rings = rings;
  };
  const accept = async ({ detail: { callId, callType } }: CustomEvent<AcceptCall>) => {
    own = callId;
    const { callerName = "" } = before.find((ring) => ring.callId === callId) ?? {};
    element.answering = callId;
    element.trouble = "";
    try {
      const answer = await bedside.answer(callId);
      element.answered({ ...answer, callType, bedside });
    } catch (failure) {
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

function whyGone({ expiresAt }: Ring): "missed" | "cancelled" {
  return Date.parse(expiresAt) - NEARLY < Date.now() ? "missed" : "cancelled";
}
