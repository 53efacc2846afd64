-- Private integrations, their tokens (dead ones are kept), what the tokens did, and the contacts they reach.

CREATE TABLE integrations (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  -- Name and description folded, for the search.
  search_key TEXT NOT NULL,
  -- Scope ids with one space between them.
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  paused_at BIGINT,
  deleted_at BIGINT,
  rotation_started_at BIGINT,
  rotation_started_by TEXT,
  last_used_at BIGINT,
  -- Two facts of the live tokens, kept here so that the list can be sorted by an index.
  token_created_at BIGINT,
  deadline_at BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (id, account_id)
);
-- Names are unique among the live ones; a deleted one gives its name back.
CREATE UNIQUE INDEX integrations_live_name ON integrations (account_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX integrations_by_name ON integrations (account_id, name_key, id);
-- What is missing sorts last, after it what is deleted; statements name these very expressions.
CREATE INDEX integrations_by_age ON integrations (account_id, COALESCE(token_created_at, 9000000000000000), id);
CREATE INDEX integrations_by_deadline ON integrations
  (account_id, (CASE WHEN deleted_at IS NULL THEN COALESCE(deadline_at, 9000000000000000) ELSE 9000000000000001 END), id);
-- Counts read no row.
CREATE INDEX integrations_kept ON integrations (account_id, deleted_at);
CREATE INDEX integrations_by_use ON integrations (account_id, COALESCE(last_used_at, -1), id);

CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  integration_id TEXT NOT NULL,
  -- SHA-256 of the plain token, hexadecimal.
  digest TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('current', 'outgoing', 'former')),
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  ends_at BIGINT,
  -- What ends_at was before the token became outgoing; a cancelled rotation gives it back.
  prior_ends_at BIGINT,
  ended_at BIGINT,
  end_reason TEXT,
  last_used_at BIGINT,
  last_address TEXT,
  last_agent TEXT,
  last_route TEXT,
  CHECK ((role = 'former') = (ended_at IS NOT NULL)),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  CHECK (end_reason IN ('rotated', 'expired_early', 'rotation_cancelled', 'deleted', 'revoked', 'deadline')),
  CHECK (role <> 'outgoing' OR ends_at IS NOT NULL),
  CHECK (prior_ends_at IS NULL OR role <> 'current'),
  -- A token can never belong to an integration of another account.
  FOREIGN KEY (integration_id, account_id) REFERENCES integrations (id, account_id)
);
-- At most one token of each live role for an integration, however two rotations race.
CREATE UNIQUE INDEX tokens_current ON tokens (integration_id) WHERE role = 'current';
CREATE UNIQUE INDEX tokens_outgoing ON tokens (integration_id) WHERE role = 'outgoing';
CREATE INDEX tokens_live ON tokens (account_id, role, ends_at);
CREATE INDEX tokens_passing ON tokens (ends_at) WHERE role <> 'former' AND ends_at IS NOT NULL;
CREATE INDEX tokens_of_integration ON tokens (integration_id, created_at);

CREATE TABLE usage_hours (
  token_id TEXT NOT NULL REFERENCES tokens (id),
  integration_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  -- Start of the hour, milliseconds since the epoch.
  hour BIGINT NOT NULL,
  -- The scope that opened the route; empty when none did.
  scope TEXT NOT NULL,
  -- 2, 3, 4 or 5.
  status_class BIGINT NOT NULL,
  calls BIGINT NOT NULL,
  PRIMARY KEY (token_id, hour, scope, status_class)
);
CREATE INDEX usage_hours_of_integration ON usage_hours (account_id, integration_id, hour);

CREATE TABLE contacts (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  first_name TEXT,
  last_name TEXT,
  name TEXT,
  email TEXT,
  phone TEXT,
  address1 TEXT,
  city TEXT,
  state TEXT,
  country TEXT,
  postal_code TEXT,
  website TEXT,
  timezone TEXT,
  company_name TEXT,
  source TEXT,
  type TEXT,
  date_of_birth TEXT,
  assigned_to TEXT,
  dnd BOOLEAN,
  -- JSON texts: an array of strings, and an array of {id, value}.
  tags TEXT NOT NULL,
  custom_fields TEXT NOT NULL,
  -- Folded in Rust: for order, search and duplicates.
  name_key TEXT NOT NULL,
  email_key TEXT,
  phone_key TEXT,
  search_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX contacts_by_age ON contacts (account_id, created_at, id);
CREATE INDEX contacts_by_name ON contacts (account_id, name_key, id);
CREATE UNIQUE INDEX contacts_email ON contacts (account_id, email_key);
CREATE UNIQUE INDEX contacts_phone ON contacts (account_id, phone_key);
