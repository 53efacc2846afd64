-- Keys by which a call to API v2 can be made again without having its effect twice. A row is reserved before the call is served, marked
-- in the transaction of the change itself, and holds the answer, sealed, until a day after.
CREATE TABLE idempotency_keys (
  integration_id TEXT NOT NULL REFERENCES integrations (id),
  -- A keyed hash of the key, and one of what was sent with it.
  key_digest TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  -- The request that may make the change.
  holder TEXT NOT NULL,
  reserved_at BIGINT NOT NULL,
  committed_at BIGINT,
  -- What the change was about: an id.
  subject TEXT,
  answer TEXT,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (integration_id, key_digest)
);
CREATE UNIQUE INDEX idempotency_keys_by_holder ON idempotency_keys (holder);
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires_at);
