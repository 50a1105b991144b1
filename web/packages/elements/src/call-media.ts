import { type CallType, LocalMedia } from "@bedside/client";

/** The camera and the microphone of one call, from the press that begins or answers it to its end. */
export interface CallMedia {
  readonly local: LocalMedia;
  close(): void;
}

/** If nobody shows the call by then, nobody sees that its camera is on. */
const TAKEN_WITHIN = 10_000;
const kept = new Map<string, CallMedia>();

/** Opens what the call is to have. Whoever calls with their voice is heard; the picture is theirs to add. */
export function openMedia(callType: CallType): CallMedia {
  const end = new AbortController();
  const local = new LocalMedia(end.signal);
  void local.openMicrophone();
  if (callType === "video") void local.openCamera();
  return { local, close: () => end.abort() };
}

/** Keeps it for whoever shows that call next. */
export function keepMedia(callId: string, media: CallMedia): void {
  takeMedia(callId)?.close();
  kept.set(callId, media);
  setTimeout(() => kept.get(callId) === media && takeMedia(callId)?.close(), TAKEN_WITHIN);
}

/** What was opened for that call, which is then the taker's to close. */
export function takeMedia(callId: string): CallMedia | undefined {
  const media = kept.get(callId);
  kept.delete(callId);
  return media;
}
