import { html, type TemplateResult } from "lit";
import { fakeCamera, fakeMedia, fakeMicrophone } from "../gallery/fakes.ts";
import type { States } from "../gallery/state.ts";
import "./waiting-room.ts";
import type { WaitingRoom } from "./waiting-room.ts";

const JANE = { name: "Dr. Jane Smith", about: "Dermatology" };

function shown({ wait, message = "", isAway = false, practitioner }: Partial<WaitingRoom>): TemplateResult {
  const media = fakeMedia({
    camera: { state: "on", track: fakeCamera(), deviceId: "c1" },
    microphone: { state: "on", track: fakeMicrophone(), deviceId: "m1" },
  });
  return html`<div style="padding: 32px 16px">
    <bedside-waiting-room
      planned=${new Date().toISOString().replace(/T.*/, "T13:30:00Z")}
      zone="Europe/Vienna"
      message=${message}
      .wait=${wait ?? { state: "waiting", position: 1 }}
      .practitioner=${practitioner}
      .media=${media}
      .isAway=${isAway}
    ></bedside-waiting-room>
  </div>`;
}

export const states: States = {
  "bedside-waiting-room": {
    next: () => shown({ practitioner: JANE }),
    third: () => shown({ practitioner: JANE, wait: { state: "waiting", position: 3 } }),
    "with-a-word": () =>
      shown({
        practitioner: JANE,
        wait: { state: "waiting", position: 2 },
        message: "An emergency came in between. It takes ten more minutes, please stay.",
      }),
    "without-a-name": () => shown({ wait: { state: "waiting", position: undefined } }),
    "connection-lost": () => shown({ practitioner: JANE, isAway: true }),
    admitted: () => shown({ practitioner: JANE, wait: { state: "admitted" } }),
    denied: () => shown({ practitioner: JANE, wait: { state: "denied", reason: "Please call the desk, 01 234 56." } }),
  },
};
