-- A room that nobody can come to any more is cleared: what was written in it goes, and its links lead nowhere. The row
-- stays where a call of the history refers to it.
ALTER TABLE rooms ADD COLUMN cleared_at BIGINT;
CREATE INDEX rooms_not_cleared ON rooms (id) WHERE cleared_at IS NULL;
CREATE INDEX invitations_of_guest ON invitations (guest);
CREATE INDEX notices_by_reading ON notices (read_at) WHERE read_at IS NOT NULL;
