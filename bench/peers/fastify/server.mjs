// The peer of `script/bench rest`: reads and books appointments on a database that Bedside has made, with the same
// checks, the same inserts and the same durability, as a careful Node developer would write it.
//
//   node server.mjs PORT DATABASE SECRET

import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import Database from "better-sqlite3";
import fastify from "fastify";

const [port, file, secret] = process.argv.slice(2);
const database = new Database(file, { timeout: 5_000 });
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.pragma("foreign_keys = ON");

const sql = {
  person: database.prepare(
    "SELECT id, role, name, given_name, family_name, email, phone, title, specialization, languages, picture, locale, " +
      "zone, listed, disabled_at, version FROM people WHERE id = ?",
  ),
  people: database.prepare(
    "SELECT id, role, name, given_name, family_name, email, phone, title, specialization, languages, picture, locale, " +
      "zone, listed, disabled_at, version FROM people WHERE id IN (?, ?)",
  ),
  appointment: database.prepare(
    "SELECT id, practitioner, patient, kind, starts_at, minutes, status, door, provider_link, room, created_at, reason, " +
      "words, version FROM appointments WHERE id = ?",
  ),
  practice: database.prepare(
    "SELECT p.name, p.door, p.directory, p.version, m.name AS place, m.template FROM practice p " +
      "LEFT JOIN meeting_places m ON m.ordinal >= 0 WHERE p.id = 1 ORDER BY m.ordinal",
  ),
  remembered: database.prepare("SELECT fingerprint, status, body FROM remembered WHERE person = ? AND key = ?"),
  together: database.prepare(
    "SELECT MAX(latest) AS latest FROM (SELECT MAX(ends_at) AS latest FROM appointments " +
      "WHERE status NOT IN ('Declined', 'Cancelled') AND (practitioner = @a AND patient = @b OR practitioner = @b AND patient = @a) " +
      "UNION ALL SELECT MAX(COALESCE(ended_at, requested_at)) AS latest FROM calls " +
      "WHERE caller = @a AND callee = @b OR caller = @b AND callee = @a) AS together",
  ),
  calendar: database.prepare(
    "SELECT c.version, a.id, a.starts_at, a.minutes FROM calendars c LEFT JOIN appointments a " +
      "ON a.practitioner = c.practitioner AND a.starts_at < ? AND a.ends_at > ? " +
      "AND a.status NOT IN ('Declined', 'Cancelled', 'NoShow') WHERE c.practitioner = ? ORDER BY a.starts_at",
  ),
  beginCalendar: database.prepare("INSERT INTO calendars (practitioner, version) VALUES (?, 0) ON CONFLICT DO NOTHING"),
  raiseCalendar: database.prepare("UPDATE calendars SET version = version + 1 WHERE practitioner = ? AND version = ?"),
  remember: database.prepare(
    "INSERT INTO remembered (person, key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  ),
  book: database.prepare(
    "INSERT INTO appointments (id, practitioner, patient, kind, starts_at, minutes, ends_at, status, door, provider_link, " +
      "room, created_at, reason, words, due_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, 'Accepted', 'open', NULL, ?, ?, ?, NULL, ?, 1)",
  ),
  journal: database.prepare(
    "INSERT INTO journal (stream, stream_id, version, ordinal, at, by, event) VALUES ('appointment', ?, 1, 0, ?, ?, ?)",
  ),
  room: database.prepare(
    "INSERT INTO rooms (id, appointment, practitioner, patient, door, status, practitioner_joined, patient_joined, version) " +
      "VALUES (?, ?, ?, ?, 'open', 'Waiting', FALSE, FALSE, 1)",
  ),
  notice: database.prepare(
    "INSERT INTO notices (id, person, topic, about, about_id, by, at) VALUES (?, ?, ?, 'appointment', ?, ?, ?)",
  ),
  owe: database.prepare(
    "INSERT INTO outbox (id, lane, recipient, topic, about, about_id, by, at, due_at) VALUES (?, 'plan', ?, ?, 'appointment', ?, ?, ?, ?)",
  ),
};

const REMINDERS = [
  ["reminder-day", 86_400_000],
  ["reminder-hour", 3_600_000],
];

const linkKey = Buffer.from(database.prepare("SELECT hex FROM secrets WHERE name = 'links'").get().hex, "hex");
const headers = {
  "content-security-policy":
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
  "x-frame-options": "SAMEORIGIN",
  "cache-control": "no-store",
};
const app = fastify({ logger: false, bodyLimit: 64 * 1024 });

class Refused extends Error {
  constructor(status, code, detail) {
    super(detail);
    Object.assign(this, { status, code });
  }
}

app.addHook("onSend", async (_, reply) => void reply.headers(headers));
app.setErrorHandler((error, _, reply) => {
  const status = error.status ?? error.statusCode ?? 500;
  reply.status(status).type("application/problem+json");
  return { type: "about:blank", status, code: error.code ?? "unavailable", detail: error.message };
});

app.get("/api/appointments/:id", async (request) => {
  const me = signedIn(request);
  const held = sql.appointment.get(request.params.id);
  const mine = held && (held.patient === me.id || held.practitioner === me.id);
  if (!mine && !(held && (me.role === "staff" || me.role === "admin"))) throw new Refused(404, "not-found", "nothing here");
  const people = new Map(sql.people.all(held.practitioner, held.patient).map((person) => [person.id, person]));
  return shown(me, held, people.get(held.practitioner), people.get(held.patient));
});

const newAppointment = {
  type: "object",
  required: ["practitionerId", "scheduledDate", "type"],
  properties: {
    practitionerId: { type: "string" },
    patientId: { type: "string" },
    scheduledDate: { type: "string", format: "date-time" },
    durationMinutes: { type: "integer", minimum: 5, maximum: 480 },
    type: { enum: ["Remote", "InPerson"] },
    reason: { type: "string", maxLength: 2_000 },
  },
};

app.post("/api/appointments", { schema: { body: newAppointment } }, async (request, reply) => {
  writeFrom(request.ip);
  const me = signedIn(request);
  writeBy(me.id);
  const ask = request.body;
  const key = request.headers["idempotency-key"];
  const asked = createHash("sha256").update(`POST /api/appointments\n${JSON.stringify(ask)}`).digest("base64url");
  const before = sql.remembered.get(me.id, key);
  if (before && before.fingerprint !== asked) throw new Refused(400, "invalid", "this key was used for another request");
  if (before) return reply.status(before.status).type("application/json").send(before.body);

  const now = Date.now();
  sql.practice.all();
  const practitioner = sql.person.get(ask.practitionerId);
  if (practitioner?.role !== "practitioner" || practitioner.disabled_at) throw new Refused(404, "not-found", "nothing here");
  sql.together.get({ a: me.id, b: practitioner.id });
  if (me.role !== "practitioner" || me.id !== practitioner.id) throw new Refused(403, "forbidden", "book your own");
  const patient = sql.person.get(ask.patientId);
  if (patient?.role !== "patient" || patient.disabled_at) throw new Refused(404, "not-found", "nothing here");
  const start = Date.parse(ask.scheduledDate);
  const minutes = ask.durationMinutes ?? 30;
  const end = start + minutes * 60_000;
  if (start < now - 60_000 || start > now + 731 * 86_400_000) throw new Refused(400, "invalid", "scheduledDate has passed");
  let calendar = sql.calendar.all(end, start, practitioner.id);
  if (calendar.length === 0) {
    sql.beginCalendar.run(practitioner.id);
    calendar = sql.calendar.all(end, start, practitioner.id);
  }
  const taken = (row) => row.id !== null && row.starts_at < end && start < row.starts_at + row.minutes * 60_000;
  if (calendar.some(taken)) throw new Refused(409, "busy", "the practitioner has another appointment at that time");
  const held = {
    id: randomUUID(),
    practitioner: practitioner.id,
    patient: patient.id,
    kind: ask.type,
    starts_at: start,
    minutes,
    status: "Accepted",
    door: "open",
    room: randomBytes(16).toString("base64url"),
    created_at: now,
    reason: ask.reason ?? null,
    words: null,
  };
  const answer = JSON.stringify(shown(me, held, practitioner, patient));
  commit(me, held, end, { key, asked, answer, version: calendar[0].version });
  return reply.status(201).type("application/json").send(answer);
});

/** All of it in one transaction, or nothing. */
function commit(me, held, end, { key, asked, answer, version }) {
  const change = database.transaction(() => {
    if (sql.remember.run(me.id, key, asked, 201, answer, held.created_at).changes === 0) throw new Refused(503, "busy", "again");
    if (sql.raiseCalendar.run(held.practitioner, version).changes === 0) throw new Refused(503, "busy", "again");
    sql.book.run(
      held.id, held.practitioner, held.patient, held.kind, held.starts_at, held.minutes, end, held.room,
      held.created_at, held.reason, end + 4 * 3_600_000,
    );
    const event = { event: "created", by: me.id, status: held.status, slot: { start: held.starts_at, minutes: held.minutes } };
    sql.journal.run(held.id, held.created_at, me.id, JSON.stringify(event));
    sql.room.run(held.room, held.id, held.practitioner, held.patient);
    const notice = randomUUID();
    sql.notice.run(notice, held.patient, "appointment-accepted", held.id, me.id, held.created_at);
    sql.owe.run(notice, held.patient, "appointment-accepted", held.id, me.id, held.created_at, held.created_at);
    for (const [topic, lead] of REMINDERS) {
      const due = held.starts_at - lead;
      if (due > held.created_at) sql.owe.run(randomUUID(), held.patient, topic, held.id, null, due, due);
    }
  });
  change.immediate();
}

/** Who asks: a token of the host application, whose person is as it was when it was last seen. */
function signedIn(request) {
  const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const [head, body, signature] = (token ?? "").split(".");
  const made = createHmac("sha256", secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature ?? "", "base64url");
  if (given.length !== made.length || !timingSafeEqual(given, made)) throw new Refused(401, "unauthorized", "not believed");
  const { alg } = JSON.parse(Buffer.from(head, "base64url"));
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  if (alg !== "HS256" || !(claims.exp > Date.now() / 1_000)) throw new Refused(401, "unauthorized", "the token has expired");
  const person = sql.person.get(claims.sub);
  if (!person || person.disabled_at || person.role !== claims.role || person.name !== claims.name) {
    throw new Refused(401, "unauthorized", "nobody is known by this token");
  }
  return person;
}

function shown(me, held, practitioner, patient) {
  const side = me.id === held.practitioner ? "d" : me.id === held.patient ? "p" : null;
  const time = (at) => new Date(at).toISOString().replace(/\.?0+Z$/, "Z");
  const brief = (person) => ({ id: person.id, name: person.name, firstName: person.given_name, lastName: person.family_name });
  return {
    id: held.id,
    status: held.status,
    type: held.kind,
    scheduledDate: time(held.starts_at),
    durationMinutes: held.minutes,
    reason: held.reason,
    answer: held.words,
    practitioner: brief(practitioner),
    patient: brief(patient),
    waitingRoom: held.door === "waiting-room",
    provider: "built-in",
    roomId: side && held.room,
    videoCallLink: side && link(held.room, side),
    linkOpensAt: time(held.starts_at - 30 * 60_000),
    linkClosesAt: time(held.starts_at + held.minutes * 60_000 + 4 * 3_600_000),
    createdAt: time(held.created_at),
  };
}

/** A personal link with a code that only this practice can make. */
function link(room, side) {
  const code = createHmac("sha256", linkKey).update(`join ${side} ${room}`).digest().subarray(0, 16);
  return `http://127.0.0.1:${port}/join/${room}${side}${code.toString("base64url")}`;
}

/** A bucket for each address and each person, as large as those of the other side of this measurement. */
function limit(most) {
  const buckets = new Map();
  return (key) => {
    const now = Date.now();
    const bucket = buckets.get(key) ?? { left: most, at: now };
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) * most) / 60_000) - 1;
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.left < 0) throw new Refused(429, "rate-limited", "too many requests; wait and try again");
  };
}

const writeFrom = limit(1_000_000);
const writeBy = limit(1_000_000);

await app.listen({ port: Number(port), host: "127.0.0.1" });
console.log("ready");
