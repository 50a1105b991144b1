-- Ids are text, instants are milliseconds since 1970 in UTC, states are words.
-- Names, addresses and what people wrote stand in columns of their own, so that they can be erased.
-- `version` rises with every change; a change made against an older one is not committed.

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    title TEXT,
    specialization TEXT,
    languages TEXT NOT NULL,
    picture TEXT,
    locale TEXT,
    zone TEXT,
    listed BOOLEAN NOT NULL,
    disabled_at BIGINT,
    -- What is searched and sorted by: without capitals, and telephone numbers without spaces.
    sort_name TEXT NOT NULL,
    email_key TEXT,
    phone_key TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX people_by_email ON people (email_key);
CREATE INDEX people_by_phone ON people (phone_key);
CREATE INDEX people_directory ON people (sort_name, id) WHERE role = 'practitioner';

-- One row for each practitioner, whose version every booking raises: no two book the same time.
CREATE TABLE calendars (
    practitioner TEXT PRIMARY KEY REFERENCES people (id),
    version BIGINT NOT NULL
);

CREATE TABLE appointments (
    id TEXT PRIMARY KEY,
    practitioner TEXT NOT NULL REFERENCES people (id),
    patient TEXT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    door TEXT NOT NULL,
    -- The link of another provider; nothing for the built-in call.
    provider_link TEXT,
    room TEXT,
    created_at BIGINT NOT NULL,
    reason TEXT,
    words TEXT,
    due_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX appointments_of_practitioner ON appointments (practitioner, starts_at);
CREATE INDEX appointments_of_patient ON appointments (patient, starts_at);
CREATE INDEX appointments_by_start ON appointments (starts_at, id);
CREATE INDEX appointments_due ON appointments (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE rooms (
    id TEXT PRIMARY KEY,
    appointment TEXT UNIQUE REFERENCES appointments (id),
    practitioner TEXT NOT NULL REFERENCES people (id),
    patient TEXT NOT NULL REFERENCES people (id),
    door TEXT NOT NULL,
    status TEXT NOT NULL,
    practitioner_joined BOOLEAN NOT NULL,
    patient_joined BOOLEAN NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    call TEXT,
    version BIGINT NOT NULL
);

CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES rooms (id),
    appointment TEXT REFERENCES appointments (id),
    media TEXT NOT NULL,
    caller TEXT NOT NULL REFERENCES people (id),
    caller_role TEXT NOT NULL,
    callee TEXT NOT NULL REFERENCES people (id),
    callee_role TEXT NOT NULL,
    door TEXT NOT NULL,
    origin TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- Until when it rings or waits.
    until_at BIGINT,
    rung_at BIGINT,
    began_at BIGINT,
    answered_on TEXT,
    ended_at BIGINT,
    ending TEXT,
    ended_by TEXT,
    reason TEXT,
    words TEXT,
    seen_at BIGINT,
    -- When the clock is to knock.
    due_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX calls_of_caller ON calls (caller, requested_at);
CREATE INDEX calls_of_callee ON calls (callee, requested_at);
CREATE INDEX calls_by_request ON calls (requested_at, id);
CREATE INDEX calls_of_room ON calls (room);
CREATE INDEX calls_live ON calls (state) WHERE state <> 'ended';
CREATE INDEX calls_due ON calls (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE call_seats (
    call TEXT NOT NULL REFERENCES calls (id),
    person TEXT NOT NULL REFERENCES people (id),
    -- 'party', or what the guest is.
    part TEXT NOT NULL,
    admission TEXT NOT NULL,
    place TEXT NOT NULL,
    since_at BIGINT,
    until_at BIGINT,
    PRIMARY KEY (call, person)
);
CREATE INDEX call_seats_of_person ON call_seats (person);

-- Nobody is in two calls.
CREATE TABLE engagements (
    person TEXT PRIMARY KEY REFERENCES people (id),
    call TEXT NOT NULL REFERENCES calls (id)
);
CREATE INDEX engagements_of_call ON engagements (call);

-- The same two have one ring at a time, whoever rang first.
CREATE TABLE rings (
    pair_low TEXT NOT NULL,
    pair_high TEXT NOT NULL,
    call TEXT NOT NULL UNIQUE REFERENCES calls (id),
    PRIMARY KEY (pair_low, pair_high)
);

-- What happened, in ids and enums.
CREATE TABLE journal (
    seq BIGSERIAL PRIMARY KEY,
    stream TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by TEXT,
    event TEXT NOT NULL,
    UNIQUE (stream, stream_id, version, ordinal)
);

CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    topic TEXT NOT NULL,
    about TEXT NOT NULL,
    about_id TEXT NOT NULL,
    by TEXT,
    at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notices_of_person ON notices (person, at);
CREATE INDEX notices_unread ON notices (person) WHERE read_at IS NULL;

-- What is still to be delivered beyond the screen. The id is the notice's, so that a repeat is recognised.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY REFERENCES notices (id),
    topic TEXT NOT NULL,
    recipient TEXT NOT NULL REFERENCES people (id),
    about TEXT NOT NULL,
    about_id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE delivered_at IS NULL;

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    scope_room TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expired ON sessions (expires_at);

CREATE TABLE sign_in_links (
    token_hash TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    uses TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT
);

CREATE TABLE leases (
    person TEXT NOT NULL REFERENCES people (id),
    device TEXT NOT NULL,
    renewed_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (person, device)
);

CREATE TABLE wishes (
    person TEXT PRIMARY KEY REFERENCES people (id),
    wish TEXT NOT NULL
);

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    hex TEXT NOT NULL
);

-- Answers to requests with an idempotency key.
CREATE TABLE remembered (
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, key)
);
CREATE INDEX remembered_by_time ON remembered (at);

CREATE TABLE feedback (
    call TEXT NOT NULL REFERENCES calls (id),
    person TEXT NOT NULL REFERENCES people (id),
    stars BIGINT,
    problems TEXT NOT NULL,
    words TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (call, person)
);

-- Who looked at whose record, and what administrators did.
CREATE TABLE audit (
    seq BIGSERIAL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    deed TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX audit_of_subject ON audit (subject, at);
