import type { Bedside, Outgoing, RingEnd } from "@bedside/client";
import { type CallMedia, keepMedia, openMedia } from "./call-media.ts";
import type { OutgoingCall, Ringing } from "./outgoing-call.ts";
import { refusal } from "./refusal.ts";

/** Has `<bedside-outgoing-call>` show how it goes, and the SDK ring. The camera opens at the press, and is sent later. */
export function ringBy(element: OutgoingCall, bedside: Bedside, signal: AbortSignal): void {
  let media: CallMedia | undefined;
  const close = () => {
    media?.close();
    media = undefined;
  };
  const ring = ({ detail }: Event & { readonly detail?: { readonly callType: "video" | "audio" } }) => {
    const { user, reason, appointment: appointmentId } = element;
    const { callType = "video" } = detail ?? {};
    // A second press of the button rings once.
    if (own(element, bedside) !== undefined && own(element, bedside)?.state !== "over") return;
    close();
    media = openMedia(callType);
    void bedside.ring(user, { callType, ...(reason && { reason }), ...(appointmentId && { appointmentId }) });
  };
  const follow = () => {
    const outgoing = own(element, bedside);
    if (outgoing?.state === "over") close();
    if (outgoing?.state === "over" && outgoing.end.why === "cancelled") {
      return queueMicrotask(() => bedside.closeOutgoing());
    }
    element.ringing = outgoing && seen(element, outgoing);
    if (outgoing?.state !== "accepted") return;
    const { callId, roomId, callType } = outgoing;
    if (media) keepMedia(callId, media);
    media = undefined;
    // After all watchers have been told of this change: closing it is the next one.
    queueMicrotask(() => {
      bedside.closeOutgoing();
      element.answered({ callId, roomId, callType, bedside });
    });
  };
  const leave = () => {
    close();
    if (own(element, bedside)) void bedside.cancel().then(() => bedside.closeOutgoing());
  };
  element.addEventListener("ring-person", ring, { signal });
  element.addEventListener("cancel-ring", () => void bedside.cancel(), { signal });
  element.addEventListener("close-ring", () => bedside.closeOutgoing(), { signal });
  bedside.state.watch(follow, signal);
  signal.addEventListener("abort", leave, { once: true });
}

function own(element: OutgoingCall, { state }: Bedside): Outgoing | undefined {
  const { outgoing } = state.value;
  return outgoing?.calleeId === element.user ? outgoing : undefined;
}

function seen(element: OutgoingCall, outgoing: Outgoing): Ringing {
  switch (outgoing.state) {
    case "calling":
      return { state: "calling" };
    case "sent":
      return outgoing.by ? { state: "reaching", by: outgoing.by } : { state: "calling" };
    case "ringing":
    case "accepted":
      return { state: "ringing" };
    case "over":
      return { state: "over", words: sentence(element, outgoing.end) };
  }
}

function sentence({ name, words: say }: OutgoingCall, end: RingEnd): string {
  switch (end.why) {
    case "missed":
      return say("button.over.missed", { name });
    case "declined":
      return end.reason
        ? say("button.over.declined-because", { name, reason: end.reason })
        : say("button.over.declined", { name });
    case "refused":
      if (end.code === "busy" || end.code === "offline") return say(`button.over.${end.code}`, { name });
      return refusal(end.code, say);
    case "cancelled":
      return "";
  }
}
