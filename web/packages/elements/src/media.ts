import type { Readable } from "./follow.ts";

/** Why a camera or a microphone cannot be had. */
export type MediaProblem = "insecure" | "denied" | "missing" | "busy" | "failed";

export type Source =
  | { readonly state: "off" }
  | { readonly state: "opening" }
  | { readonly state: "on"; readonly track: MediaStreamTrack; readonly deviceId: string | undefined }
  | { readonly state: "interrupted"; readonly deviceId: string | undefined }
  | { readonly state: "failed"; readonly problem: MediaProblem };

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface DeviceList {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
}

export interface MediaState {
  readonly camera: Source;
  readonly microphone: Source;
  readonly facing: "user" | "environment";
}

/** What an element needs of the client's `LocalMedia`. */
export interface OwnMedia {
  readonly state: Readable<MediaState>;
  readonly devices: { readonly list: Readable<DeviceList> };
  openCamera(deviceId?: string): Promise<void>;
  closeCamera(): void;
  openMicrophone(deviceId?: string): Promise<void>;
  closeMicrophone(): void;
}

/** What came of trying the network, as the client's `testNetwork` has it. */
export type Verdict = "good" | "narrow" | "blocked" | "unknown" | "no-calls";

/** Tells how loud a track is, from 0 to 1, until `signal` is aborted: the client's `watchLoudness`. */
export type Listen = (track: MediaStreamTrack, tell: (level: number) => void, signal: AbortSignal) => void;
