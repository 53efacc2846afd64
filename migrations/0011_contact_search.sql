-- Searching contacts: a folded key for each text, tags and fields of the caller's own in a table of their own, and a kept total.

ALTER TABLE contacts ADD COLUMN first_name_key TEXT;
ALTER TABLE contacts ADD COLUMN last_name_key TEXT;
ALTER TABLE contacts ADD COLUMN address1_key TEXT;
ALTER TABLE contacts ADD COLUMN city_key TEXT;
ALTER TABLE contacts ADD COLUMN state_key TEXT;
ALTER TABLE contacts ADD COLUMN country_key TEXT;
ALTER TABLE contacts ADD COLUMN postal_code_key TEXT;
ALTER TABLE contacts ADD COLUMN website_key TEXT;
ALTER TABLE contacts ADD COLUMN timezone_key TEXT;
ALTER TABLE contacts ADD COLUMN company_name_key TEXT;
ALTER TABLE contacts ADD COLUMN source_key TEXT;
ALTER TABLE contacts ADD COLUMN type_key TEXT;
ALTER TABLE contacts ADD COLUMN assigned_to_key TEXT;

-- Keys are folded in Rust. Contacts from before this migration get theirs when a server next starts.
ALTER TABLE contacts ADD COLUMN keyed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX contacts_unkeyed ON contacts (id) WHERE NOT keyed;
CREATE INDEX contacts_by_change ON contacts (account_id, updated_at, id);

CREATE TABLE contact_keys (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  -- 'tags', or 'customFields.' and the caller's id.
  field TEXT NOT NULL,
  -- Folded, at most 400 characters; empty when there is nothing to compare.
  value TEXT NOT NULL,
  -- More of this than of the other index fits when one contact is tested, so that SQLite takes it then.
  PRIMARY KEY (contact_id, account_id, field, value)
);
CREATE INDEX contact_keys_by_value ON contact_keys (account_id, field, value, contact_id);

-- How many contacts an account has, in slots, so that those who add at the same time seldom wait for each other's row. One slot may
-- fall below zero; their sum is the number.
CREATE TABLE contact_totals (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  slot BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  PRIMARY KEY (account_id, slot)
);
INSERT INTO contact_totals (account_id, slot, kept) SELECT account_id, 0, COUNT(*) FROM contacts GROUP BY account_id;
