-- What people wrote to each other in a call: words, so rows of their own that can be erased.
CREATE TABLE chat_messages (
    seq BIGSERIAL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    call TEXT NOT NULL REFERENCES calls (id),
    person TEXT NOT NULL REFERENCES people (id),
    -- The client's word that it is the same message as before.
    request TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (call, person, request)
);
CREATE INDEX chat_messages_of_call ON chat_messages (call, seq);

CREATE TABLE chat_reads (
    call TEXT NOT NULL REFERENCES calls (id),
    person TEXT NOT NULL REFERENCES people (id),
    up_to TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (call, person)
);
