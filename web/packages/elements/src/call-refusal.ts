import type { RefusalCode } from "@bedside/client";

/** The sentence for something that the server would not or could not do. */
export function refusalKey(code: RefusalCode) {
  switch (code) {
    case "unreachable":
    case "unavailable":
      return "call.refused.unreachable";
    case "rate-limited":
      return "call.refused.rate-limited";
    case "forbidden":
      return "call.refused.forbidden";
    case "not-now":
    case "expired":
      return "call.refused.not-now";
    default:
      return "call.refused.other";
  }
}
