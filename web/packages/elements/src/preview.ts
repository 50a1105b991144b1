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
    ${toggles({ isHeard: sound.state === "on", isSeen: picture.state === "on", turnMicrophone, turnCamera, say })}
  </div>`;
}

interface Toggles {
  readonly isHeard: boolean;
  readonly isSeen: boolean;
  readonly turnMicrophone: () => void;
  readonly turnCamera: () => void;
  readonly say: Say;
}

/** The switches of camera and microphone, as they lie on one's own picture. */
export function toggles({ isHeard, isSeen, turnMicrophone, turnCamera, say }: Toggles): TemplateResult {
  return html`<div class="toggles">
    ${toggle({ kind: "microphone", isOn: isHeard, picture: isHeard ? microphone : microphoneOff, turn: turnMicrophone, say })}
    ${toggle({ kind: "camera", isOn: isSeen, picture: isSeen ? camera : cameraOff, turn: turnCamera, say })}
  </div>`;
}

function insteadOf(picture: Source, say: Say): string {
  if (picture.state === "opening") return say("check.asked");
  return say(picture.state === "interrupted" ? "check.camera.interrupted" : "check.camera.off");
}

interface Toggle {
  readonly kind: "camera" | "microphone";
  readonly isOn: boolean;
  readonly picture: Icon;
  readonly turn: () => void;
  readonly say: Say;
}

function toggle({ kind, isOn, picture, turn, say }: Toggle): TemplateResult {
  const name = say(`check.${kind}.${isOn ? "turn-off" : "turn-on"}`);
  return html`<button
    type="button"
    class="round ${isOn ? "" : "is-off"}"
    aria-label=${name}
    title=${name}
    @click=${turn}
  >
    ${icon(picture)}
  </button>`;
}
