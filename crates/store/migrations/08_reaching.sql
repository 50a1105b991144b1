-- What is still to be told, to whom or to which program, by which way. First a notice is planned (its id is the
-- notice's), which makes one row for each way; a repeat has the same id. Ids and enums alone.
DROP TABLE outbox;
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    lane TEXT NOT NULL,
    -- The device or the webhook, where the recipient does not say it.
    target TEXT,
    recipient TEXT,
    topic TEXT NOT NULL,
    about TEXT NOT NULL,
    about_id TEXT NOT NULL,
    by TEXT,
    -- In the journal, if it is told to a program.
    event BIGINT,
    at BIGINT NOT NULL,
    -- While somebody is at it: when the next may take it over.
    due_at BIGINT NOT NULL,
    claimed BOOLEAN NOT NULL DEFAULT FALSE,
    -- Raised by every claim, so that whoever was too slow settles nothing.
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Those that count: an administrator may begin anew.
    tries BIGINT NOT NULL DEFAULT 0,
    done_at BIGINT,
    outcome TEXT,
    -- Why the last attempt failed.
    why TEXT,
    -- What the provider said later.
    receipt TEXT
);
CREATE INDEX outbox_due ON outbox (lane, due_at) WHERE done_at IS NULL;
CREATE INDEX outbox_failed ON outbox (done_at, id) WHERE outcome = 'failed';
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX outbox_about ON outbox (about_id);
-- Those of an earlier version were never to leave the screen.
INSERT INTO outbox (id, lane, recipient, topic, about, about_id, by, at, due_at, done_at, outcome)
    SELECT id, 'plan', person, topic, about, about_id, by, at, at, at, 'pointless' FROM notices;

-- Programs that are told what happens. A secret before the present one counts until it is over.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    secret_before TEXT,
    before_until BIGINT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    -- 'gone' if its server said so; nothing if an administrator did it.
    why TEXT
);

-- Devices that can be woken.
CREATE TABLE push_subscriptions (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    endpoint TEXT NOT NULL UNIQUE,
    -- Of the browser: its public key and its secret, in base64url.
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    agent TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX push_subscriptions_of_person ON push_subscriptions (person);

-- What people have chosen otherwise than the default.
CREATE TABLE choices (
    person TEXT NOT NULL REFERENCES people (id),
    topic TEXT NOT NULL,
    channel TEXT NOT NULL,
    wanted BOOLEAN NOT NULL,
    PRIMARY KEY (person, topic, channel)
);

CREATE TABLE quiet_hours (
    person TEXT PRIMARY KEY REFERENCES people (id),
    quiet_from BIGINT,
    quiet_to BIGINT,
    stopped BOOLEAN NOT NULL
);

-- Addresses that people gave themselves and have not confirmed yet: nothing but the code is sent there.
CREATE TABLE unconfirmed (
    person TEXT NOT NULL REFERENCES people (id),
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (person, channel)
);

-- The private address of somebody's calendar; only its hash.
CREATE TABLE feeds (
    person TEXT PRIMARY KEY REFERENCES people (id),
    token_hash TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL
);
