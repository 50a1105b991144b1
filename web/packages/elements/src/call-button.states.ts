import { html, type TemplateResult } from "lit";
import type { States } from "../gallery/state.ts";
import "./call-button.ts";
import type { CallButton } from "./call-button.ts";

function shown({
  presence = "online",
  ringing,
  callType = "video",
  name = "Dr. Jane Smith",
}: Partial<CallButton>): TemplateResult {
  return html`<div style="max-width: 60rem; margin: 0 auto; padding: 24px 16px">
    <h1 style="margin: 0 0 4px; font-size: 28px; line-height: 1.2">${name}</h1>
    <p style="margin: 0 0 16px">Dermatology</p>
    <bedside-call-button
      name=${name}
      presence=${presence}
      call-type=${callType}
      .ringing=${ringing}
    ></bedside-call-button>
  </div>`;
}

export const states: States = {
  "bedside-call-button": {
    online: () => shown({}),
    voice: () => shown({ callType: "audio" }),
    away: () => shown({ presence: "away" }),
    busy: () => shown({ presence: "busy" }),
    offline: () => shown({ presence: "offline" }),
    calling: () => shown({ ringing: { state: "calling" } }),
    reaching: () => shown({ ringing: { state: "reaching", by: "push" } }),
    ringing: () => shown({ ringing: { state: "ringing" } }),
    "not-answered": () =>
      shown({ ringing: { state: "over", words: "Dr. Jane Smith did not answer. Try again later, or book a time." } }),
  },
  "bedside-outgoing-call": {
    instead: () => declined("Dr. Jane Smith cannot talk now. Try again later, or book a time.", "Book a time"),
    "instead-german": () =>
      declined(
        "Dr. Jane Smith kann gerade nicht sprechen. Versuchen Sie es später, oder vereinbaren Sie einen Termin.",
        "Termin buchen",
        "de",
      ),
  },
};

/** A ring that came to nothing, and what the page offers instead. */
function declined(words: string, instead: string, locale = "en"): TemplateResult {
  return html`<bedside-outgoing-call name="Dr. Jane Smith" locale=${locale} .ringing=${{ state: "over", words }}>
    <button slot="instead" style="min-height: 48px">${instead}</button>
  </bedside-outgoing-call>`;
}
