import { guard } from "lit/directives/guard.js";

/** For `.srcObject`: a stream that is set again, though the same, begins again, and the picture would flicker. */
export function playing(stream: MediaStream | null) {
  return guard([stream], () => stream);
}
