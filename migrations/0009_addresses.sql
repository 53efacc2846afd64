-- Forgotten passwords and changed addresses. A link for a new password can now also be asked for by the person themselves, or be made
-- by the operator: then nobody's rights stand behind it. Rows are kept for a day after they ended: they count how often somebody was
-- written to. The table is made anew, since SQLite cannot take NOT NULL from a column.

CREATE TABLE password_links (
  digest TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  -- Where and by whom it was started; both empty when the person asked for it or the operator made it.
  account_id TEXT REFERENCES accounts (id),
  started_by TEXT REFERENCES users (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  -- When a newer link or a new password took its place.
  ended_at BIGINT,
  asked BOOLEAN NOT NULL
);
INSERT INTO password_links (digest, user_id, account_id, started_by, created_at, expires_at, used_at, asked)
  SELECT digest, user_id, account_id, started_by, created_at, expires_at, used_at, FALSE FROM password_resets;
DROP TABLE password_resets;
ALTER TABLE password_links RENAME TO password_resets;
CREATE INDEX password_resets_by_user ON password_resets (user_id, created_at);

-- An address that somebody wants to sign in with. It counts once the link that was mailed to it was confirmed.
CREATE TABLE email_changes (
  digest TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  -- When a newer one or a new password took its place.
  ended_at BIGINT
);
CREATE INDEX email_changes_by_user ON email_changes (user_id, created_at);
