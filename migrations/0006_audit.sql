-- The audit log pages through a million events: each filter has an index in the order of reading.

-- Contacts' changes are most of what an account may have, and the log leaves them out: the indexes of all and of one actor do too.
CREATE INDEX events_log ON events (account_id, happened_at, id) WHERE subject_kind <> 'contact';
CREATE INDEX events_by_actor ON events (account_id, COALESCE(actor_id, actor_kind), happened_at, id) WHERE subject_kind <> 'contact';
CREATE INDEX events_by_action ON events (account_id, action, happened_at, id);
CREATE INDEX events_by_kind ON events (account_id, subject_kind, happened_at, id);
