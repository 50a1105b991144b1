import type { Readable } from "../src/follow.ts";
import type { DeviceList, MediaState, OwnMedia } from "../src/media.ts";

/** A cell that never changes. */
export function still<T>(value: T): Readable<T> {
  return { value, watch: (tell) => tell(value) };
}

/** Cameras and microphones that are as the state says and do nothing. */
export function fakeMedia(state: Partial<MediaState>, list: Partial<DeviceList> = {}): OwnMedia {
  return {
    state: still({ camera: { state: "off" }, microphone: { state: "off" }, facing: "user", ...state }),
    devices: { list: still({ cameras: [], microphones: [], speakers: [], ...list }) },
    openCamera: () => Promise.resolve(),
    closeCamera: () => undefined,
    openMicrophone: () => Promise.resolve(),
    closeMicrophone: () => undefined,
  };
}

/** A picture of somebody in front of a wall. */
export function fakeCamera(): MediaStreamTrack {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const paint = canvas.getContext("2d");
  if (!paint) throw new Error("a canvas can be painted");
  const draw = () => {
    paint.fillStyle = "#8fa3a8";
    paint.fillRect(0, 0, 640, 480);
    paint.fillStyle = "#6d8288";
    paint.fillRect(430, 60, 150, 200);
    paint.fillStyle = "#39545c";
    paint.beginPath();
    paint.ellipse(320, 470, 190, 170, 0, 0, 7);
    paint.fill();
    paint.fillStyle = "#d8b49c";
    paint.beginPath();
    paint.ellipse(320, 220, 82, 104, 0, 0, 7);
    paint.fill();
    paint.fillStyle = "#3a2b25";
    paint.beginPath();
    paint.ellipse(320, 165, 90, 70, 0, 3.14, 6.28);
    paint.fill();
  };
  draw();
  setInterval(draw, 200);
  const [track] = canvas.captureStream(5).getVideoTracks();
  if (!track) throw new Error("a canvas gives a track");
  return track;
}

export function fakeMicrophone(): MediaStreamTrack {
  const [track] = new AudioContext().createMediaStreamDestination().stream.getAudioTracks();
  if (!track) throw new Error("a destination gives a track");
  return track;
}
