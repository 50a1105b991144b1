import { unsafeCSS } from "lit";
import type { CallWish, ViewWish } from "./call-wishes.ts";
import { BedsideElement } from "./element.ts";
import stage from "./stage-ground.css?inline";

/** A part of the call page: its wishes go up to the page. */
export abstract class CallPart extends BedsideElement {
  static override styles = [...BedsideElement.styles, unsafeCSS(stage)];

  protected want(detail: CallWish): void {
    this.wish("call-wish", detail);
  }

  protected view(detail: ViewWish): void {
    this.wish("view-wish", detail);
  }
}

/** Whose side somebody is on: the practice keeps the door and shares its screen, a guest can go but not end. */
export function sideOf(role: string): "practice" | "patient" | "guest" {
  if (role === "patient") return "patient";
  return role === "practitioner" || role === "staff" || role === "admin" ? "practice" : "guest";
}
