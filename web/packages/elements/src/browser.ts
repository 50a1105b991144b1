/** Browsers that ask for cameras in ways of their own. */
export type Browser = "chrome" | "firefox" | "safari" | "ios" | "android";

/** Which way a browser asks, by what it says of itself. Chrome's for those we do not know: most are made of it. */
export function browserOf({ userAgent, maxTouchPoints }: Pick<Navigator, "userAgent" | "maxTouchPoints">): Browser {
  // A tablet of Apple's says that it is a Mac, but it can be touched.
  if (/iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes("Macintosh") && maxTouchPoints > 1)) return "ios";
  if (userAgent.includes("Android")) return "android";
  if (userAgent.includes("Firefox/")) return "firefox";
  if (userAgent.includes("Safari/") && !/Chrome|Chromium|Edg/.test(userAgent)) return "safari";
  return "chrome";
}
