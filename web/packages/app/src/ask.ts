import { html, render } from "lit";
import { say } from "./words.ts";

/** Asks before something that cannot be taken back. Escape and "keep it" are no. */
export function ask(question: string, yes: string): Promise<boolean> {
  const dialog = document.createElement("dialog");
  render(
    html`<form method="dialog">
      <p id="question">${question}</p>
      <div class="actions">
        <button class="quiet" value="no" autofocus>${say("ask.keep")}</button>
        <button class="stop" value="yes">${yes}</button>
      </div>
    </form>`,
    dialog,
  );
  dialog.setAttribute("aria-labelledby", "question");
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answered(dialog.returnValue === "yes");
    });
  });
}
