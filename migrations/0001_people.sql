-- The first ground: who there is (accounts, users, roles, staff), their sign-ins, and the journal of what they do.
-- Ids are text made by us, instants BIGINT milliseconds in UTC, digests hexadecimal text, so that one file serves both engines.

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT
);

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  -- The address folded in Rust, since the engines fold differently.
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  password_changed_at BIGINT NOT NULL,
  -- Grows when all sessions are ended; a session of an epoch before is never kept.
  session_epoch BIGINT NOT NULL
);

CREATE TABLE roles (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  builtin BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (account_id, name_key),
  UNIQUE (account_id, id)
);

CREATE TABLE role_permissions (
  role_id TEXT NOT NULL REFERENCES roles (id),
  permission TEXT NOT NULL,
  PRIMARY KEY (role_id, permission)
);

CREATE TABLE staff (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  role_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT,
  disabled_at BIGINT,
  UNIQUE (account_id, user_id),
  -- A role of another account can never be given.
  FOREIGN KEY (account_id, role_id) REFERENCES roles (account_id, id)
);
CREATE INDEX staff_by_user ON staff (user_id, created_at);

CREATE TABLE staff_overrides (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  permission TEXT NOT NULL,
  allowed BOOLEAN NOT NULL,
  PRIMARY KEY (staff_id, permission)
);

CREATE TABLE account_labs (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  lab TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (account_id, lab)
);

-- The id is kept as a keyed hash: the database alone opens no session.
CREATE TABLE sessions (
  id_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  -- Public name, by which its owner can end it.
  handle TEXT NOT NULL UNIQUE
);
CREATE INDEX sessions_by_user ON sessions (user_id, seen_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE throttles (
  -- Keyed hash of what is counted: an address, or an address with an e-mail address.
  name TEXT NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_failed_at BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL
);
CREATE INDEX throttles_by_age ON throttles (last_failed_at);

CREATE TABLE setup_links (
  digest TEXT NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

-- A form's single-use key: the second sending finds the first one's row and ends at the same place.
CREATE TABLE once_keys (
  digest TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  purpose TEXT NOT NULL,
  subject TEXT NOT NULL,
  -- A keyed hash of what the form said: the same key with other content is not the same form.
  content TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- The plain token, sealed under a key that only the browser's form key together with the server's secret gives.
  note TEXT,
  note_expires_at BIGINT
);
CREATE INDEX once_keys_by_age ON once_keys (created_at);

-- Audit events of an account form a chain (sequence, mac over the one before); data events have neither.
CREATE TABLE events (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT REFERENCES accounts (id),
  sequence BIGINT,
  happened_at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT,
  subject_name TEXT NOT NULL,
  details TEXT NOT NULL,
  address TEXT,
  agent TEXT,
  request_id TEXT,
  -- How often it happened within its minute: failed sign-ins and refusals are counted, not repeated.
  times BIGINT NOT NULL,
  coalesce_key TEXT UNIQUE,
  mac TEXT,
  UNIQUE (account_id, sequence)
);
CREATE INDEX events_by_subject ON events (account_id, subject_id, happened_at, sequence);
CREATE INDEX events_by_time ON events (account_id, happened_at, id);

CREATE TABLE event_heads (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
  sequence BIGINT NOT NULL,
  mac TEXT NOT NULL
);
