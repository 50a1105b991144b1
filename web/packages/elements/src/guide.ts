import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import type { Browser } from "./browser.ts";
import type { Say } from "./words.ts";

/** What to press in this browser so that it gives the camera or the microphone after all: steps, and where they begin. */
export function guide(browser: Browser, device: "camera" | "microphone", say: Say): TemplateResult {
  const values = { device: say(`check.${device}`), site: location.hostname };
  return html`<figure class="guide">
    <svg viewBox="0 0 320 72" role="img" aria-label=${say(`guide.${browser}.picture`, values)}>
      ${DRAWINGS[browser]()}
    </svg>
    <ol>
      <li>${say(`guide.${browser}.first`, values)}</li>
      <li>${say(`guide.${browser}.second`, values)}</li>
      <li>${say("guide.last", values)}</li>
    </ol>
  </figure>`;
}

const DRAWINGS: Readonly<Record<Browser, () => SVGTemplateResult>> = {
  chrome: () => bar({ y: 20, icon: svg`${sliders(40, 36)}` }),
  firefox: () => bar({ y: 20, icon: svg`${crossedCamera(40, 36)}` }),
  safari: () => svg`
    <rect class="chrome" x="1" y="1" width="318" height="26" rx="4" />
    <text class="strong" x="44" y="19">Safari</text>
    <text x="104" y="19">${"File   Edit   View"}</text>
    <rect class="chrome" x="36" y="31" width="200" height="40" rx="6" />
    <text class="strong" x="50" y="56">${location.hostname.slice(0, 20)} …</text>
    <rect class="mark" x="37" y="2" width="52" height="24" rx="8" />
    <rect class="mark" x="40" y="38" width="192" height="28" rx="8" />`,
  ios: () => bar({ y: 20, icon: svg`<text class="strong" x="31" y="41">${"aA"}</text>` }),
  android: () => bar({ y: 20, icon: svg`${sliders(40, 36)}` }),
};

/** An address bar with the thing to press at its beginning. */
function bar({ y, icon }: { readonly y: number; readonly icon: SVGTemplateResult }): SVGTemplateResult {
  return svg`<rect class="chrome" x="12" y=${y - 4} width="296" height="40" rx="20" />
    ${icon}
    <text x="68" y=${y + 21}>${location.hostname.slice(0, 28)}</text>
    <circle class="mark" cx="40" cy=${y + 16} r="21" />`;
}

function sliders(x: number, y: number): SVGTemplateResult {
  return svg`<g class="line" transform="translate(${x} ${y})">
    <path d="M-8 -4H1M7 -4h1M-8 4h1M-1 4H8" /><circle cx="4" cy="-4" r="3" /><circle cx="-4" cy="4" r="3" />
  </g>`;
}

function crossedCamera(x: number, y: number): SVGTemplateResult {
  return svg`<g class="line" transform="translate(${x} ${y})">
    <rect x="-9" y="-5" width="12" height="10" rx="2" /><path d="M3 -1l6 -3v8l-6 -3M-9 -8L8 8" />
  </g>`;
}
