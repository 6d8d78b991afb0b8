-- Tasks: the shop that one is about, which is not always that of the session's referral: a session may have left it.

ALTER TABLE tasks ADD COLUMN partner_id UUID REFERENCES partners (id);
