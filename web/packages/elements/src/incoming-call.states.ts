import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { press } from "../gallery/press.ts";
import type { States } from "../gallery/state.ts";
import "./incoming-call.ts";
import type { IncomingCall, Ring } from "./incoming-call.ts";

const PAGE = html`<div style="max-width: 60rem; margin: 0 auto; padding: 24px 16px">
  <h1 style="margin: 0 0 8px; font-size: 28px; line-height: 1.2">Laboratory results</h1>
  <p style="margin: 0; max-width: 36rem">A page of the practice's own application. The call comes over it.</p>
</div>`;

function ring(of: Partial<Ring>): Ring {
  const now = Date.now();
  return {
    callId: "c1",
    callerName: "Ada Patient",
    callType: "video",
    requestedAt: new Date(now - 8_000).toISOString(),
    expiresAt: new Date(now + 3_600_000).toISOString(),
    ...of,
  };
}

function shown(of: Partial<IncomingCall>): TemplateResult {
  const { rings = [], settled, answering, trouble = "", silent = true } = of;
  return html`${PAGE}<bedside-incoming-call
      .rings=${rings}
      .settled=${settled}
      .answering=${answering}
      .trouble=${trouble}
      .silent=${silent}
    ></bedside-incoming-call>`;
}

const REASON = "A rash on both arms since Monday, and it itches at night.";
const GRACE = { callId: "c2", callerName: "Grace Hopper", callType: "audio" } as const;
const LONG = "Maximiliana Featherstonehaugh-Wolfeschlegelsteinhausen";

export const states: States = {
  "bedside-incoming-call": {
    nobody: () => shown({}),
    ringing: () => shown({ rings: [ring({ reason: REASON })], silent: false }),
    "without-reason": () => shown({ rings: [ring({})] }),
    voice: () => shown({ rings: [ring({ callType: "audio", reason: REASON })] }),
    several: () => shown({ rings: [ring({ reason: REASON }), ring(GRACE), ring({ callId: "c3", callerName: LONG })] }),
    "long-words": () => shown({ rings: [ring({ callerName: LONG, reason: `${REASON} `.repeat(6) })], silent: false }),
    "decline-with-message": () =>
      html`<div ${ref((place) => void press(place, ".message"))}>${shown({ rings: [ring({ reason: REASON })] })}</div>`,
    answering: () => shown({ rings: [ring({ reason: REASON })], answering: "c1" }),
    trouble: () => shown({ rings: [ring({})], trouble: "The connection is gone. Check your network and try again." }),
    "answered-elsewhere": () => shown({ settled: { callerName: "Ada Patient", why: "elsewhere" } }),
    "given-up": () => shown({ settled: { callerName: "Ada Patient", why: "cancelled" } }),
    missed: () => shown({ settled: { callerName: "Ada Patient", why: "missed" } }),
    "too-late-and-another": () => shown({ rings: [ring(GRACE)], settled: { callerName: "Ada Patient", why: "late" } }),
  },
};
