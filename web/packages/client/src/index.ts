export { Api, freshKey, type ListWish } from "./api.ts";
export type { Heard, IceServer, IncomingCall, JoinedRoom, Member, OfCall, Said, Signal, Sync } from "./heard.ts";
export { Live } from "./live.ts";
export { type RefusalCode, Refused } from "./problem.ts";
export type {
  Appointment,
  AppointmentRequest,
  AppointmentStatus,
  AppointmentStep,
  Invitation,
  List,
  Person,
  Practitioner,
  Presence,
  SignIn,
} from "./types.ts";
