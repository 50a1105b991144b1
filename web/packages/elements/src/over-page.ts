import type { CallAnswered } from "./incoming-call-live.ts";
import css from "./over-page.css?inline";
import type { Join } from "./join.ts";

/** Opens a call over the whole page. Once it is closed, the page is as it was, down to the focus. */
export function openOverPage({ callId, roomId, callType, bedside }: CallAnswered, like: Element): void {
  const place = document.createElement("bedside-call-window");
  const root = place.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(css);
  root.adoptedStyleSheets = [style];
  const dialog = root.appendChild(document.createElement("dialog"));
  const join: Join = Object.assign(document.createElement("bedside-join") as Join, {
    call: callId,
    callType,
    bedside,
    atOnce: true,
  });
  for (const name of ["theme", "locale", "zone", "lang"]) {
    const value = like.getAttribute(name);
    if (value) join.setAttribute(name, value);
  }
  const close = () => {
    // Its end gives the focus back to where it was.
    dialog.close();
    place.remove();
    like.dispatchEvent(new CustomEvent("call-closed", { bubbles: true, composed: true, detail: { callId, roomId } }));
  };
  join.addEventListener("call-closed", (event) => (event.stopPropagation(), close()));
  // Escape closes panels within the call; it must not end the call itself.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.append(join);
  document.body.append(place);
  dialog.showModal();
}
