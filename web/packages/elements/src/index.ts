export { CallButton } from "./call-button.ts";
export { ConnectedElement } from "./connection.ts";
export { DeviceCheck, type JoinCall } from "./device-check.ts";
export { BedsideElement, define, GROUND } from "./element.ts";
export { Follow, type Readable } from "./follow.ts";
export { type AcceptCall, type DeclineCall, IncomingCall, type Ring, type Settled } from "./incoming-call.ts";
export type { CallAnswered } from "./incoming-call-live.ts";
export { Join } from "./join.ts";
export type { OwnMedia } from "./media.ts";
export { OutgoingCall, type Ringing } from "./outgoing-call.ts";
export { type Wait, WaitingRoom } from "./waiting-room.ts";
export { type AtTheDoor, type Waiting, WaitingList, type WordsAtTheDoor } from "./waiting-list.ts";
/** The SDK of the same build, for pages that want more than the elements do: `connect`, `LocalMedia` and the rest. */
export * from "@bedside/client";
