-- Who is who: what a practitioner is qualified as, who is the laser safety officer, and which practitioner a user is.

ALTER TABLE practitioners ADD COLUMN qualification TEXT;
ALTER TABLE practitioners ADD COLUMN laser_safety_officer BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN practitioner_id UUID REFERENCES practitioners (id);
