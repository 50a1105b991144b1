import type { Bedside, Outgoing, RingEnd, Situation } from "@bedside/client";
import type { CallButton, Ringing } from "./call-button.ts";
import { watchPresence } from "./presence-watch.ts";
import { refusal } from "./refusal.ts";

/** Has `<bedside-call-button>` show whether its person is there, and the SDK ring them. */
export function ringBy(element: CallButton, bedside: Bedside, signal: AbortSignal): void {
  watchPresence(bedside, element.user, signal);
  const ring = ({ detail }: Event & { readonly detail?: { readonly callType: "video" | "audio" } }) => {
    const { user, reason, appointment: appointmentId } = element;
    const { callType = "video" } = detail ?? {};
    void bedside.ring(user, { callType, ...(reason && { reason }), ...(appointmentId && { appointmentId }) });
  };
  element.addEventListener("ring-person", ring, { signal });
  element.addEventListener("cancel-ring", () => void bedside.cancel(), { signal });
  element.addEventListener("close-ring", () => bedside.closeOutgoing(), { signal });
  bedside.state.watch((situation) => follow(element, bedside, situation), signal);
}

function follow(element: CallButton, bedside: Bedside, { presence, outgoing }: Situation): void {
  element.presence = presence[element.user];
  const own = outgoing?.calleeId === element.user ? outgoing : undefined;
  if (own?.state === "over" && own.end.why === "cancelled") return queueMicrotask(() => bedside.closeOutgoing());
  element.ringing = own && seen(element, own);
  if (own?.state !== "accepted") return;
  const { callId, roomId, callType } = own;
  // After all watchers have been told of this change: closing it is the next one.
  queueMicrotask(() => {
    bedside.closeOutgoing();
    element.answered({ callId, roomId, callType, bedside });
  });
}

function seen(element: CallButton, outgoing: Outgoing): Ringing {
  switch (outgoing.state) {
    case "calling":
    case "sent":
      return { state: "calling" };
    case "ringing":
    case "accepted":
      return { state: "ringing" };
    case "over":
      return { state: "over", words: sentence(element, outgoing.end) };
  }
}

function sentence({ name, words: say }: CallButton, end: RingEnd): string {
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
