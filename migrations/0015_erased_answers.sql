-- When something is deleted, the answers that are kept under idempotency keys and tell of it are erased: they are found by its id, and
-- an empty answer stands for one that is erased.
CREATE INDEX idempotency_keys_by_subject ON idempotency_keys (subject) WHERE subject IS NOT NULL;
