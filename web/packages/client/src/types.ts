import type {
  AppointmentView,
  AuditView,
  CallStart,
  CallView,
  ChoiceView,
  FreeTimes,
  HoursView,
  JoinPass,
  JoinView,
  MeView,
  NewAppointment,
  NoticeView,
  OutboxEntry,
  Page,
  PersonView,
  PracticeSettings,
  PracticeView,
  PractitionerCard,
  PutMe,
  PutPerson,
  ReachView,
  RegisterEntry,
  SessionView,
  SignInLink,
  SignInView,
  WebhookSecret,
  WebhookTrial,
  WebhookView,
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
  | "message"
  | "appointment-requested"
  | "appointment-accepted"
  | "appointment-declined"
  | "appointment-cancelled"
  | "appointment-rescheduled"
  | "reminder-day"
  | "reminder-hour"
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
/** A way to somebody who has no page open. */
export type Channel = "email" | "sms" | "push";
export type Choice = Omit<ChoiceView, "channel"> & { channel: Channel };
export type Reach = Omit<ReachView, "channels" | "choices"> & {
  channels: readonly Channel[];
  choices: readonly Choice[];
};
/** Something that is to be told, or could not be. */
export type Owed = OutboxEntry;
export type Webhook = WebhookView;
export type Secret = WebhookSecret;
export type Trial = WebhookTrial;
