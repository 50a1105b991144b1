import { Cell, type LocalState, type Participant, type RoomEnd, type RoomState, type Situation } from "@bedside/client";
import { html } from "lit";
import { fakeMedia } from "../gallery/fakes.ts";
import { screen, somebody } from "../gallery/people.ts";
import type { State, States } from "../gallery/state.ts";
import type { Panel, Sheet } from "./call-wishes.ts";
import type { Layout } from "./stage-layout.ts";
import "./call.ts";

type Media = NonNullable<Participant["media"]>;
type Person = Parameters<typeof somebody>[0];

const isPhone = () => innerWidth < 600;
const picture = (who: Person) => (isPhone() ? somebody(who, 360, 640) : somebody(who));
const FINE = { bars: 3, whose: undefined } as const;
const CODE = { state: "code", code: "4071936" } as const;

function media(stream: MediaStream, to: Partial<Media> = {}): Media {
  const fine = { connection: "connected", quality: FINE, verification: CODE } as const;
  return { stream, ...fine, isSoundOnly: false, isSendingSoundOnly: false, ...to };
}

function person(userId: Person, name: string, role: string, to: Partial<Participant> = {}): Participant {
  const shown = { audio: true, video: true, screen: false, handRaised: false, isAway: false, client: undefined };
  return { userId, name, role, ...shown, media: media(picture(userId)), ...to };
}

const jane = (to?: Partial<Participant>) => person("jane", "Dr. Jane Smith", "practitioner", to);
const ada = (to?: Partial<Participant>) => person("ada", "Ada Patient", "patient", to);
const ines = (to?: Partial<Participant>) => person("ines", "Inés Martínez-Fernández", "interpreter", to);
const omar = (to?: Partial<Participant>) => person("omar", "Omar Haddad", "relative", to);
const weak = (who: Person, whose: "yours" | "theirs", to: Partial<Media> = {}) =>
  media(picture(who), { quality: { bars: 1, whose }, ...to });

function room(to: Partial<RoomState> = {}): RoomState {
  return {
    stage: { state: "inside" },
    ...{ roomId: "r", callId: "c", selfId: "self", others: [], atTheDoor: [], ranFor: undefined },
    ...{
      isLocked: false,
      mayShareScreen: false,
      chat: [],
      readUpTo: {},
      invited: [],
      typing: [],
      isHandRaised: false,
      isSaving: false,
      ...to,
    },
  };
}

function local(who: Person, to: Partial<LocalState> = {}): LocalState {
  const [track] = somebody(who).getVideoTracks();
  if (!track) throw new Error("a drawn person has a picture");
  const on = { state: "on", track, deviceId: "1" } as const;
  const off = { state: "off" } as const;
  return { camera: on, microphone: on, screen: off, isMuted: false, notice: "none", facing: "user", ...to };
}

const DEVICES = {
  cameras: [
    { id: "1", label: "Integrated camera" },
    { id: "2", label: "Document camera on the examination table" },
  ],
  microphones: [
    { id: "1", label: "Headset" },
    { id: "2", label: "Integrated microphone" },
  ],
  speakers: [{ id: "1", label: "Headset" }],
};

const SELVES = {
  patient: { who: "ada", name: "Ada Patient", role: "patient" },
  practice: { who: "jane", name: "Dr. Jane Smith", role: "practitioner" },
} as const;

interface Scene {
  readonly as?: keyof typeof SELVES;
  readonly local?: Partial<LocalState>;
  readonly reach?: Situation["reach"];
  readonly panel?: Panel;
  readonly sheet?: Sheet;
  readonly layout?: Layout;
  readonly refused?: "unreachable";
}

/** The call as somebody sees it, with nobody behind it. */
function scene(to: () => Partial<RoomState>, { as = "patient", ...how }: Scene = {}): State {
  const self = SELVES[as];
  return () =>
    html`<bedside-call
      .room=${new Cell(room({ mayShareScreen: as === "practice", ...to() }))}
      .media=${{ ...fakeMedia({}), state: new Cell(local(self.who, how.local)), devices: { list: new Cell(DEVICES) } }}
      .practitioner=${{ name: "Dr. Jane Smith", about: "Dermatology" }}
      .situation=${new Cell({ reach: how.reach ?? "online", self })}
      .panel=${how.panel}
      .sheet=${how.sheet}
      .layout=${how.layout ?? "speaker"}
      .refused=${how.refused}
    ></bedside-call>`;
}

