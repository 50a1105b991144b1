import type { DeviceList, LocalState, RoomState } from "@bedside/client";
import { html, type TemplateResult } from "lit";
import type { Taste } from "./call-taste.ts";
import type { Sheet } from "./call-wishes.ts";
import type { Layout } from "./stage-layout.ts";
import "./call-devices.ts";
import "./call-end.ts";
import "./call-invite.ts";
import "./call-keys-sheet.ts";
import "./call-more.ts";
import "./call-verify.ts";

/** What the sheets show between them. */
export interface OnSheets {
  readonly locale: string | undefined;
  readonly room: RoomState;
  readonly local: LocalState;
  readonly devices: DeviceList | undefined;
  readonly role: string;
  readonly layout: Layout;
  readonly taste: Taste;
  readonly speaker: string | undefined;
}

export function sheetOf(sheet: Sheet, on: OnSheets): TemplateResult {
  switch (sheet) {
    case "more":
      return html`<bedside-call-more
        .locale=${on.locale}
        .room=${on.room}
        .role=${on.role}
        .layout=${on.layout}
        .self=${on.taste.self}
      ></bedside-call-more>`;
    case "verify":
      return html`<bedside-call-verify .locale=${on.locale} .room=${on.room}></bedside-call-verify>`;
    case "invite":
      return html`<bedside-call-invite .locale=${on.locale} .room=${on.room}></bedside-call-invite>`;
    case "devices":
      return html`<bedside-call-devices
        .locale=${on.locale}
        .local=${on.local}
        .devices=${on.devices}
        .speaker=${on.speaker}
      ></bedside-call-devices>`;
    case "keys":
      return html`<bedside-call-keys .locale=${on.locale} .characters=${on.taste.characters}></bedside-call-keys>`;
    case "end":
      return html`<bedside-call-end .locale=${on.locale}></bedside-call-end>`;
  }
}
