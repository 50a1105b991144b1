import { afterEach, expect, test, vi } from "vitest";
import { type MediaProblem, problemOf } from "../src/media/devices.ts";
import { LocalMedia, type LocalState } from "../src/media/local.ts";

/** A track as far as the SDK touches it. */
class Track extends EventTarget {
  enabled = true;
  muted = false;
  contentHint = "";
  readyState = "live";
  readonly deviceId: string;

  constructor(deviceId: string) {
    super();
    this.deviceId = deviceId;
  }

  stop(): void {
    this.readyState = "ended";
  }

  clone(): Track {
    return new Track(this.deviceId);
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId };
  }

  /** Unplugged, or taken by somebody else. */
  end(): void {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }
}

type Asked = { readonly video?: { readonly facingMode?: string }; readonly audio?: object };

/** A browser that gives what `give` gives. */
function browser(give: (asked: Asked) => Track | Promise<Track>): { asked: Asked[]; devices: EventTarget } {
  const asked: Asked[] = [];
  const stream = async (wish: Asked) => {
    asked.push(wish);
    const track = await give(wish);
    return { getTracks: () => [track] };
  };
  const media = { getUserMedia: stream, getDisplayMedia: stream, enumerateDevices: async () => [] };
  const devices = Object.assign(new EventTarget(), media);
  vi.stubGlobal("navigator", { mediaDevices: devices });
  return { asked, devices };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function refuse(name: string): () => never {
  return () => {
    throw new DOMException("no", name);
  };
}

function trackOf({ state, ...source }: LocalState["camera"]): Track {
  if (state !== "on") throw new Error(state);
  return (source as unknown as { track: Track }).track;
}

test.each<[string, MediaProblem]>([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "missing"],
  ["OverconstrainedError", "missing"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
  ["TypeError", "failed"],
])("%s means %s", async (name, problem) => {
  browser(refuse(name));
  const local = new LocalMedia(new AbortController().signal);
  await Promise.all([local.openCamera(), local.openMicrophone()]);
  expect(local.state.value).toMatchObject({
    camera: { state: "failed", problem },
    microphone: { state: "failed", problem },
  });
  expect(problemOf("anything else")).toBe("failed");
});

test("plain HTTP has no cameras, and says so", async () => {
  vi.stubGlobal("navigator", {});
  const local = new LocalMedia(new AbortController().signal);
  await local.openCamera();
  expect(local.state.value.camera).toEqual({ state: "failed", problem: "insecure" });
});

test("a denied camera leaves the microphone alone", async () => {
  browser(({ video }) => (video ? refuse("NotAllowedError")() : new Track("m1")));
  const local = new LocalMedia(new AbortController().signal);
  await Promise.all([local.openCamera(), local.openMicrophone()]);
  expect([local.state.value.camera.state, local.state.value.microphone.state]).toEqual(["failed", "on"]);
});

test("closing means that the light goes out, and muting does not", async () => {
  browser(() => new Track("d1"));
  const gone = new AbortController();
  const local = new LocalMedia(gone.signal);
  await Promise.all([local.openCamera(), local.openMicrophone()]);
  const [camera, microphone] = [trackOf(local.state.value.camera), trackOf(local.state.value.microphone)];
  local.mute();
  expect([microphone.enabled, microphone.readyState]).toEqual([false, "live"]);
  local.unmute();
  expect(microphone.enabled).toBe(true);
  local.closeCamera();
  expect(camera.readyState).toBe("ended");
  gone.abort();
  expect(microphone.readyState).toBe("ended");
});

test("a camera that is closed while it opens does not stay on", async () => {
  const track = new Track("d1");
  browser(() => track);
  const local = new LocalMedia(new AbortController().signal);
  const opening = local.openCamera();
  local.closeCamera();
  await opening;
  expect([track.readyState, local.state.value.camera.state]).toEqual(["ended", "off"]);
});

test("a microphone that is muted before it opens opens muted", async () => {
  browser(() => new Track("d1"));
  const local = new LocalMedia(new AbortController().signal);
  local.mute();
  await local.openMicrophone();
  expect(trackOf(local.state.value.microphone).enabled).toBe(false);
});

test("another camera takes the place of the first, which is closed", async () => {
  const tracks = [new Track("d1"), new Track("d2")];
  browser(() => tracks.shift() ?? new Track("d3"));
  const local = new LocalMedia(new AbortController().signal);
  await local.openCamera();
  const first = trackOf(local.state.value.camera);
  await local.openCamera("d2");
  expect(local.state.value.camera).toMatchObject({ state: "on", deviceId: "d2" });
  expect(first.readyState).toBe("ended");
});

test("what was on goes on if another one cannot be had", async () => {
  let count = 0;
  browser(() => (count++ === 0 ? new Track("d1") : refuse("NotReadableError")()));
  const local = new LocalMedia(new AbortController().signal);
  await local.openCamera();
  await local.openCamera("d2");
  expect(local.state.value.camera).toMatchObject({ state: "on", deviceId: "d1" });
});

test("a phone's front camera gives way to its back camera", async () => {
  const { asked } = browser(() => new Track("d1"));
  const local = new LocalMedia(new AbortController().signal);
  await local.openCamera();
  await local.flipCamera();
  expect(asked.map(({ video }) => video?.facingMode)).toEqual(["user", "environment"]);
  expect(local.state.value).toMatchObject({ facing: "environment", camera: { state: "on" } });
});

test("a microphone that is pulled out is replaced by whichever is left", async () => {
  const tracks = [new Track("headset")];
  browser(() => tracks.shift() ?? new Track("built-in"));
  const local = new LocalMedia(new AbortController().signal);
  await local.openMicrophone();
  trackOf(local.state.value.microphone).end();
  expect(local.state.value.microphone.state).toBe("interrupted");
  await expect.poll(() => local.state.value.microphone).toMatchObject({ state: "on", deviceId: "built-in" });
});

test("a microphone that a phone call takes is taken again once it can be had", async () => {
  vi.useFakeTimers();
  let isTaken = false;
  browser(() => (isTaken ? refuse("NotReadableError")() : new Track("d1")));
  const local = new LocalMedia(new AbortController().signal);
  await local.openMicrophone();
  const track = trackOf(local.state.value.microphone);
  isTaken = true;
  track.muted = true;
  track.dispatchEvent(new Event("mute"));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(local.state.value.microphone.state).toBe("interrupted");
  expect(track.readyState, "its lamp is out").toBe("ended");
  isTaken = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(local.state.value.microphone.state).toBe("on");
});

test("a microphone that the browser gives back by itself is left alone", async () => {
  vi.useFakeTimers();
  const { asked } = browser(() => new Track("d1"));
  const local = new LocalMedia(new AbortController().signal);
  await local.openMicrophone();
  const track = trackOf(local.state.value.microphone);
  track.muted = true;
  track.dispatchEvent(new Event("mute"));
  track.muted = false;
  track.dispatchEvent(new Event("unmute"));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toHaveLength(1);
});

test("a screen ends by the browser's own button, and not choosing one is no failure", async () => {
  const tracks = [new Track("screen")];
  browser(() => tracks.shift() ?? refuse("NotAllowedError")());
  const local = new LocalMedia(new AbortController().signal);
  await local.shareScreen();
  expect(local.state.value.screen.state).toBe("on");
  trackOf(local.state.value.screen).end();
  expect(local.state.value.screen.state).toBe("off");
  await local.shareScreen();
  expect(local.state.value.screen.state).toBe("off");
});
