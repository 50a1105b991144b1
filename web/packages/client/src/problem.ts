import type { Code } from "@bedside/protocol";

/** The server's codes, and the one that no server can send: it was not reached. */
export type RefusalCode = Code | "unreachable";

/** The server said no, or nothing. `code` is what to choose a sentence by. */
export class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, detail: string) {
    super(detail);
    this.name = "Refused";
    this.code = code;
  }
}

/** Anything that is not an answer of the server is a mistake of ours, and looks like the server's. */
export function codeOf(failure: unknown): RefusalCode {
  return failure instanceof Refused ? failure.code : "unavailable";
}
