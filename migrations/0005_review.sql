-- Few integrations wait for somebody who looks after them: the filter reads those alone.
CREATE INDEX integrations_review ON integrations (account_id) WHERE review_since IS NOT NULL;
