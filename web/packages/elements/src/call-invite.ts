import type { Guest, InvitationWish, RefusalCode, RoomState } from "@bedside/client";
import { html, nothing, type TemplateResult } from "lit";
import alert from "lucide-static/icons/circle-alert.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import { copyButton } from "./call-copy.ts";
import { refusalKey } from "./call-refusal.ts";
import { CallSheet } from "./call-sheet.ts";
import { define } from "./element.ts";
import { notice } from "./pieces.ts";

const ROLES = ["interpreter", "relative", "colleague", "student", "other"] as const;

/** `<bedside-call-invite>`: asks somebody in, who gets a link of their own. */
export class BedsideCallInvite extends CallSheet {
  static override properties = {
    ...CallSheet.properties,
    room: { attribute: false },
    made: { attribute: false },
  };

  declare room: RoomState | undefined;
  /** The name of whom one has just invited; then the link is shown. */
  declare made: string | undefined;
  #isAsking = false;
  #refused: RefusalCode | undefined;
  #isCopied = false;

  protected get heading(): string {
    return this.say("call.invite");
  }

  protected body(): TemplateResult {
    const guest = this.room?.invited.findLast(({ name, link }) => name === this.made && link);
    return guest ? this.#link(guest) : this.#form();
  }

  #form(): TemplateResult {
    return html`<form @submit=${this.#submit}>
      <label
        ><span>${this.say("call.invite.name")}</span><input name="name" required maxlength="100" autocomplete="off"
      /></label>
      <label
        ><span>${this.say("call.invite.role")}</span
        ><select name="role">
          ${ROLES.map((role) => html`<option value=${role}>${this.say(`call.role.${role}`)}</option>`)}
        </select></label
      >
      <label
        ><span>${this.say("call.invite.email")}</span
        ><input name="email" type="email" maxlength="200" autocomplete="off" dir="ltr"
      /></label>
      ${this.#refused ? notice("bad", alert, this.say(refusalKey(this.#refused))) : nothing}
      <button class="main" ?disabled=${this.#isAsking}>${this.say("call.invite.make")}</button>
      <p class="soft small">${this.say("call.invite.means")}</p>
    </form>`;
  }

  #link({ name, link = "" }: Guest): TemplateResult {
    const copied = () => {
      this.#isCopied = true;
      this.requestUpdate();
    };
    const another = () => {
      this.made = undefined;
      this.#isCopied = false;
    };
    return html`${notice("good", check, this.say("call.invite.made", { name }))}
      <p class="link" dir="ltr">${link}</p>
      <div class="actions">
        ${copyButton(link, this.#isCopied, copied, (key) => this.say(key))}
        <button class="plain" @click=${another}>${this.say("call.invite.another")}</button>
      </div>`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const of = (field: string) => String(data.get(field) ?? "").trim();
    const [name, email] = [of("name"), of("email")];
    if (!name) return;
    const guest: InvitationWish = { name, role: of("role") as InvitationWish["role"], ...(email && { email }) };
    this.#show(true, undefined);
    this.want({
      ...{ wish: "invite", guest },
      settled: (refused) => {
        this.made = refused ? undefined : name;
        this.#show(false, refused);
      },
    });
  }

  #show(isAsking: boolean, refused: RefusalCode | undefined): void {
    this.#isAsking = isAsking;
    this.#refused = refused;
    this.requestUpdate();
  }
}
define("bedside-call-invite", BedsideCallInvite);
