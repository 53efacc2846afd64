-- The audit log pages through a million events: each filter has an index in the order of reading.

-- No statement may find an index of time alone beside one of its own filter: without statistics SQLite takes the former, and reads
-- the whole log for one rare event. So the old one goes, and the conditions of the next two are spelled differently on purpose.
DROP INDEX events_by_time;
DROP INDEX events_by_subject;

-- Contacts' changes are most of what an account may have, and the log leaves them out: the indexes of all and of one actor do too.
CREATE INDEX events_log ON events (account_id, happened_at, id) WHERE subject_kind <> 'contact';
CREATE INDEX events_by_actor ON events (account_id, COALESCE(actor_id, actor_kind), happened_at, id) WHERE NOT (subject_kind = 'contact');
CREATE INDEX events_by_action ON events (account_id, action, happened_at, id);
CREATE INDEX events_by_kind ON events (account_id, subject_kind, happened_at, id);
-- With the place in the chain, by which the history of one thing is counted.
CREATE INDEX events_by_subject ON events (account_id, subject_id, happened_at, id, sequence);
-- Events of no account are the operator's.
CREATE INDEX events_of_operator ON events (happened_at, id) WHERE account_id IS NULL;
-- Data events are removed by age alone.
CREATE INDEX events_of_data ON events (account_id, happened_at, id) WHERE sequence IS NULL AND coalesce_key IS NULL;
