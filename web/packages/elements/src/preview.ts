import { html, nothing, type TemplateResult } from "lit";
import camera from "lucide-static/icons/video.svg?raw";
import cameraOff from "lucide-static/icons/video-off.svg?raw";
import microphone from "lucide-static/icons/mic.svg?raw";
import microphoneOff from "lucide-static/icons/mic-off.svg?raw";
import { type Icon, icon } from "./icon.ts";
import type { MediaState, OwnMedia, Source } from "./media.ts";
import { selfView } from "./self-view.ts";
import type { Say } from "./words.ts";

export const NO_MEDIA: MediaState = { camera: { state: "off" }, microphone: { state: "off" }, facing: "user" };

/** One's own picture, and the switches of camera and microphone on it. Styles: `preview.css`. */
export function preview(media: OwnMedia | undefined, say: Say): TemplateResult {
  const state = media?.state.value ?? NO_MEDIA;
  const { camera: picture, microphone: sound } = state;
  const turnCamera = () => (picture.state === "on" ? media?.closeCamera() : void media?.openCamera());
  const turnMicrophone = () => (sound.state === "on" ? media?.closeMicrophone() : void media?.openMicrophone());
  return html`<div class="preview ${picture.state === "on" ? "is-seen" : ""}" part="preview">
    ${selfView(state, say("check.yourself"))}
    ${picture.state === "on" ? nothing : html`<p>${insteadOf(picture, say)}</p>`}
    <div class="toggles">
      ${toggle({ kind: "microphone", source: sound, on: microphone, off: microphoneOff, turn: turnMicrophone, say })}
      ${toggle({ kind: "camera", source: picture, on: camera, off: cameraOff, turn: turnCamera, say })}
    </div>
  </div>`;
}

function insteadOf(picture: Source, say: Say): string {
  if (picture.state === "opening") return say("check.asked");
  return say(picture.state === "interrupted" ? "check.camera.interrupted" : "check.camera.off");
}

interface Toggle {
  readonly kind: "camera" | "microphone";
  readonly source: Source;
  readonly on: Icon;
  readonly off: Icon;
  readonly turn: () => void;
  readonly say: Say;
}

function toggle({ kind, source, on, off, turn, say }: Toggle): TemplateResult {
  const isOn = source.state === "on";
  const name = say(`check.${kind}.${isOn ? "turn-off" : "turn-on"}`);
  return html`<button
    type="button"
    class="round ${isOn ? "" : "is-off"}"
    aria-label=${name}
    title=${name}
    @click=${turn}
  >
    ${icon(isOn ? on : off)}
  </button>`;
}
