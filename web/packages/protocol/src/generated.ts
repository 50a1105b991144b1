// Written from crates/protocol by its test `the_typescript_is_up_to_date`. Do not edit.

/** Somebody as the other party of something sees them. */
export interface PersonBrief {
  firstName: string;
  id: string;
  lastName: string;
  name: string;
}

/** Somebody as they see themselves, or as those see them who may find them. */
export interface PersonView {
  email?: string | null;
  firstName: string;
  id: string;
  initials: string;
  languages: string[];
  lastName: string;
  locale?: string | null;
  name: string;
  phone?: string | null;
  picture?: string | null;
  role: string;
  specialization?: string | null;
  title?: string | null;
  zoneinfo?: string | null;
}

/** A practitioner in the directory. */
export interface PractitionerCard {
  firstName: string;
  id: string;
  initials: string;
  languages: string[];
  lastName: string;
  name: string;
  picture?: string | null;
  /** `online`, `busy`, `away` or `offline`. */
  presence: string;
  specialization?: string | null;
  title?: string | null;
}

/** What staff write of a person. What is left out of an existing person stays as it is. */
export interface PutPerson {
  email?: string | null;
  familyName?: string | null;
  givenName?: string | null;
  languages?: string[] | null;
  /** Whether a practitioner stands in the directory. */
  listed?: boolean | null;
  locale?: string | null;
  name?: string | null;
  phone?: string | null;
  picture?: string | null;
  role?: string | null;
  specialization?: string | null;
  title?: string | null;
  zoneinfo?: string | null;
}

/** Somebody as the register of the practice has them. */
export interface RegisterEntry {
  disabledAt?: string | null;
  email?: string | null;
  id: string;
  /** Whether patients find them in the directory. */
  listed: boolean;
  name: string;
  phone?: string | null;
  role: string;
  specialization?: string | null;
}

export interface AppointmentView {
  /** What was said when it was declined or cancelled. */
  answer?: string | null;
  createdAt: string;
  durationMinutes: number;
  id: string;
  linkClosesAt?: string | null;
  /** From when until when the link lets in. */
  linkOpensAt?: string | null;
  patient: PersonBrief;
  practitioner: PersonBrief;
  /** `built-in`, or `link` where the two meet at another provider. */
  provider: string;
  /** Why the patient comes. */
  reason?: string | null;
  /** For its two parties. */
  roomId?: string | null;
  scheduledDate: string;
  /** `Pending`, `Accepted`, `Declined`, `Cancelled`, `Completed` or `NoShow`. */
  status: string;
  /** `Remote` or `InPerson`. */
  type: string;
  /** The way in, personal to whoever asks; only on an accepted remote appointment, only for its two parties. */
  videoCallLink?: string | null;
  waitingRoom: boolean;
}

/** A patient requests, for nobody else; a practitioner or staff member settles. */
export interface NewAppointment {
  /** 30 if left out. */
  durationMinutes?: number | null;
  /** A fixed https link of another meeting provider, instead of the call in here. For the practice alone. */
  meetingLink?: string | null;
  /** One of the practice's meeting places by its name, instead of a link. For the practice alone. */
  meetingPlace?: string | null;
  patient?: NewPatient | null;
  patientId?: string | null;
  practitionerId: string;
  reason?: string | null;
  scheduledDate: string;
  /** `Remote` or `InPerson`. */
  type: string;
  /** Whether the patient waits to be admitted; as the practice has it if left out. */
  waitingRoom?: boolean | null;
}

/** At least one of `email` and `phone`. */
export interface NewPatient {
  email?: string | null;
  name: string;
  phone?: string | null;
}

export interface Reschedule {
  durationMinutes?: number | null;
  scheduledDate: string;
}

/** What is said with a decline or a cancellation. */
export interface Reason {
  reason?: string | null;
}

/** The way into an appointment that begins. */
export interface CallStart {
  appointmentId: string;
  roomId?: string | null;
  videoCallLink: string;
}

