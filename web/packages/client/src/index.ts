export { Api, freshKey, type ListWish } from "./api.ts";
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
  SignIn,
} from "./types.ts";
