-- What waits for one receiver is found without looking through what waits for another.
CREATE INDEX outbox_of_receiver ON outbox (target, due_at) WHERE done_at IS NULL AND target IS NOT NULL;