/** The room of an appointment, for its two parties. */
export interface RoomView {
  appointment: RoomAppointment;
  appointmentId: string;
  endedAt?: string | null;
  id: string;
  patientJoined: boolean;
  practitionerJoined: boolean;
  /** The same as `id`. */
  roomId: string;
  startedAt?: string | null;
  /** `Waiting`, `InProgress` or `Ended`. */
  status: string;
}

export interface RoomAppointment {
  id: string;
  patient: RoomPerson;
  practitioner: RoomPerson;
  scheduledDate: string;
}

export interface RoomPerson {
  firstName: string;
  id: string;
  lastName: string;
}

export interface RoomCreated {
  roomId: string;
}

/** As the browser's `RTCPeerConnection` takes it. */
export interface IceServer {
  credential?: string | null;
  urls: string[];
  username?: string | null;
}

export interface IceServers {
  iceServers: IceServer[];
}

export interface CallView {
  /** What the callee said when declining. */
  answer?: string | null;
  appointmentId?: string | null;
  /** The same as `id`. */
  callId: string;
  /** `video` or `audio`. */
  callType: string;
  callee: PersonBrief;
  caller: PersonBrief;
  durationSeconds?: number | null;
  endedAt?: string | null;
  endedBy?: string | null;
  id: string;
  /** Whether it rang for whoever asks and nobody took it, also if its caller gave up. */
  missed: boolean;
  /** Once ended: `completed`, `declined`, `missed`, `cancelled` or `failed`. */
  outcome?: string | null;
  /** Who is in it now. */
  participants: string[];
  /** Why the caller called. */
  reason?: string | null;
  requestedAt: string;
  roomId: string;
  /** When the callee took note of a missed call. */
  seenAt?: string | null;
  startedAt?: string | null;
  /** `ringing`, `waiting`, `active` or `ended`. */
  status: string;
}

export interface Feedback {
  comment?: string | null;
  /** What went wrong: `sound`, `picture`, `connection`, `other`. */
  problems?: string[] | null;
  /** From 1 to 5. */
  stars?: number | null;
}

/** Whom to ring, and how. */
export interface Ring {
  /** The appointment of the two, whose room is used then. */
  appointmentId?: string | null;
  /** `video` if left out, or `audio`. */
  callType?: string | null;
  calleeId: string;
  /** Which of one's devices would be in the call. */
  deviceId?: string | null;
  reason?: string | null;
}

/** Which of one's devices would be in the call. */
export interface CallBack {
  deviceId?: string | null;
}

export interface NoticeView {
  appointmentId?: string | null;
  at: string;
  by?: PersonBrief | null;
  callId?: string | null;
  id: string;
  readAt?: string | null;
  /** `missed-call`, `message`, `appointment-requested`, `appointment-accepted`, `appointment-declined`, `appointment-cancelled`, `appointment-rescheduled`, `reminder-day`, `reminder-hour` or `call-starting`. */
  topic: string;
}

export interface UnreadCount {
  count: number;
}

/** Whom a sign-in link signs in. Reading it spends nothing. */
export interface SignInView {
  name: string;
  role: string;
}

/** What a personal link leads to. Reading it spends nothing. */
export interface JoinView {
  closesAt: string;
  durationMinutes?: number | null;
  /** Whose link it is. */
  name: string;
  opensAt?: string | null;
  practitioner: JoinPractitioner;
  /** As what they come: `patient`, `practitioner`, or what a guest is, `interpreter` for example. */
  role: string;
  /** Of the appointment; nothing if the link is for a call without one. */
  scheduledDate?: string | null;
  /** `open`, `early`, `over`, `pending` while it waits for the practice, or `void` if it does not take place. */
  state: string;
}

export interface JoinPractitioner {
  name: string;
  specialization?: string | null;
}

/** A token that opens this one room. */
export interface JoinPass {
  /** Nothing if the link is for a call without an appointment. */
  appointmentId?: string | null;
  expiresAt: string;
  roomId: string;
  token: string;
  userId: string;
}

