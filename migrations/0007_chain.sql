-- The chain of audit events says which key signed what, takes counted events in, and can be closed at its old end.

-- Empty for events from before keys had ids: the first key signed those.
ALTER TABLE events ADD COLUMN key_id TEXT;
ALTER TABLE event_heads ADD COLUMN key_id TEXT;

-- Counted events wait until their minute is over; few at any time, so nothing else pays for this index.
CREATE INDEX events_waiting ON events (account_id, id) WHERE coalesce_key IS NOT NULL;

-- Where the kept part of a chain begins: everything up to this event was removed by age. Signed, so that nobody can move it.
CREATE TABLE event_closings (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
  -- The last event that was removed, and its mac, which the next one builds on.
  sequence BIGINT NOT NULL,
  mac TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL
);
