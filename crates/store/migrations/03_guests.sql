-- Nobody new comes into a call that is locked.
ALTER TABLE calls ADD COLUMN locked BOOLEAN NOT NULL DEFAULT FALSE;

-- Who besides its two parties may come to a room, as what, and until when.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES rooms (id),
    guest TEXT NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    by TEXT NOT NULL REFERENCES people (id),
    at BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX invitations_of_room ON invitations (room, guest);
