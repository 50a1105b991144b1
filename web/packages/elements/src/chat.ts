import { type ChatMessage, freshKey, type RoomState } from "@bedside/client";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { repeat } from "lit/directives/repeat.js";
import send from "lucide-static/icons/send-horizontal.svg?raw";
import { CallPart } from "./call-part.ts";
import css from "./chat.css?inline";
import { define } from "./element.ts";
import { icon } from "./icon.ts";
import { clock } from "./times.ts";

/** What was written and is not acknowledged yet. */
interface Unsent {
  readonly requestId: string;
  readonly text: string;
  readonly state: "sending" | "failed";
}

/** The server takes no more. */
const LONGEST = 4_000;
/** So often the others are told that one writes. */
const TELL_EVERY = 2_000;

/** `<bedside-chat>`: what was written in the call, and a line to write on. What is not sent yet is not lost. */
export class BedsideChat extends CallPart {
  static override styles = [...CallPart.styles, unsafeCSS(css)];
  static override properties = { ...CallPart.properties, room: { attribute: false }, draft: { attribute: false } };

  declare room: RoomState | undefined;
  declare draft: string;
  #unsent: readonly Unsent[] = [];
  #told = 0;
  /** Whoever has scrolled up to read is left there. */
  #isAtTheEnd = true;

  constructor() {
    super();
    this.draft = "";
  }

  override focus(): void {
    this.renderRoot.querySelector("textarea")?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { room } = this;
    if (!room) return nothing;
    return html`<div
        class="messages"
        tabindex="0"
        role="log"
        aria-label=${this.say("call.chat.messages")}
        aria-live="off"
        @scroll=${this.#scrolled}
      >
        ${room.chat.length === 0 && this.#unsent.length === 0 ? html`<p class="empty soft">${this.say("call.chat.empty")}</p>` : nothing}
        <ol>
          ${repeat(
            room.chat,
            ({ id }) => id,
            (message, at) => this.#message(message, room, room.chat[at - 1]),
          )}
          ${this.#unsent.map((one) => this.#pending(one))}
        </ol>
      </div>
      <p class="typing soft small" aria-live="polite">${this.#typing(room)}</p>
      <form @submit=${this.#submit}>
        <textarea
          rows="1"
          maxlength=${LONGEST}
          aria-label=${this.say("call.chat.write")}
          placeholder=${this.say("call.chat.write")}
          .value=${this.draft}
          @input=${this.#write}
          @keydown=${this.#key}
        ></textarea>
        <button class="main" aria-label=${this.say("call.chat.send")} title=${this.say("call.chat.send")}>
          ${icon(send)}
        </button>
      </form>
      <p class="open soft">${this.say("call.chat.not-encrypted")}</p>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.#isAtTheEnd || !(changed.has("room") || this.#unsent.length > 0)) return;
    const messages = this.renderRoot.querySelector(".messages");
    messages?.scrollTo({ top: messages.scrollHeight });
  }

  #message({ userId, name, text, sentAt, id }: ChatMessage, room: RoomState, before?: ChatMessage): TemplateResult {
    const isOwn = userId === room.selfId;
    const goesOn = before?.userId === userId;
    const isReadByAll =
      isOwn && room.others.length > 0 && room.others.every((one) => (room.readUpTo[one.userId] ?? "") >= id);
    return html`<li class=${isOwn ? "own" : ""}>
      <p class=${goesOn ? "unseen" : "from"}>
        <span class="name">${isOwn ? this.say("call.chat.you") : name}</span>
        <time class="soft figures" datetime=${sentAt}>${clock(Date.parse(sentAt), this.reader)}</time>
      </p>
      <p class="text" dir="auto">${text}</p>
      ${isReadByAll && room.chat.at(-1)?.id === id ? html`<p class="state soft">${this.say("call.chat.read")}</p>` : nothing}
    </li>`;
  }

  #pending({ requestId, text, state }: Unsent): TemplateResult {
    const again = html`<button class="plain" @click=${() => this.#send(requestId, text)}>
      ${this.say("call.chat.again")}
    </button>`;
    return html`<li class="own pending">
      <p class="text" dir="auto">${text}</p>
      <p class="state ${state === "failed" ? "failed" : "soft"}">
        ${this.say(state === "failed" ? "call.chat.failed" : "call.chat.sending")}
        ${state === "failed" ? again : nothing}
      </p>
    </li>`;
  }

  #typing({ typing, others }: RoomState): string {
    const names = others.filter(({ userId }) => typing.includes(userId)).map(({ name }) => name);
    if (names.length === 0) return "";
    return names.length === 1
      ? this.say("call.chat.writes", { name: names[0] ?? "" })
      : this.say("call.chat.write-many");
  }

  #write(event: InputEvent): void {
    const field = event.target as HTMLTextAreaElement;
    this.draft = field.value;
    if (Date.now() - this.#told < TELL_EVERY || this.draft === "") return;
    this.#told = Date.now();
    this.want({ wish: "writing" });
  }

  /** Enter sends, as everywhere; with shift it begins a line. While a word is being composed it chooses the word. */
  #key(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.draft.trim();
    if (text === "") return;
    this.draft = "";
    this.#isAtTheEnd = true;
    this.#send(freshKey(), text);
  }

  #send(requestId: string, text: string): void {
    const others = this.#unsent.filter((one) => one.requestId !== requestId);
    this.#show([...others, { requestId, text, state: "sending" }]);
    this.want({
      ...{ wish: "write", text, requestId },
      settled: (refused) => {
        const left = this.#unsent.filter((one) => one.requestId !== requestId);
        this.#show(refused ? [...left, { requestId, text, state: "failed" }] : left);
      },
    });
  }

  #show(unsent: readonly Unsent[]): void {
    this.#unsent = unsent;
    this.requestUpdate();
  }

  #scrolled(event: Event): void {
    const { scrollTop, scrollHeight, clientHeight } = event.target as Element;
    this.#isAtTheEnd = scrollHeight - scrollTop - clientHeight < 40;
  }
}
define("bedside-chat", BedsideChat);
