import type { LitElement } from "lit";

/** Presses a button of the element in `place`, for states that begin with a click. */
export async function press(place: Element | undefined, button: string): Promise<void> {
  await Promise.resolve(); // What is in the place comes after the place.
  const elements = [...(place?.querySelectorAll("*") ?? [])];
  const element = elements.find((one): one is LitElement => one.localName.startsWith("bedside-"));
  await element?.updateComplete;
  element?.renderRoot.querySelector<HTMLElement>(button)?.click();
}
