import { html, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { press } from "../gallery/press.ts";
import type { States } from "../gallery/state.ts";
import "./waiting-list.ts";
import type { Waiting, WaitingList } from "./waiting-list.ts";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000 - 5_000).toISOString();
const ADA: Waiting = { userId: "ada", roomId: "r1", name: "Ada Patient", since: ago(4) };
const BERT: Waiting = {
  userId: "bert",
  roomId: "r2",
  name: "Bert Dawson",
  since: ago(11),
  reason: "Follow-up, sutures",
};
const LONG: Waiting = { userId: "m", roomId: "r3", name: "Maximiliana Featherstonehaugh-Wolfeschlegelsteinhausen" };

function shown({ people = [], canWrite = true, busy }: Partial<WaitingList>): TemplateResult {
  return html`<div style="max-width: 60rem; margin: 0 auto; padding: 24px 16px">
    <bedside-waiting-list .people=${people} .canWrite=${canWrite} .busy=${busy}></bedside-waiting-list>
  </div>`;
}

const opened = (words: string) => () =>
  html`<div ${ref((place) => void press(place, `button[aria-label="${words}"]`))}>
    ${shown({ people: [ADA, BERT] })}
  </div>`;

export const states: States = {
  "bedside-waiting-list": {
    nobody: () => shown({}),
    one: () => shown({ people: [ADA], canWrite: false }),
    several: () => shown({ people: [BERT, ADA, LONG] }),
    admitting: () => shown({ people: [BERT, ADA], busy: "bert" }),
    "with-a-message": opened("Message to Ada Patient"),
    "turning-away": opened("Turn away Ada Patient"),
  },
};
