import type { InvitationWish, RefusalCode } from "@bedside/client";
import type { Corner } from "./stage-corner.ts";
import type { Layout } from "./stage-layout.ts";

/** Told when the server has answered: nothing if it did what was wished. */
export type Settled = (refused: RefusalCode | undefined) => void;

type Plain<W extends string> = W extends string ? { readonly wish: W } : never;
type Of<W extends string, T> = W extends string ? { readonly wish: W } & Readonly<T> : never;

/** What the person wishes of the call, as `detail` of the event `call-wish`. Whoever embeds the call grants it. */
export type CallWish = MediaWish | RoomWish | AfterWish;

/** Of their own camera, microphone and screen, and how much is sent. */
export type MediaWish =
  | Plain<"mute" | "unmute" | "camera-on" | "camera-off" | "flip-camera" | "share-screen" | "stop-screen">
  | Of<"use-camera" | "use-microphone", { deviceId: string }>
  | Plain<"save-data" | "stop-saving-data">;

/** What the server decides or passes on. */
export type RoomWish =
  | Plain<"raise-hand" | "lower-hand" | "admit-all" | "lock" | "unlock" | "leave" | "end" | "writing">
  | Of<"write", { text: string; requestId: string; settled: Settled }>
  | Of<"read", { upTo: string }>
  | Of<"admit" | "send-back" | "remove", { userId: string }>
  | Of<"tell-waiting", { userId: string; text: string }>
  | Of<"deny", { userId: string; reason?: string }>
  | Of<"invite", { guest: InvitationWish; settled: Settled }>;

/** After the end: take the seat back from the other device, enter again, go to where one came from. */
export type AfterWish = Plain<"continue-here" | "enter-again" | "close">;

export type Panel = "chat" | "people";
export type Sheet = "more" | "verify" | "invite" | "devices" | "keys" | "end";

/** What the person wishes to see otherwise; the call page grants it by itself. */
export type ViewWish =
  | { readonly view: "panel"; readonly panel: Panel | undefined }
  | { readonly view: "sheet"; readonly sheet: Sheet | undefined }
  | { readonly view: "layout"; readonly layout: Layout }
  | { readonly view: "pin"; readonly userId: string | undefined }
  | { readonly view: "self"; readonly self: "shown" | "hidden" }
  | { readonly view: "corner"; readonly corner: Corner }
  | { readonly view: "volume"; readonly userId: string; readonly volume: number }
  | { readonly view: "speaker"; readonly deviceId: string }
  | { readonly view: "characters"; readonly characters: "on" | "off" }
  | { readonly view: "full-screen" | "picture-in-picture" };

declare global {
  interface HTMLElementEventMap {
    "call-wish": CustomEvent<CallWish>;
    "view-wish": CustomEvent<ViewWish>;
  }
}
