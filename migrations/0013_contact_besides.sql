-- Fields of a contact that are kept and given back without being searched: a JSON object of gender, dndSettings and
-- inboundDndSettings, as far as they are known.
ALTER TABLE contacts ADD COLUMN besides TEXT NOT NULL DEFAULT '{}';
