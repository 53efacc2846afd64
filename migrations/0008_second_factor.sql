-- A second factor: codes of an app (TOTP) beside the password, and codes on paper for the day when the phone is gone.

-- The app's secret, sealed under a key outside the database; none: no second factor.
ALTER TABLE users ADD COLUMN second_factor TEXT;
ALTER TABLE users ADD COLUMN second_factor_since BIGINT;
-- The 30 seconds whose code was used last; only later ones count.
ALTER TABLE users ADD COLUMN second_factor_step BIGINT;
-- Whether the password is too short to stand alone: then the second factor cannot stay away.
ALTER TABLE users ADD COLUMN short_password BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE accounts ADD COLUMN second_factor_required BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES users (id),
  digest TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (user_id, digest)
);

-- Between the password and the code: no session, only who gave the password and until when that counts.
CREATE TABLE half_ways (
  id_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  epoch BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX half_ways_by_end ON half_ways (expires_at);

-- The last sign-ins of a person, in whichever account, also the failed ones, which belong to none.
CREATE INDEX events_of_people ON events (subject_id, happened_at) WHERE subject_kind = 'user';
