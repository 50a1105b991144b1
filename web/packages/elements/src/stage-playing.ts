import { noChange } from "lit";
import { type AttributePart, Directive, directive } from "lit/directive.js";

/** For `.srcObject`: a stream that is set again, though the same, begins again, and the picture would flicker. */
export const playing = directive(
  class extends Directive {
    render(stream: MediaStream | null): unknown {
      return stream;
    }

    override update({ element }: AttributePart, [stream]: [MediaStream | null]): unknown {
      return (element as HTMLMediaElement).srcObject === stream ? noChange : stream;
    }
  },
);
