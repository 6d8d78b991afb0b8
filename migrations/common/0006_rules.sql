-- What the rules of removal ask for: what a service is to a course and what it costs,
-- when a course was assessed, and a patient's treatments in order of time.

-- NULL is what its code says.
ALTER TABLE services ADD COLUMN purpose TEXT CHECK (purpose IN ('visit', 'consultation', 'assessment', 'test_patch', 'review'));
ALTER TABLE services ADD COLUMN price_cents BIGINT CHECK (price_cents >= 0);

-- When goal, pigment or depth were last written; NULL is the day it was opened.
ALTER TABLE courses ADD COLUMN assessed_at TIMESTAMPTZ;
-- How tattoo ink looks, for the Kirby-Desai reference.
ALTER TABLE courses ADD COLUMN ink JSONB;

CREATE INDEX sessions_of_patient ON sessions (patient_id, starts_at);

-- Everything that a search asks of a claim, so that it reads the index alone.
DROP INDEX claims_of_resource;
CREATE INDEX claims_of_resource ON claims (resource_id, starts_at, ends_at, expires_at, session_id, hold_id);
CREATE INDEX claims_of_holds ON claims (expires_at) WHERE expires_at IS NOT NULL;
