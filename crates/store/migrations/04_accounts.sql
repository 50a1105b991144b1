-- People who sign in here rather than through a host application. The address is what they sign in with, so it is
-- nobody else's; the password is kept as its argon2id hash, and there is none until its person has chosen one.
CREATE TABLE accounts (
    person TEXT PRIMARY KEY REFERENCES people (id),
    email_key TEXT NOT NULL UNIQUE,
    password TEXT,
    opened_at BIGINT NOT NULL,
    signed_in_at BIGINT
);

-- What a session was begun with, so that its person knows it again in a list.
ALTER TABLE sessions ADD COLUMN agent TEXT;
CREATE INDEX sessions_of_person ON sessions (person);
CREATE INDEX sign_in_links_of_person ON sign_in_links (person);
