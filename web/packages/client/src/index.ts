export { freshKey } from "./key.ts";
export { type AtADoor, Bedside, connect, type EnterOptions, type RingOptions } from "./bedside.ts";
export type { Outgoing, RingEnd, Situation, Waiting } from "./calls.ts";
export { Cell, type Readable } from "./cell.ts";
export type { ConnectionOptions, Reach } from "./connection.ts";
export type {
  CallType,
  ChatMessage,
  IceServer,
  IncomingCall,
  InvitationWish,
  LiveCall,
  LiveRoom,
  Member,
  Notification,
  OfCall,
  Place,
  Waits,
} from "./heard.ts";
export type { Device, DeviceList, MediaProblem } from "./media/devices.ts";
export { Devices } from "./media/devices.ts";
export { type Facing, LocalMedia, type LocalState, type Source } from "./media/local.ts";
export { type MicrophoneNotice, watchLoudness } from "./media/loudness.ts";
export {
  type NetworkReport,
  type NetworkTestOptions,
  testNetwork,
  type Way,
  type WayResult,
} from "./media/network-test.ts";
export type { PeerState } from "./media/peer.ts";
export type { Quality, Whose } from "./media/quality.ts";
export type { TalkState } from "./media/talk.ts";
export type { Verification } from "./media/verify.ts";
export { codeOf, type RefusalCode, Refused } from "./problem.ts";
export { type Participant, Room, type RoomState } from "./room.ts";
export type { Attendee, Guest, RoomEnd, Stage } from "./room-state.ts";
export type {
  Appointment,
  AppointmentRequest,
  AppointmentStatus,
  AppointmentStep,
  Invitation,
  List,
  Pass,
  Person,
  Practitioner,
  Presence,
  SignIn,
} from "./types.ts";
