import type { Bedside } from "@bedside/client";
import { html } from "lit";
import type { States } from "../gallery/state.ts";
import "./join.ts";

/** Before the call the element asks nothing of the server but where its relays are. */
const BEDSIDE = { iceServers: [] } as unknown as Bedside;

export const states: States = {
  "bedside-join": {
    before: () => html`<bedside-join room="r1" .bedside=${BEDSIDE}></bedside-join>`,
    "with-consent": () =>
      html`<bedside-join
        room="r1"
        heading="Your appointment with Dr. Jane Smith"
        consent="I agree to a video consultation."
        .bedside=${BEDSIDE}
      ></bedside-join>`,
  },
};
