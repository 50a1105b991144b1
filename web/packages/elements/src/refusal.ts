import type { RefusalCode } from "@bedside/client";
import type { Say } from "./words.ts";

/** What went wrong and what to do now; codes that nobody can do anything about are "has trouble". */
export function refusal(code: RefusalCode, say: Say): string {
  switch (code) {
    case "unreachable":
    case "unauthorized":
    case "rate-limited":
      return say(`error.${code}`);
    default:
      return say("error.unavailable");
  }
}