/** What somebody signs in with who has an account here. */
export interface PasswordSignIn {
  email: string;
  password: string;
}

/** Where a link goes that signs in once. */
export interface AskForLink {
  email: string;
}

/** Who did what to whose record, and when. */
export interface AuditView {
  actor: PersonBrief;
  at: string;
  /** `read-person` or `write-settings`, for example. */
  deed: string;
  subject?: PersonBrief | null;
  /** Of the person, appointment or call that it was about; nothing if it was about no one thing. */
  subjectId?: string | null;
}

/** A password to sign in with from now on, of at least 12 characters. */
export interface NewPassword {
  /** The password so far, if there is one. */
  current?: string | null;
  /** The address to sign in with, for whoever has none here. */
  email?: string | null;
  password: string;
}

/** Where somebody is signed in. */
export interface SessionView {
  /** What the browser called itself. */
  agent?: string | null;
  begunAt: string;
  /** Whether it is the one that asks. */
  current: boolean;
  expiresAt: string;
  id: string;
}

/** A link that signs its person in once. Shown this once. */
export interface SignInLink {
  expiresAt: string;
  link: string;
}

/** Oneself, as one's own pages need it. */
export interface MeView {
  hasPassword: boolean;
  person: PersonView;
  /** What the pages have kept, as they have kept it. */
  settings: unknown;
  /** What one signs in with here; nothing for whoever signs in elsewhere. */
  signInEmail?: string | null;
}

/** What one says of oneself. What is left out stays as it is, an empty text takes away what was there. */
export interface PutMe {
  languages?: string[] | null;
  locale?: string | null;
  /** For the people of the practice; a patient's name is the practice's to write. */
  name?: string | null;
  phone?: string | null;
  picture?: string | null;
  /** For the people of the practice. */
  specialization?: string | null;
  /** For the people of the practice. */
  title?: string | null;
  zoneinfo?: string | null;
}

/** What one's pages keep from one device to the next: an object of their own making, of at most 8 KiB. */
export type Preferences = object;

/** The practice as everybody sees it, also before signing in. */
export interface PracticeView {
  /** `#rrggbb`. */
  colour?: string | null;
  email?: string | null;
  /** A picture as a data URL. */
  logo?: string | null;
  name: string;
  phone?: string | null;
  website?: string | null;
  welcome?: string | null;
  zoneinfo?: string | null;
}

/** All that the practice says of itself and of how it works. What is left out is left to the operator's settings. */
export interface PracticeSettings {
  /** Patients see only practitioners they have an appointment with. */
  closedDirectory?: boolean;
  /** `#rrggbb`. */
  colour?: string | null;
  email?: string | null;
  /** A PNG, JPEG, WebP or SVG picture as a data URL of at most 40,000 characters. */
  logo?: string | null;
  meetingPlaces?: MeetingPlaceView[];
  name?: string;
  phone?: string | null;
  /** How long it rings, from 5 to 300. */
  ringSeconds?: number | null;
  /** Whether patients wait to be admitted to appointments that say nothing else. */
  waitingRoom?: boolean;
  /** An https address. */
  website?: string | null;
  /** What people read before they come in. */
  welcome?: string | null;
  /** IANA zone of practitioners who have none of their own. */
  zoneinfo?: string | null;
}

/** A meeting provider besides the call in here. */
export interface MeetingPlaceView {
  name: string;
  /** An https address; `{room}` in it becomes a name that nobody can guess, a new one for each appointment. */
  template: string;
}

/** When a practitioner works, in wall time of their zone. */
export interface HoursView {
  daysOff: AbsenceView[];
  week: ShiftView[];
  /** IANA zone; left out in a request, it stays as it is. */
  zoneinfo?: string | null;
}

export interface ShiftView {
  day: string;
  from: string;
  /** `24:00` is midnight at the end of the day. */
  to: string;
}

/** The last day is off, too. */
export interface AbsenceView {
  from: string;
  to: string;
}

