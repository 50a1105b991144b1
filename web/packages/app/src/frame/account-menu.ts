import { icon } from "@bedside/elements/icon";
import { html, nothing, type TemplateResult } from "lit";
import chevron from "lucide-static/icons/chevron-down.svg?raw";
import logOut from "lucide-static/icons/log-out.svg?raw";
import user from "lucide-static/icons/circle-user.svg?raw";
import wifi from "lucide-static/icons/wifi.svg?raw";
import { api, attempt, me, myself, session } from "../page.ts";
import { portrait, presenceMark } from "../parts/pieces.ts";
import { preferences, prefer, type Shown } from "../preferences.ts";
import { sleepHere } from "../wake.ts";
import { say } from "../words.ts";

const CHOICES: readonly Shown[] = ["online", "away", "dnd"];

/** Who one is here, how one is shown, and the way out. */
export function accountMenu(busy: boolean, signedOut: () => void): TemplateResult {
  const person = me();
  const leave = async () => {
    // Whoever cannot be forgotten here is signed out all the same.
    await sleepHere().catch(() => undefined);
    if (await attempt(() => api.signOut())) signedOut();
  };
  const shown = busy ? "busy" : preferences().presence;
  const practises = person.role === "practitioner";
  return html`<details class="menu">
    <summary class="button person">
      <span class="unseen">${say("account.menu", { name: practises ? person.name : "" })}</span>
      ${portrait(person, "little")}
      <span class="name">${practises ? presenceMark(shown) : person.name}</span> ${icon(chevron)}
    </summary>
    <div class="sheet">
      <div class="who">
        <strong>${person.name}</strong>
        <p class="soft small">${myself.value?.signInEmail ?? ""}</p>
      </div>
      ${practises ? presenceChoice() : nothing}
      <a class="button" href="/account">${icon(user)} ${say("nav.account")}</a>
      ${person.role === "patient" ? nothing : html`<a class="button" href="/network">${icon(wifi)} ${say("nav.network")}</a>`}
      <button @click=${leave}>${icon(logOut)} ${say("account.sign-out")}</button>
    </div>
  </details>`;
}

function presenceChoice(): TemplateResult {
  return html`<fieldset class="who">
    <legend>${say("presence.label")}</legend>
    ${CHOICES.map(
      (one) =>
        html`<label class="check"
          ><input
            type="radio"
            name="presence"
            .checked=${preferences().presence === one}
            @change=${() => choose(one)}
          />
          ${presenceMark(one)}</label
        >`,
    )}
  </fieldset>`;
}

async function choose(presence: Shown): Promise<void> {
  const before = preferences().presence;
  prefer({ presence });
  const isDone = await attempt(async () => {
    await session.value?.setPresence(presence);
    await api.keep(preferences());
  });
  if (!isDone) prefer({ presence: before });
}
