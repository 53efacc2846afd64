-- Who sees and uses it: versions of what people may be given, invitations, links for a new password, whose addresses may sign in,
-- and what is left for review when somebody goes.

ALTER TABLE roles ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE staff ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
-- The role that an invitation offers first; none: User.
ALTER TABLE accounts ADD COLUMN invited_role_id TEXT;

-- The list of people is sorted by the folded name, and searched by name and address; kept here so that an index serves it.
ALTER TABLE staff ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN search_key TEXT NOT NULL DEFAULT '';
UPDATE staff SET name_key = (SELECT lower(u.name) FROM users u WHERE u.id = staff.user_id),
  search_key = (SELECT lower(u.name) || ' ' || u.email_key FROM users u WHERE u.id = staff.user_id);
CREATE INDEX staff_by_name ON staff (account_id, name_key, id);
CREATE INDEX staff_by_role ON staff (account_id, role_id);

-- No row: every address may sign in to the account. Else only addresses that end in one of these.
CREATE TABLE account_domains (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  -- Folded, without the @.
  domain TEXT NOT NULL,
  PRIMARY KEY (account_id, domain)
);

CREATE TABLE invitations (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  role_id TEXT NOT NULL,
  -- Keyed hash of the link's secret; sending again makes a new one.
  digest TEXT NOT NULL UNIQUE,
  invited_by TEXT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  accepted_at BIGINT,
  withdrawn_at BIGINT,
  FOREIGN KEY (account_id, role_id) REFERENCES roles (account_id, id)
);
-- One open invitation for an address in an account.
CREATE UNIQUE INDEX invitations_open ON invitations (account_id, email_key) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitations_by_age ON invitations (account_id, created_at, id);
CREATE INDEX invitations_by_role ON invitations (account_id, role_id);

-- A link by which somebody sets a new password; another person may start it, never choose it.
CREATE TABLE password_resets (
  digest TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  started_by TEXT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX password_resets_by_user ON password_resets (user_id);

-- Set when the person who looked after it leaves; emptied when somebody takes it over.
ALTER TABLE integrations ADD COLUMN review_since BIGINT;
ALTER TABLE integrations ADD COLUMN taken_over_by TEXT;
ALTER TABLE integrations ADD COLUMN taken_over_at BIGINT;

-- The Contacts page is a lab now; it stays on where it was.
INSERT INTO account_labs (account_id, lab, enabled, changed_at, changed_by)
  SELECT id, 'contacts', TRUE, created_at, 'Progreda' FROM accounts;
