import { html, nothing, type TemplateResult } from "lit";
import type { MediaState } from "./media.ts";
import { playing } from "./stage-playing.ts";

const streams = new WeakMap<MediaStreamTrack, MediaStream>();

/**
 * One's own picture, as in a mirror. Nothing else is shown so: what the back camera sees is to be read. Where the place
 * around it has a name, it needs none.
 */
export function selfView({ camera, facing }: Pick<MediaState, "camera" | "facing">, name?: string): TemplateResult {
  const stream = camera.state === "on" ? streamOf(camera.track) : null;
  return html`<video
    class=${facing === "user" ? "mirrored" : ""}
    .srcObject=${playing(stream)}
    ?hidden=${stream === null}
    aria-label=${name ?? nothing}
    aria-hidden=${name ? nothing : "true"}
    autoplay
    .muted=${true}
    playsinline
  ></video>`;
}

/** One stream for a track: a new one each time would make the picture flicker. */
function streamOf(track: MediaStreamTrack): MediaStream {
  const known = streams.get(track) ?? new MediaStream([track]);
  streams.set(track, known);
  return known;
}
