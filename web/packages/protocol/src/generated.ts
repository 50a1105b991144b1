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
  patient?: NewPatient | null;
  patientId?: string | null;
  practitionerId: string;
  reason?: string | null;
  scheduledDate: string;
  /** `Remote` or `InPerson`. */
  type: string;
  /** Whether the patient waits to be admitted; off if left out. */
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

export interface NoticeView {
  appointmentId?: string | null;
  at: string;
  by?: PersonBrief | null;
  callId?: string | null;
  id: string;
  readAt?: string | null;
  /** `missed-call`, `appointment-requested`, `appointment-accepted`, `appointment-declined`, `appointment-cancelled`, `appointment-rescheduled` or `call-starting`. */
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
