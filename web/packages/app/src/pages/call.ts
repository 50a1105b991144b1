import type { IceServer, JoinedRoom, Member, Signal } from "@bedside/client";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { codeOf, go, live } from "../page.ts";
import { Peer } from "../peer.ts";
import { homeOf, type Side } from "../route.ts";
import { say, sentence } from "../words.ts";

type Stage =
  | { readonly state: "preparing" }
  | { readonly state: "joining" }
  | { readonly state: "waiting" }
  | { readonly state: "inside"; readonly room: JoinedRoom }
  | { readonly state: "over"; readonly words: string };

/** One call: enters its room, connects to the other one there, and ends it. */
export class CallPage extends LitElement {
  callId = "";
  side: Side = "patient";
  #stage: Stage = { state: "preparing" };
  #local: MediaStream | undefined;
  #mediaWords = "";
  /** The other one in the room. */
  #other: Member | undefined;
  #isOtherAway = false;
  #peer: Peer | undefined;
  /** Who is at the door. */
  #atTheDoor: readonly Member[] = [];
  #said = "";
  #gone = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = new AbortController();
    document.title = `${say("call.title")} · ${say("app.name")}`;
    this.#listen(this.#gone.signal);
    void this.#begin(this.#gone.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone.abort();
    this.#stop();
    const isThere = this.#stage.state === "inside" || this.#stage.state === "waiting";
    if (isThere) void live.ask("leave-room", { callId: this.callId }).catch(() => undefined);
  }

  protected override render(): TemplateResult {
    return html`<h1 tabindex="-1">${this.#title()}</h1>
      ${this.#stage.state === "over" ? this.#end(this.#stage.words) : this.#call()}`;
  }

  #call(): TemplateResult {
    return html`<div class="stage">
        <video
          class="remote"
          autoplay
          playsinline
          aria-label=${this.#title()}
          .srcObject=${this.#peer?.remote ?? null}
        ></video>
        <video
          class="self"
          autoplay
          playsinline
          aria-label=${say("call.self")}
          .muted=${true}
          .srcObject=${this.#local ?? null}
        ></video>
        <p class="told" role="status">${this.#words()}</p>
      </div>
      <div class="actions"><button class="stop" @click=${this.#hangUp}>${say("call.hang-up")}</button></div>
      ${this.#mediaWords ? html`<p class="card notice">${this.#mediaWords}</p>` : nothing}
      ${this.#atTheDoor.map((one) => this.#door(one))}
      <p class="said" role="alert">${this.#said}</p> `;
  }

  #end(words: string): TemplateResult {
    return html`<div class="card">
      <p role="alert">${words}</p>
      <a class="button quiet" href=${this.#home()}>${say("call.back")}</a>
    </div>`;
  }

  #door(one: Member): TemplateResult {
    return html`<div class="card ring">
      <p>${say("call.at-the-door", { name: one.name })}</p>
      <button class="go" @click=${() => this.#admit(one)}>${say("call.admit")}</button>
    </div>`;
  }

  #title(): string {
    return this.#other ? say("call.with", { name: this.#other.name }) : say("call.title");
  }

  /** Nothing while all is well: the picture says it. */
  #words(): string {
    switch (this.#stage.state) {
      case "preparing":
        return say("call.preparing");
      case "joining":
        return say("call.joining");
      case "waiting":
        return say("call.waiting");
      case "inside":
        if (!this.#other) return say("call.alone");
        if (this.#isOtherAway) return say("call.away", { name: this.#other.name });
        return this.#peer?.isConnected ? "" : say("call.connecting", { name: this.#other.name });
      case "over":
        return this.#stage.words;
    }
  }

  #listen(signal: AbortSignal): void {
    const room = () => (this.#stage.state === "inside" ? this.#stage.room : undefined);
    const isHere = (news: { readonly roomId: string }) => news.roomId === room()?.roomId;
    const isThisCall = (news: { readonly callId: string }) => news.callId === this.callId;
    live.on("sync", () => this.#stage.state !== "preparing" && void this.#join(), signal);
    live.on("joined-room", (joined) => isThisCall(joined) && this.#enter(joined), signal);
    live.on("waiting-room", () => this.#stage.state === "joining" && this.#show({ state: "waiting" }), signal);
    live.on("admission-denied", () => this.#stage.state === "waiting" && this.#leave(say("call.denied")), signal);
    live.on("participant-waiting", (one) => isHere(one) && this.#knocks(one), signal);
    live.on("user-joined", (one) => isHere(one) && this.#meets(one), signal);
    live.on("user-back", (one) => isHere(one) && this.#returns(one.userId), signal);
    live.on("user-reconnecting", (one) => isHere(one) && this.#away(one.userId), signal);
    live.on("user-left", (one) => isHere(one) && this.#goes(one.userId), signal);
    live.on("webrtc-signal", (one) => isHere(one) && this.#takes(one.userId, one.signal), signal);
    live.on("seat-taken", (news) => isHere(news) && this.#leave(say("call.taken")), signal);
    live.on("call-ended", (news) => isThisCall(news) && this.#leave(this.#ending(news.endedBy)), signal);
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const local = await media();
    if (signal.aborted) {
      stop(local);
      return;
    }
    this.#local = local;
    this.#mediaWords = local ? "" : say("call.no-media");
    this.#show({ state: "joining" });
    // Otherwise `sync` comes with the connection, and then it is time.
    if (live.isConnected) await this.#join();
  }

  async #join(): Promise<void> {
    if (this.#stage.state === "over") return;
    try {
      await live.ask("join-room", { callId: this.callId });
    } catch (failure) {
      const code = codeOf(failure);
      if (code === "unreachable") return; // On coming back, `sync` lets it try again.
      this.#leave(code === "expired" || code === "not-now" ? say("call.ended") : sentence(code), "stay");
    }
  }

  #enter(room: JoinedRoom): void {
    this.#show({ state: "inside", room });
    this.#atTheDoor = [...room.waiting];
    const other = room.participants.find((one) => one.userId !== room.userId);
    if (other?.userId !== this.#other?.userId) this.#drop();
    this.#other = other;
    this.requestUpdate();
  }

  /** Whoever is in the room already makes the offer to whoever comes. */
  #meets(one: Member): void {
    if (this.#stage.state !== "inside") return;
    this.#atTheDoor = this.#atTheDoor.filter((other) => other.userId !== one.userId);
    this.#other = one;
    this.#isOtherAway = false;
    this.#connect(one.userId, this.#stage.room.roomId, this.#stage.room.iceServers).offer();
  }

  #returns(userId: string): void {
    if (userId === this.#other?.userId) this.#meets(this.#other);
  }

  #away(userId: string): void {
    if (userId !== this.#other?.userId) return;
    this.#isOtherAway = true;
    this.requestUpdate();
  }

  #goes(userId: string): void {
    if (userId !== this.#other?.userId) return;
    this.#drop();
    this.requestUpdate();
  }

  #takes(userId: string, signal: Signal): void {
    if (this.#stage.state !== "inside" || userId !== this.#other?.userId) return;
    const { room } = this.#stage;
    if (signal.type === "offer" && !this.#peer?.continues(signal)) {
      // If both have offered, one of the two gives way, and both know which.
      if (this.#peer?.isOffering && room.userId < userId) return;
      this.#isOtherAway = false;
      this.#connect(userId, room.roomId, room.iceServers);
    }
    this.#peer?.take(signal);
  }

  #connect(to: string, roomId: string, iceServers: readonly IceServer[]): Peer {
    this.#peer?.close();
    const send = (signal: Signal) =>
      // A peer that is gone misses nothing: on its return there is a new offer.
      void live.ask("webrtc-signal", { roomId, to, signal }).catch(() => undefined);
    const peer = new Peer(iceServers, this.#local, send, () => this.requestUpdate());
    this.#peer = peer;
    this.requestUpdate();
    return peer;
  }

  #knocks(one: Member): void {
    this.#atTheDoor = [...this.#atTheDoor.filter((other) => other.userId !== one.userId), one];
    this.requestUpdate();
  }

  async #admit({ userId }: Member): Promise<void> {
    await this.#try(() => live.ask("admit-participant", { callId: this.callId, userId }));
  }

  async #hangUp(): Promise<void> {
    if (this.#stage.state === "inside") await this.#try(() => live.ask("end-call", { callId: this.callId }));
    else go(this.#home(), "replace"); // Nobody has met: going away is enough.
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      this.#said = "";
    } catch (failure) {
      this.#said = sentence(codeOf(failure));
    }
    this.requestUpdate();
  }

  #ending(endedBy: string | null | undefined): string {
    const isOther = this.#other !== undefined && endedBy === this.#other.userId;
    return isOther ? say("call.ended-by", { name: this.#other?.name ?? "" }) : say("call.ended");
  }

  /** Goes back with a sentence; or stays, where the sentence is all there is to see. */
  #leave(words: string, how: "go" | "stay" = "go"): void {
    this.#stop();
    this.#show({ state: "over", words });
    if (how === "go") go(this.#home(), "replace", words);
  }

  #drop(): void {
    this.#peer?.close();
    this.#peer = undefined;
    this.#other = undefined;
    this.#isOtherAway = false;
  }

  #stop(): void {
    this.#peer?.close();
    this.#peer = undefined;
    stop(this.#local);
    this.#local = undefined;
  }

  #show(stage: Stage): void {
    this.#stage = stage;
    this.requestUpdate();
  }

  #home(): string {
    return homeOf(this.side);
  }
}
customElements.define("call-page", CallPage);

/** Camera and microphone; nothing if there are none, or if the person or the browser does not give them. */
async function media(): Promise<MediaStream | undefined> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  } catch {
    return undefined;
  }
}

function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
