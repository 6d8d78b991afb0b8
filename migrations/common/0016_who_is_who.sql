-- Who is who: extensions of telephone numbers, what names and addresses are compared by, and records that were merged.

ALTER TABLE patients ADD COLUMN phone_extension TEXT;
-- As addresses are compared: lower case, the domain in ASCII.
ALTER TABLE patients ADD COLUMN email_key TEXT;
-- Both names folded by the program, in one word each.
ALTER TABLE patients ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
-- The record that this one was merged into. It stays as a marker that leads there.
ALTER TABLE patients ADD COLUMN merged_into UUID REFERENCES patients (id);
CREATE INDEX patients_by_email_key ON patients (email_key);
CREATE INDEX patients_by_name_key ON patients (name_key);
CREATE INDEX patients_merged ON patients (merged_into) WHERE merged_into IS NOT NULL;

-- The program folds anew what is empty, at its next start: engines fold differently.
UPDATE patients SET search = '';

-- By what a name with one letter wrong is found: each word of the names, and each without one of its letters.
CREATE TABLE name_keys (
    key        TEXT NOT NULL,
    patient_id UUID NOT NULL REFERENCES patients (id),
    PRIMARY KEY (key, patient_id)
);
CREATE INDEX name_keys_of_patient ON name_keys (patient_id);

-- One row, which each registration changes, so that of two at once the second sees the first.
CREATE TABLE registering (
    count BIGINT NOT NULL
);
INSERT INTO registering (count) VALUES (0);

CREATE TABLE merges (
    -- Written before its deed, which is written last.
    deed_id     UUID NOT NULL PRIMARY KEY REFERENCES deeds (id) DEFERRABLE INITIALLY DEFERRED,
    kept_id     UUID NOT NULL REFERENCES patients (id),
    other_id    UUID NOT NULL REFERENCES patients (id),
    at          TIMESTAMPTZ NOT NULL,
    -- What was written about the one that was kept, before it took what it lacked.
    kept_before JSONB NOT NULL,
    undone_at   TIMESTAMPTZ
);
CREATE INDEX merges_of_patients ON merges (kept_id, other_id);

-- What a merge carried over, row by row, so that it can be taken back exactly.
CREATE TABLE merged_rows (
    deed_id UUID NOT NULL,
    kind    TEXT NOT NULL,
    row_id  UUID NOT NULL,
    PRIMARY KEY (deed_id, kind, row_id)
);
