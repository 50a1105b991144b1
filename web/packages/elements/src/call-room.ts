import { type Bedside, codeOf, type LocalMedia, type Place, type Room } from "@bedside/client";
import type { BedsideCall } from "./call.ts";
import "./call.ts";
import type { CallWish, MediaWish, RoomWish, Settled } from "./call-wishes.ts";

export interface CallSetup {
  readonly bedside: Bedside;
  readonly place: Place;
  readonly local: LocalMedia;
  /** The person wants to go to where they came from. */
  close(): void;
  /** Leaves the room when it is aborted. */
  readonly signal: AbortSignal;
}

/** Has `<bedside-call>` show a room of the SDK, and the SDK grant what the person wishes there. */
export function enterCall(element: BedsideCall, setup: CallSetup): void {
  const { bedside, local, signal } = setup;
  element.situation = bedside.state;
  element.media = local;
  let room = enter(element, setup);
  const again = () => (room = enter(element, setup));
  const granted = (event: CustomEvent<CallWish>) => {
    const { detail } = event;
    if (detail.wish === "continue-here" || detail.wish === "enter-again") return again();
    if (detail.wish === "close") return setup.close();
    const settled =
      "settled" in detail ? detail.settled : (refused: Parameters<Settled>[0]) => (element.refused = refused);
    void tell(grant(detail, room, local), settled);
  };
  element.addEventListener("call-wish", granted, { signal });
}

function enter(element: BedsideCall, { bedside, place, local, signal }: CallSetup): Room {
  const room = bedside.enter(place, { local, signal });
  element.room = room.state;
  return room;
}

function grant(wish: MediaWish | RoomWish, room: Room, local: LocalMedia): Promise<unknown> | void {
  switch (wish.wish) {
    case "mute":
      return local.mute();
    case "unmute":
      return unmute(local);
    case "camera-on":
      return local.openCamera();
    case "camera-off":
      return local.closeCamera();
    case "flip-camera":
      return local.flipCamera();
    case "use-camera":
      return local.openCamera(wish.deviceId);
    case "use-microphone":
      return local.openMicrophone(wish.deviceId);
    case "share-screen":
      return room.shareScreen();
    case "stop-screen":
      return room.stopScreen();
    case "save-data":
      return room.saveData();
    case "stop-saving-data":
      return room.stopSavingData();
    default:
      return ask(wish, room);
  }
}

function ask(wish: RoomWish, room: Room): Promise<unknown> | void {
  switch (wish.wish) {
    case "raise-hand":
      return room.raiseHand();
    case "lower-hand":
      return room.lowerHand();
    case "writing":
      return room.typing();
    case "write":
      return room.chat(wish.text, wish.requestId);
    case "read":
      return room.read(wish.upTo);
    case "admit":
      return room.admit(wish.userId);
    case "admit-all":
      return room.admitAll();
    case "deny":
      return room.deny(wish.userId, wish.reason);
    case "tell-waiting":
      return room.tellWaiting(wish.text, wish.userId);
    case "send-back":
      return room.sendBack(wish.userId);
    case "remove":
      return room.remove(wish.userId);
    case "lock":
      return room.lock();
    case "unlock":
      return room.unlock();
    case "invite":
      return room.invite(wish.guest);
    case "leave":
      return room.leave();
    case "end":
      return room.end();
  }
}

/** Whoever has no microphone open yet gets one. */
async function unmute(local: LocalMedia): Promise<void> {
  local.unmute();
  if (local.state.value.microphone.state !== "on") await local.openMicrophone();
}

async function tell(granted: Promise<unknown> | void, settled: Settled): Promise<void> {
  try {
    await granted;
    settled(undefined);
  } catch (failure) {
    settled(codeOf(failure));
  }
}