const over = (end: RoomEnd) => scene(() => ({ stage: { state: "over", end }, others: [jane()] }));
const failed = (problem: "denied" | "insecure" | "missing") => ({ state: "failed", problem }) as const;
const OFF = { state: "off" } as const;

function chat(): RoomState["chat"] {
  const texts: readonly (readonly [string, string, string])[] = [
    ["jane", "Dr. Jane Smith", "Good morning! I have the photographs that you sent."],
    ["jane", "Dr. Jane Smith", "Could you hold the arm a little closer to the window?"],
    ["self", "Ada Patient", "Good morning. Yes, one moment."],
    [
      "self",
      "Ada Patient",
      "The rash began on Tuesday after I had been in the garden. It itches most in the evening and is worse when I have had a hot shower. I have put the cream on it twice a day, as you said, and taken nothing else.",
    ],
    [
      "jane",
      "Dr. Jane Smith",
      "https://practice.example/leaflets/dermatology/contact-dermatitis-how-to-care-for-your-skin-at-home.pdf",
    ],
    ["jane", "Dr. Jane Smith", "Read this when you have time."],
  ];
  return texts.map(([userId, name, text], at) => ({
    ...{ id: `m${at}`, roomId: "r", userId, name, text },
    sentAt: `2026-03-03T09:${10 + at}:00Z`,
  }));
}

const DOOR = [
  { userId: "omar", name: "Omar Haddad", since: new Date(Date.now() - 260_000).toISOString() },
  { userId: "ines", name: "Inés Martínez-Fernández", since: new Date(Date.now() - 35_000).toISOString() },
];
const GUEST = {
  userId: "g",
  name: "Ines Interpreter",
  role: "interpreter",
  link: "https://call.practice.example/join/4mVq2JrT8xWlKzP0sNdYhA",
};

