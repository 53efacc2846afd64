-- What software writes down about a contact, and what is to be done about it. Both go with the contact, whoever adds at that moment.

CREATE TABLE notes (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  body TEXT NOT NULL,
  title TEXT,
  color TEXT,
  -- In the words of the software that wrote the note; nobody of ours.
  user_id TEXT,
  pinned BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);
-- Ids sort by time, so this is the order of the list. Contact ids are unique in all accounts.
CREATE INDEX notes_of_contact ON notes (contact_id, id);

CREATE TABLE tasks (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT,
  assigned_to TEXT,
  due_at BIGINT NOT NULL,
  completed BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX tasks_of_contact ON tasks (contact_id, id);
