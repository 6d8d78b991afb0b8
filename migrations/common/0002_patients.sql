-- Patients, what they permitted, and their courses of treatment.

CREATE TABLE patients (
    id                 UUID NOT NULL PRIMARY KEY REFERENCES resources (id),
    version            BIGINT NOT NULL,
    given_name         TEXT NOT NULL,
    family_name        TEXT NOT NULL,
    phone              TEXT NOT NULL,
    email              TEXT,
    preferred_language TEXT NOT NULL CHECK (preferred_language IN ('en', 'fr')),
    date_of_birth      DATE,
    fitzpatrick        TEXT CHECK (fitzpatrick IN ('I', 'II', 'III', 'IV', 'V', 'VI')),
    -- Folded by the program: lower case, no accents. Engines fold differently.
    search             TEXT NOT NULL,
    is_demo            BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE consents (
    id           UUID NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL,
    patient_id   UUID NOT NULL REFERENCES patients (id),
    kind         TEXT NOT NULL CHECK (kind IN ('laser_treatment', 'disclosure', 'messages')),
    partner_id   UUID REFERENCES partners (id),
    text_version TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    given_at     TIMESTAMPTZ NOT NULL,
    withdrawn_at TIMESTAMPTZ,
    CHECK ((kind = 'disclosure') = (partner_id IS NOT NULL)),
    CHECK ((status = 'inactive') = (withdrawn_at IS NOT NULL))
);
CREATE INDEX consents_of_patient ON consents (patient_id);

CREATE TABLE courses (
    id               UUID NOT NULL PRIMARY KEY,
    version          BIGINT NOT NULL,
    patient_id       UUID NOT NULL REFERENCES patients (id),
    goal             TEXT NOT NULL CHECK (goal IN ('remove', 'lighten', 'fade', 'adjust')),
    zones            JSONB NOT NULL,
    pigment          TEXT NOT NULL CHECK (pigment IN ('smp', 'tattoo_ink', 'unknown')),
    depth            TEXT NOT NULL CHECK (depth IN ('correct', 'too_shallow', 'too_deep', 'unknown')),
    delivery         TEXT NOT NULL CHECK (delivery IN ('onsite', 'partner')),
    planned_sessions BIGINT CHECK (planned_sessions BETWEEN 1 AND 60),
    status           TEXT NOT NULL CHECK (status IN ('draft', 'active', 'on-hold', 'completed', 'revoked', 'entered-in-error')),
    outcome          TEXT,
    created_at       TIMESTAMPTZ NOT NULL,
    is_demo          BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX courses_of_patient ON courses (patient_id);
