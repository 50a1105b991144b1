import type { LocalState, Participant, Reach, RoomState, Source } from "@bedside/client";
import type { Values, WordKey } from "./words.ts";

/** One sentence that matters now, and what can be pressed. */
export interface CallNotice {
  readonly mood: "info" | "warn" | "bad";
  readonly key: WordKey;
  readonly values?: Values;
  readonly action?: "unmute" | "devices" | "save-data" | "stop-screen" | "try-devices" | "open-door";
}

/** What there is to say at the moment, the most urgent first; most of the time nothing. Pure. */
export function noticesOf(room: RoomState, local: LocalState, reach: Reach): readonly CallNotice[] {
  return [
    tamperedNotice(room),
    reachNotice(reach),
    microphoneNotice(local),
    failureNotice(local),
    interruptedNotice(local),
    networkNotice(room),
    doorNotice(room),
    sharingNotice(local),
  ].filter((one) => one !== undefined);
}

function tamperedNotice({ others }: RoomState): CallNotice | undefined {
  const tampered = others.find(({ media }) => media?.verification.state === "broken");
  return tampered && { mood: "bad", key: "call.notice.tampered", values: { name: tampered.name } };
}

function reachNotice(reach: Reach): CallNotice | undefined {
  if (reach === "unauthorized") return { mood: "bad", key: "call.notice.unauthorized" };
  return reach === "online" ? undefined : { mood: "warn", key: "call.notice.offline" };
}

function doorNotice({ atTheDoor: [first, ...more] }: RoomState): CallNotice | undefined {
  if (!first) return undefined;
  const values = { name: first.name, count: more.length + 1 };
  return { mood: "info", key: "call.notice.door", values, action: "open-door" };
}

function sharingNotice({ screen }: LocalState): CallNotice | undefined {
  return screen.state === "on" ? { mood: "info", key: "call.notice.sharing", action: "stop-screen" } : undefined;
}

function microphoneNotice({ notice }: LocalState): CallNotice | undefined {
  switch (notice) {
    case "talking-while-muted":
      return { mood: "warn", key: "call.notice.muted", action: "unmute" };
    case "no-sound":
      return { mood: "warn", key: "call.notice.no-sound", action: "devices" };
    case "none":
      return undefined;
  }
}

function failureNotice({ camera, microphone }: LocalState): CallNotice | undefined {
  const [cameraProblem, microphoneProblem] = [problemOf(camera), problemOf(microphone)];
  const problem = microphoneProblem ?? cameraProblem;
  if (!problem) return undefined;
  if (problem === "insecure") return { mood: "bad", key: "call.notice.insecure" };
  const what = microphoneProblem && cameraProblem ? "both" : microphoneProblem ? "microphone" : "camera";
  const why = problem === "failed" ? "busy" : problem;
  const action = problem === "denied" ? "try-devices" : "devices";
  return { mood: what === "camera" ? "warn" : "bad", key: `call.notice.${what}-${why}`, action };
}

function interruptedNotice({ camera, microphone }: LocalState): CallNotice | undefined {
  if (microphone.state === "interrupted")
    return { mood: "warn", key: "call.notice.microphone-gone", action: "devices" };
  return camera.state === "interrupted"
    ? { mood: "warn", key: "call.notice.camera-gone", action: "devices" }
    : undefined;
}

function networkNotice({ others, isSaving }: RoomState): CallNotice | undefined {
  const weak = others.find(({ media }) => media?.connection === "connected" && (media.quality?.bars ?? 3) <= 1);
  const soundOnly = others.find(({ media }) => media?.isSoundOnly || media?.isSendingSoundOnly);
  if (soundOnly)
    return { mood: "warn", key: `call.notice.sound-only-${whose(soundOnly)}`, values: { name: soundOnly.name } };
  if (!weak) return undefined;
  const side = whose(weak);
  const mayHelp = !isSaving && (side === "yours" || side === "both");
  const values = { name: weak.name };
  return { mood: "warn", key: `call.notice.weak-${side}`, values, ...(mayHelp && { action: "save-data" as const }) };
}

function whose({ media }: Participant): "yours" | "theirs" | "both" | "unknown" {
  return media?.quality?.whose ?? "unknown";
}

function problemOf(source: Source) {
  return source.state === "failed" ? source.problem : undefined;
}