/** When an appointment can begin. */
export interface FreeTimes {
  /** False where the practitioner has not said when they work, and any time may be asked for. */
  hasHours: boolean;
  items: string[];
  minutes: number;
  /** The practitioner's zone, to show the times in. */
  zoneinfo: string;
}

/** By which ways one is told, and what one has chosen. */
export interface ReachView {
  /** The ways that the operator has set up: `email`, `sms`, `push`. */
  channels: string[];
  /** One entry for each topic and each way that it goes. */
  choices: ChoiceView[];
  /** Where letters go; nothing if there is no address that may be used. */
  email?: string | null;
  /** Where SMS go, in E.164. */
  phone?: string | null;
  /** What a page subscribes to pushes with; nothing if there are none here. */
  pushKey?: string | null;
  quietHours?: QuietView | null;
  /** Neither e-mail nor SMS at all. */
  stopped: boolean;
  /** Addresses that wait for their code. */
  unconfirmed: UnconfirmedView[];
}

/** Whether one is told of something by one way. */
export interface ChoiceView {
  /** `email`, `sms` or `push`. */
  channel: string;
  /** As in `GET /api/notifications`. */
  topic: string;
  wanted: boolean;
}

/** When one is not to be disturbed, where one lives. It may go over midnight. */
export interface QuietView {
  from: string;
  to: string;
}

export interface UnconfirmedView {
  address: string;
  channel: string;
}

/** What one chooses, in place of what one chose before. What is not named is as by default. */
export interface PutReach {
  choices?: ChoiceView[];
  quietHours?: QuietView | null;
  stopped?: boolean;
}

/** An address of one's own, which gets a code. */
export interface NewAddress {
  email?: string | null;
  /** In E.164, such as +491711234567. */
  phone?: string | null;
}

export interface ConfirmAddress {
  /** `email` or `sms`. */
  channel: string;
  code: string;
}

/** What `PushSubscription.toJSON()` gives. */
export interface PushDevice {
  endpoint: string;
  keys: PushKeys;
}

export interface PushKeys {
  auth: string;
  p256dh: string;
}

export interface ForgetDevice {
  endpoint: string;
}

/** The private address of one's calendar. Shown this once. */
export interface CalendarAddress {
  url: string;
}

/** Something that is to be told, or could not be. */
export interface OutboxEntry {
  at: string;
  /** When it is tried next. */
  dueAt: string;
  failedAt?: string | null;
  id: string;
  /** `plan`, `email`, `sms`, `push` or `webhook`. */
  lane: string;
  person?: PersonBrief | null;
  /** What the provider said later. */
  receipt?: string | null;
  topic: string;
  tries: number;
  webhookId?: string | null;
  /** Why it failed the last time: `unreachable`, `timeout`, `refused`, `provider-failed`, `too-many`, `no-address`, … */
  why?: string | null;
}

/** A program that is told what happens. */
export interface WebhookView {
  createdAt: string;
  disabledAt?: string | null;
  id: string;
  url: string;
  /** `gone` if its server answered 410. */
  why?: string | null;
}

export interface NewWebhook {
  /** https, and not in a private network. */
  url: string;
}

/** What its messages are signed with. Shown this once. */
export interface WebhookSecret {
  id: string;
  secret: string;
}

/** Whether a program took what it was sent. */
export interface WebhookTrial {
  took: boolean;
  /** If it did not: as in an entry of the outbox. */
  why?: string | null;
}

export interface Replay {
  /** What happened at this time or later. */
  from: string;
}

/** A refusal or a failure, as RFC 9457 has it. */
export interface Problem {
  /** For a sentence to the person; the words here are for developers. */
  code: Code;
  detail: string;
  /** Whether asking again a little later may bring another answer. */
  retryable: boolean;
  status: number;
  title: string;
  type: string;
}

export type Code = "unauthorized" | "forbidden" | "not-found" | "invalid" | "not-now" | "offline" | "busy" | "expired" | "rate-limited" | "too-large" | "unavailable";

/** One page of a list; `nextCursor` brings the next one and is null on the last. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
