import type {
  AppointmentView,
  JoinPass,
  JoinView,
  NewAppointment,
  Page,
  PersonView,
  PractitionerCard,
  SignInView,
} from "@bedside/protocol";

/** The wire spells closed sets as text; whoever draws them wants to be told when one is missing. */
export type AppointmentStatus = "Pending" | "Accepted" | "Declined" | "Cancelled" | "Completed" | "NoShow";
export type AppointmentType = "Remote" | "InPerson";
export type Presence = "online" | "busy" | "away" | "offline";

export type Person = PersonView;
export type Practitioner = Omit<PractitionerCard, "presence"> & { presence: Presence };
export type Appointment = Omit<AppointmentView, "status" | "type"> & {
  status: AppointmentStatus;
  type: AppointmentType;
};
export type AppointmentRequest = NewAppointment & { type: AppointmentType };
/** What somebody may do to an appointment that is there. */
export type AppointmentStep = "accept" | "decline" | "cancel";
export type SignIn = SignInView;
export type Invitation = Omit<JoinView, "state"> & { state: "open" | "early" | "over" | "pending" | "void" };
/** A token that opens one room. */
export type Pass = JoinPass;
export type List<T> = Page<T>;
