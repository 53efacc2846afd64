-- Webhooks: endpoints of private integrations, what they are told, and how that went.

CREATE TABLE webhook_endpoints (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  integration_id TEXT NOT NULL,
  -- As it was typed; never changed.
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  -- Names of events with one space between them.
  events TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  paused_at BIGINT,
  -- By the server itself: the receiver said 410, or failed for three days.
  disabled_at BIGINT,
  disabled_why TEXT CHECK (disabled_why IN ('gone', 'failing')),
  deleted_at BIGINT,
  -- The first failure since the last success, and the last failure of all.
  failing_since BIGINT,
  failed_at BIGINT,
  -- When its last try was slow; empty when it was not.
  slow_at BIGINT,
  -- When it last took something, to the hour.
  well_at BIGINT,
  -- Sealed; empty once it is deleted. The hint is what people may know of it.
  secret TEXT NOT NULL,
  secret_hint TEXT NOT NULL,
  secret_created_at BIGINT NOT NULL,
  -- The secret before, while both sign; emptied soon after its end.
  old_secret TEXT,
  old_secret_hint TEXT,
  old_secret_created_at BIGINT,
  old_secret_ends_at BIGINT,
  -- What people had sent by hand since that instant, which begins anew when it is a minute old.
  by_hand_since BIGINT,
  by_hand BIGINT,
  version BIGINT NOT NULL,
  FOREIGN KEY (integration_id, account_id) REFERENCES integrations (id, account_id),
  CHECK ((disabled_at IS NULL) = (disabled_why IS NULL)),
  CHECK ((old_secret IS NULL) = (old_secret_ends_at IS NULL))
);
CREATE INDEX webhook_endpoints_kept ON webhook_endpoints (account_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX webhook_endpoints_by_integration ON webhook_endpoints (integration_id, created_at, id);
CREATE INDEX webhook_endpoints_deleted ON webhook_endpoints (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX webhook_endpoints_overlapping ON webhook_endpoints (old_secret_ends_at) WHERE old_secret_ends_at IS NOT NULL;

-- What happened, as every endpoint is told.
CREATE TABLE webhook_messages (
  -- The `webhook-id`.
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  -- The event's name.
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX webhook_messages_by_age ON webhook_messages (created_at);

CREATE TABLE webhook_deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
  message_id TEXT NOT NULL REFERENCES webhook_messages (id),
  -- The message's.
  type TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'stopped')),
  -- Why it was stopped.
  stopped_why TEXT,
  created_at BIGINT NOT NULL,
  -- How often it was tried since it last began anew.
  attempts BIGINT NOT NULL,
  -- How often it was tried before that.
  attempts_before BIGINT NOT NULL DEFAULT 0,
  -- While it waits: when it is tried next. While somebody tries it, when it is tried again should they never come back.
  next_at BIGINT,
  -- Who is trying it.
  lease TEXT,
  -- The last try: when, how long in milliseconds, the status, what went wrong, and the first 2,048 characters of the answer.
  tried_at BIGINT,
  took BIGINT,
  status BIGINT,
  problem TEXT,
  answer TEXT,
  UNIQUE (endpoint_id, message_id),
  CHECK ((state = 'waiting') = (next_at IS NOT NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (endpoint_id, created_at, id);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (endpoint_id, state, created_at, id);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_by_message ON webhook_deliveries (message_id);

-- What waits for an endpoint and is to be stopped, or what failed and is to be tried anew: worked off in small portions, so that
-- nobody else has to wait for the whole of it.
CREATE TABLE webhook_backlogs (
  endpoint_id TEXT NOT NULL PRIMARY KEY REFERENCES webhook_endpoints (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  -- Why what waits is stopped.
  stop_why TEXT,
  -- What was made between these two instants is tried anew.
  again_since BIGINT,
  again_until BIGINT,
  -- The last one that was tried anew: when it was made, and its id.
  place_at BIGINT NOT NULL,
  place_id TEXT NOT NULL,
  -- How many there were when somebody asked, and how many of them are tried anew.
  asked BIGINT NOT NULL,
  done BIGINT NOT NULL,
  CHECK ((stop_why IS NULL) = (again_since IS NOT NULL)),
  CHECK ((again_since IS NULL) = (again_until IS NULL))
);

-- An endpoint that the server disabled; those who may manage webhooks are told, each once and, after a crash, once more with the same
-- Message-ID.
CREATE TABLE webhook_notices (
  endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
  disabled_at BIGINT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  why TEXT NOT NULL,
  -- Until every mail was handed over: when that is tried next.
  mail_at BIGINT,
  -- Ids of those whose mail was handed over, with one space between them.
  told TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (endpoint_id, disabled_at)
);
CREATE INDEX webhook_notices_by_age ON webhook_notices (disabled_at);
CREATE INDEX webhook_notices_unsent ON webhook_notices (mail_at) WHERE mail_at IS NOT NULL;

-- What a data event tells webhooks, until it was taken from here: names of events and the object's fields, as JSON. The chain does not
-- sign it, so no event of a chain has any.
ALTER TABLE events ADD COLUMN announces TEXT CHECK (announces IS NULL OR sequence IS NULL);
CREATE INDEX events_announcing ON events (account_id, id) WHERE announces IS NOT NULL;

-- Admins may do everything, also in accounts from before.
INSERT INTO role_permissions (role_id, permission)
  SELECT id, 'webhooks.view' FROM roles WHERE builtin AND name = 'Admin';
INSERT INTO role_permissions (role_id, permission)
  SELECT id, 'webhooks.manage' FROM roles WHERE builtin AND name = 'Admin';
