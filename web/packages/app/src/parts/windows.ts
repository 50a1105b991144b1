import { tell } from "../page.ts";
import { say } from "../words.ts";
import { showLink } from "./ask.ts";

/** A window that was opened in the moment of the press, before it is known where it leads. */
export interface Waiting {
  readonly lead: (link: string, name: string) => void;
  readonly giveUp: () => void;
}

/** Opens a window now: a browser allows that to a press alone, and not to the answer that comes after it. */
export function openWindow(): Waiting {
  const opened = window.open("", "_blank");
  return {
    giveUp: () => opened?.close(),
    lead: (link, name) => {
      if (!opened || opened.closed) return showLink(say("window.blocked"), say("window.blocked-text", { name }), link);
      opened.opener = null; // What is opened there has no business with this page.
      opened.location.replace(new URL(link, location.origin).href);
      tell(say("window.opened", { name }));
    },
  };
}
