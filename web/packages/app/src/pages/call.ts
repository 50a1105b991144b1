import {
  codeOf,
  LocalMedia,
  type LocalState,
  type Participant,
  type Room,
  type RoomEnd,
  type RoomState,
} from "@bedside/client";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { go, session } from "../page.ts";
import { homeOf, type Side } from "../route.ts";
import { say, sentence } from "../words.ts";

/** One call: enters its room, shows who is there, and ends it. */
export class CallPage extends LitElement {
  callId = "";
  side: Side = "patient";
  #room: Room | undefined;
  #state: RoomState | undefined;
  #local: LocalState | undefined;
  #own: MediaStream | null = null;
  /** How it ended, where that is all there is to see. */
  #end = "";
  #said = "";
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    document.title = `${say("call.title")} · ${say("app.name")}`;
    const { signal } = this.#gone;
    const local = new LocalMedia(signal);
    void local.openMicrophone();
    void local.openCamera();
    local.state.watch((state) => this.#opened(state), signal);
    session.watch((bedside) => {
      if (bedside) this.#enter(bedside.enter({ callId: this.callId }, { local, signal }));
    }, signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
  }

  protected override render(): TemplateResult {
    return html`<h1 tabindex="-1">${this.#title()}</h1>
      ${this.#end ? this.#over() : this.#call()}`;
  }

  #call(): TemplateResult {
    const other = this.#other();
    return html`<div class="stage">
        <video
          class="remote"
          autoplay
          playsinline
          aria-label=${this.#title()}
          .srcObject=${other?.media?.stream ?? null}
        ></video>
        <video
          class="self"
          autoplay
          playsinline
          aria-label=${say("call.self")}
          .muted=${true}
          .srcObject=${this.#own}
        ></video>
        <p class="told" role="status">${this.#words(other)}</p>
      </div>
      <div class="actions"><button class="stop" @click=${this.#hangUp}>${say("call.hang-up")}</button></div>
      ${this.#hasNothing() ? html`<p class="card notice">${say("call.no-media")}</p>` : nothing}
      ${this.#state?.atTheDoor.map((one) => this.#door(one))}
      <p class="said" role="alert">${this.#said}</p> `;
  }

  #over(): TemplateResult {
    return html`<div class="card">
      <p role="alert">${this.#end}</p>
      <a class="button quiet" href=${this.#home()}>${say("call.back")}</a>
    </div>`;
  }

  #door({ userId, name }: { readonly userId: string; readonly name: string }): TemplateResult {
    return html`<div class="card ring">
      <p>${say("call.at-the-door", { name })}</p>
      <button class="go" @click=${() => this.#try(() => this.#room?.admit(userId))}>${say("call.admit")}</button>
    </div>`;
  }

  #other(): Participant | undefined {
    return this.#state?.others[0];
  }

  #title(): string {
    const name = this.#other()?.name;
    return name ? say("call.with", { name }) : say("call.title");
  }

  /** Nothing while all is well: the picture says it. */
  #words(other: Participant | undefined): string {
    if (this.#local?.camera.state === "opening") return say("call.preparing");
    switch (this.#state?.stage.state) {
      case "waiting":
        return say("call.waiting");
      case "inside":
        if (!other) return say("call.alone");
        if (other.media?.connection === "connected") return "";
        return say(other.isAway ? "call.away" : "call.connecting", { name: other.name });
      default:
        return say("call.joining");
    }
  }

  #hasNothing(): boolean {
    return this.#local?.camera.state === "failed" && this.#local.microphone.state === "failed";
  }

  #enter(room: Room): void {
    this.#room = room;
    room.state.watch((state) => this.#follow(state), this.#gone.signal);
  }

  #follow(state: RoomState): void {
    this.#state = state;
    if (state.stage.state === "over") this.#leave(state.stage.end);
    this.requestUpdate();
  }

  #leave(end: RoomEnd): void {
    switch (end.why) {
      case "ended": {
        const name = this.#state?.others.find(({ userId }) => userId === end.by)?.name;
        return this.#goHome(name ? say("call.ended-by", { name }) : say("call.ended"));
      }
      case "denied":
      case "removed":
        return this.#goHome(say("call.denied"));
      case "taken":
        return this.#goHome(say("call.taken"));
      case "refused": {
        const isPast = end.code === "expired" || end.code === "not-now";
        this.#end = isPast ? say("call.ended") : sentence(end.code);
        return;
      }
      case "left":
        return;
    }
  }

  #opened(local: LocalState): void {
    this.#local = local;
    const track = local.camera.state === "on" ? local.camera.track : undefined;
    if (track !== this.#own?.getTracks()[0]) this.#own = track ? new MediaStream([track]) : null;
    this.requestUpdate();
  }

  async #hangUp(): Promise<void> {
    if (this.#state?.stage.state === "inside") await this.#try(() => this.#room?.end());
    else go(this.#home(), "replace"); // Nobody has met: going away is enough.
  }

  async #try(act: () => Promise<unknown> | undefined): Promise<void> {
    try {
      await act();
      this.#said = "";
    } catch (failure) {
      this.#said = sentence(codeOf(failure));
    }
    this.requestUpdate();
  }

  #goHome(words: string): void {
    go(this.#home(), "replace", words);
  }

  #home(): string {
    return homeOf(this.side);
  }
}
customElements.define("call-page", CallPage);
