-- The list of integrations counts without looking at every row.

-- Those without a token and those that are due are counted here and read no row. Partial, as the next one: an index of all rows
-- might be taken for the list itself, which would then be sorted anew for each page.
DROP INDEX integrations_kept;
CREATE INDEX integrations_by_token ON integrations (account_id, token_created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX integrations_paused ON integrations (account_id) WHERE paused_at IS NOT NULL;

-- How many integrations an account has, kept by whoever makes or deletes one: to count them costs more than to list them.
CREATE TABLE integration_totals (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
  made BIGINT NOT NULL,
  -- Those that are not deleted.
  kept BIGINT NOT NULL,
  CHECK (kept BETWEEN 0 AND made)
);
INSERT INTO integration_totals (account_id, made, kept)
  SELECT account_id, COUNT(*), SUM(CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END) FROM integrations GROUP BY account_id;
