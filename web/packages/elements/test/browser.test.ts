import { expect, test } from "vitest";
import { browserOf } from "../src/browser.ts";

const KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const MAC = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${KIT}`;

test.each([
  ["chrome", `${MAC} Chrome/156.0.0.0 Safari/537.36`, 0],
  ["chrome", `${MAC} Chrome/156.0.0.0 Safari/537.36 Edg/156.0`, 0],
  ["safari", `${MAC} Version/18.5 Safari/605.1.15`, 0],
  ["ios", `${MAC} Version/18.5 Safari/605.1.15`, 5],
  ["ios", `Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${KIT} Version/18.5 Mobile/15E148 Safari/604.1`, 5],
  ["android", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36", 5],
  ["firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", 0],
] as const)("%s is known by what it says of itself", (browser, userAgent, maxTouchPoints) => {
  expect(browserOf({ userAgent, maxTouchPoints })).toBe(browser);
});
