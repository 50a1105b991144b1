import { Cell, type Readable } from "../cell.ts";

/** Why a camera, a microphone or a screen cannot be had. */
export type MediaProblem =
  /** Plain HTTP: browsers give cameras to secure pages alone. */
  | "insecure"
  /** The person or the browser's settings said no. */
  | "denied"
  /** There is none. */
  | "missing"
  /** Another program has it. */
  | "busy"
  | "failed";

/** What the failure of `getUserMedia` or `getDisplayMedia` means. */
export function problemOf(failure: unknown): MediaProblem {
  const name = failure instanceof Error || failure instanceof DOMException ? failure.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}

/** The browser's part for cameras; a `MediaProblem` where it has none. */
export function mediaDevices(): MediaDevices | "insecure" {
  // The types promise it, but on plain HTTP it is not there.
  return (globalThis.navigator as { mediaDevices?: MediaDevices } | undefined)?.mediaDevices ?? "insecure";
}

export interface Device {
  readonly id: string;
  /** Empty until the person has allowed the use of one of its kind. */
  readonly label: string;
}

export interface DeviceList {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
}

/** What is plugged in, followed while `signal` lasts. Ask `refresh` after a permission: names come with it. */
export class Devices {
  readonly #list = new Cell<DeviceList>({ cameras: [], microphones: [], speakers: [] });

  constructor(signal: AbortSignal) {
    const devices = mediaDevices();
    if (devices === "insecure") return;
    devices.addEventListener("devicechange", () => void this.refresh(), { signal });
    void this.refresh();
  }

  get list(): Readable<DeviceList> {
    return this.#list;
  }

  async refresh(): Promise<void> {
    const devices = mediaDevices();
    if (devices === "insecure") return;
    const all = await devices.enumerateDevices().catch(() => []);
    const of = (kind: MediaDeviceKind) =>
      all
        .filter((one) => one.kind === kind && one.deviceId !== "")
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.#list.value = { cameras: of("videoinput"), microphones: of("audioinput"), speakers: of("audiooutput") };
  }
}
