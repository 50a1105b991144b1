import type { DeviceList, LocalMedia, LocalState, NetworkReport, Readable } from "@bedside/client";

export type { Device, DeviceList, MediaProblem, Source } from "@bedside/client";

export type MediaState = Pick<LocalState, "camera" | "microphone" | "facing">;

/** What an element needs of the client's `LocalMedia`. */
export interface OwnMedia extends Pick<
  LocalMedia,
  "openCamera" | "closeCamera" | "openMicrophone" | "closeMicrophone"
> {
  readonly state: Readable<MediaState>;
  readonly devices: { readonly list: Readable<DeviceList> };
}

/** What came of trying the network. */
export type Verdict = NetworkReport["verdict"];

/** Tells how loud a track is, from 0 to 1, until `signal` is aborted. */
export type Listen = (track: MediaStreamTrack, tell: (level: number) => void, signal: AbortSignal) => void;