export const states: States = {
  "bedside-call": {
    joining: scene(() => ({ stage: { state: "entering" } })),
    "waiting-second": scene(() => ({ stage: { state: "waiting", position: 2 } })),
    "waiting-next": scene(() => ({
      stage: { state: "waiting", position: 1, message: "I am with you in five minutes." },
    })),
    alone: scene(() => ({})),
    two: scene(() => ({ others: [jane()] })),
    "two-practice": scene(() => ({ others: [ada()] }), { as: "practice" }),
    "two-landscape-on-a-phone": scene(() => ({ others: [jane({ media: media(somebody("jane")) })] })),
    "two-connecting": scene(() => ({
      others: [jane({ media: media(picture("jane"), { connection: "connecting", quality: undefined }) })],
    })),
    "sound-only": scene(() => ({ others: [jane({ video: false })] }), { local: { camera: OFF } }),
    "sound-only-for-the-network": scene(() => ({
      others: [jane({ media: weak("jane", "yours", { isSoundOnly: true }) })],
    })),
    "other-camera-off": scene(() => ({ others: [jane({ video: false })] })),
    "other-muted": scene(() => ({ others: [jane({ audio: false })] })),
    three: scene(() => ({ others: [ada(), ines()] }), { as: "practice" }),
    "three-tiles": scene(() => ({ others: [ada(), ines({ audio: false })] }), { as: "practice", layout: "tiles" }),
    four: scene(() => ({ others: [ada(), ines(), omar({ video: false })] }), { as: "practice" }),
    "four-tiles": scene(() => ({ others: [ada({ handRaised: true }), ines(), omar({ video: false })] }), {
      as: "practice",
      layout: "tiles",
    }),
    "sharing-my-screen": scene(() => ({ others: [ada()] }), {
      as: "practice",
      local: { screen: { state: "on", track: screen().getVideoTracks()[0] as MediaStreamTrack, deviceId: undefined } },
    }),
    "sharing-their-screen": scene(() => ({ others: [jane({ screen: true, media: media(screen()) })] })),
    "sharing-their-screen-three": scene(() => ({ others: [jane({ screen: true, media: media(screen()) }), ines()] })),
    "reconnecting-me": scene(
      () => ({ others: [jane({ media: media(picture("jane"), { connection: "reconnecting" }) })] }),
      { reach: "offline" },
    ),
    "reconnecting-them": scene(() => ({ others: [jane({ isAway: true })] })),
    "weak-mine": scene(() => ({ others: [jane({ media: weak("jane", "yours") })] })),
    "weak-theirs": scene(() => ({ others: [jane({ media: weak("jane", "theirs") })] })),
    "saving-data": scene(() => ({ others: [jane()], isSaving: true })),
    "talking-while-muted": scene(() => ({ others: [jane()] }), {
      local: { isMuted: true, notice: "talking-while-muted" },
    }),
    "no-sound": scene(() => ({ others: [jane()] }), { local: { notice: "no-sound" } }),
    "hand-raised": scene(() => ({ others: [ada({ handRaised: true })] }), { as: "practice" }),
    "hand-raised-by-me": scene(() => ({ others: [jane()], isHandRaised: true })),
    "unread-messages": scene(() => ({ others: [jane()], chat: chat() })),
    "door-one": scene(() => ({ others: [ada()], atTheDoor: DOOR.slice(0, 1) }), { as: "practice" }),
    chat: scene(() => ({ others: [jane()], chat: chat(), typing: ["jane"] }), { panel: "chat" }),
    "chat-empty": scene(() => ({ others: [jane()] }), { panel: "chat" }),
    people: scene(
      () => ({ others: [ada(), ines({ audio: false, handRaised: true })], atTheDoor: DOOR, invited: [GUEST] }),
      {
        as: "practice",
        panel: "people",
      },
    ),
    "people-patient": scene(() => ({ others: [jane()] }), { panel: "people" }),
    invite: scene(() => ({ others: [ada()] }), { as: "practice", sheet: "invite" }),
    "invite-link": () =>
      html`<bedside-call-invite .room=${room({ invited: [GUEST] })} .made=${GUEST.name}></bedside-call-invite>`,
    verify: scene(() => ({ others: [jane()] }), { sheet: "verify" }),
    "verify-broken": scene(
      () => ({ others: [jane({ media: media(picture("jane"), { verification: { state: "broken" } }) })] }),
      { sheet: "verify" },
    ),
    tampered: scene(() => ({
      others: [jane({ media: media(picture("jane"), { verification: { state: "broken" } }) })],
    })),
    more: scene(() => ({ others: [jane()] }), { sheet: "more" }),
    "more-practice": scene(() => ({ others: [ada()], atTheDoor: DOOR }), { as: "practice", sheet: "more" }),
    devices: scene(() => ({ others: [jane()] }), { sheet: "devices" }),
    "devices-denied": scene(() => ({ others: [jane()] }), { sheet: "devices", local: { camera: failed("denied") } }),
    keys: scene(() => ({ others: [jane()] }), { sheet: "keys" }),
    "leave-or-end": scene(() => ({ others: [ada(), ines()] }), { as: "practice", sheet: "end" }),
    "camera-denied": scene(() => ({ others: [jane()] }), { local: { camera: failed("denied") } }),
    "both-denied": scene(() => ({ others: [jane()] }), {
      local: { camera: failed("denied"), microphone: failed("denied") },
    }),
    "plain-http": scene(() => ({ others: [jane()] }), {
      local: { camera: failed("insecure"), microphone: failed("insecure") },
    }),
    "not-granted": scene(() => ({ others: [jane()] }), { refused: "unreachable" }),
    "over-ended": over({ why: "ended", by: "jane", reason: "completed" }),
    "over-by-itself": over({ why: "ended", by: undefined, reason: "completed" }),
    "over-left": over({ why: "left" }),
    "over-removed": over({ why: "removed" }),
    "over-denied": over({
      why: "denied",
      reason: "Please ring the desk: we have an emergency and will find another time today.",
    }),
    "over-taken": over({ why: "taken" }),
    "over-expired": over({ why: "refused", code: "expired" }),
    "over-not-now": over({ why: "refused", code: "not-now" }),
    "over-refused": over({ why: "refused", code: "not-found" }),
    "over-unreachable": over({ why: "refused", code: "unavailable" }),
  },
};
