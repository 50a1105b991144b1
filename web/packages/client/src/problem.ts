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

  /** What an answer that is no success says; proxies in between answer in formats of their own. */
  static async by(answer: Response): Promise<Refused> {
    const problem: unknown = await answer.json().catch(() => undefined);
    if (typeof problem === "object" && problem !== null && "code" in problem && typeof problem.code === "string") {
      const detail = "detail" in problem && typeof problem.detail === "string" ? problem.detail : "";
      return new Refused(problem.code as Code, detail);
    }
    return new Refused("unavailable", `HTTP ${answer.status}`);
  }
}

/** Anything that is not an answer of the server is a mistake of ours, and looks like the server's. */
export function codeOf(failure: unknown): RefusalCode {
  return failure instanceof Refused ? failure.code : "unavailable";
}
