import { html, type TemplateResult } from "lit";
import { fakeCamera, fakeMedia, fakeMicrophone } from "../gallery/fakes.ts";
import type { States } from "../gallery/state.ts";
import "./device-check.ts";
import type { DeviceCheck } from "./device-check.ts";
import type { DeviceList, MediaState, Verdict } from "./media.ts";

const DEVICES: DeviceList = {
  cameras: [
    { id: "c1", label: "Integrated camera" },
    { id: "c2", label: "Dermatoscope HD (USB 3.0)" },
  ],
  microphones: [
    { id: "m1", label: "Integrated microphone" },
    { id: "m2", label: "Headset" },
  ],
  speakers: [
    { id: "s1", label: "Integrated speakers" },
    { id: "s2", label: "Headset" },
  ],
};
const seen = () => ({ state: "on", track: fakeCamera(), deviceId: "c1" }) as const;
const heard = () => ({ state: "on", track: fakeMicrophone(), deviceId: "m1" }) as const;
const tested = (verdict: Verdict) => () => Promise.resolve({ verdict });

function shown(state: Partial<MediaState>, of: Partial<DeviceCheck> & { list?: DeviceList } = {}): TemplateResult {
  const { list, asksName = false, consent = "", browser = "chrome", heading = "Check your camera and microphone" } = of;
  const test = of.testNetwork ?? tested("good");
  return html`<div style="padding: 24px 16px">
    <bedside-device-check
      heading=${heading}
      consent=${consent}
      .media=${fakeMedia(state, list)}
      .listen=${(_: MediaStreamTrack, tell: (level: number) => void) => tell(0.05)}
      .testNetwork=${test}
      .browser=${browser}
      .asksName=${asksName}
    ></bedside-device-check>
  </div>`;
}

const no = (problem: "denied" | "missing" | "busy" | "insecure" | "failed") => ({ state: "failed", problem }) as const;
const denied = (browser: DeviceCheck["browser"]) => () =>
  shown({ camera: no("denied"), microphone: heard() }, { browser });

export const states: States = {
  "bedside-device-check": {
    beginning: () => shown({}),
    "all-is-well": () => shown({ camera: seen(), microphone: heard() }, { list: DEVICES }),
    "asked-by-the-browser": () => shown({ camera: { state: "opening" } }),
    "with-name-and-consent": () =>
      shown(
        { camera: seen(), microphone: heard() },
        { asksName: true, consent: "I agree to a video consultation, and know that I may end it at any time." },
      ),
    "denied-in-chrome": denied("chrome"),
    "denied-in-firefox": denied("firefox"),
    "denied-in-safari": denied("safari"),
    "denied-on-an-iphone": denied("ios"),
    "denied-on-android": denied("android"),
    missing: () => shown({ camera: no("missing"), microphone: no("missing") }),
    busy: () => shown({ camera: no("busy"), microphone: heard() }, { list: DEVICES }),
    interrupted: () => shown({ camera: { state: "interrupted", deviceId: "c1" }, microphone: heard() }),
    "not-encrypted": () => shown({ camera: no("insecure"), microphone: no("insecure") }),
  },
};
