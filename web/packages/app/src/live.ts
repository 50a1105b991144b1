import { type Bedside, connect } from "@bedside/client";
import "./ringing.ts";

/** The live side of whoever is signed in, with all that rings; it comes after the page, which can be read before. */
export function goLive(signal: AbortSignal): Bedside {
  return connect({ signal });
}
