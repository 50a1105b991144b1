import type {
  AppointmentView,
  AuditView,
  CallStart,
  CallView,
  FreeTimes,
  HoursView,
  JoinPass,
  JoinView,
  MeView,
  NewAppointment,
  NoticeView,
  Page,
  PersonView,
  PracticeSettings,
  PracticeView,
  PractitionerCard,
  PutMe,
  PutPerson,
  RegisterEntry,
  SessionView,
  SignInLink,
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

export type Role = "patient" | "practitioner" | "staff" | "admin";
export type Outcome = "completed" | "declined" | "missed" | "cancelled" | "failed";
export type Topic =
  | "missed-call"
  | "appointment-requested"
  | "appointment-accepted"
  | "appointment-declined"
  | "appointment-cancelled"
  | "appointment-rescheduled"
  | "call-starting";
/** A call of the history, or one that runs. */
export type CallRecord = Omit<CallView, "callType" | "outcome" | "status"> & {
  callType: "video" | "audio";
  status: "ringing" | "waiting" | "active" | "ended";
  outcome?: Outcome | null;
};
export type Notice = Omit<NoticeView, "topic"> & { topic: Topic };
export type Practice = PracticeView;
export type Settings = PracticeSettings;
export type WorkingHours = HoursView;
export type Free = FreeTimes;
export type Myself = MeView;
export type MyWords = PutMe;
export type Member = Omit<RegisterEntry, "role"> & { role: Role };
export type MemberWords = PutPerson;
export type SignedIn = SessionView;
export type OneTimeLink = SignInLink;
export type Audited = AuditView;
export type Beginning = CallStart;
