-- Who signs in, with what, what was answered to repeats, and who did what to whose record.

CREATE TABLE users (
    id            UUID NOT NULL PRIMARY KEY,
    version       BIGINT NOT NULL,
    -- Lower case; compared as it stands.
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('front_desk', 'practitioner', 'manager', 'partner')),
    partner_id    UUID REFERENCES partners (id),
    -- Argon2id, PHC string; none when they use tokens only.
    password_hash TEXT,
    active        BOOLEAN NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    is_demo       BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK ((role = 'partner') = (partner_id IS NOT NULL))
);

CREATE TABLE tokens (
    id         UUID NOT NULL PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id),
    -- SHA-256 of the token, hexadecimal; the token itself is shown once.
    hash       TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX tokens_of_user ON tokens (user_id);

-- Failed sign-ins, counted across nodes to slow guessing down.
CREATE TABLE sign_in_failures (
    id    UUID NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_in_failures_of_email ON sign_in_failures (email, at);

-- What was answered to a POST with an Idempotency-Key.
CREATE TABLE repeats (
    user_id     UUID NOT NULL REFERENCES users (id),
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status      BIGINT NOT NULL,
    body        TEXT NOT NULL,
    at          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX repeats_by_time ON repeats (at);

-- Never changed, never deleted; no foreign keys, since it outlives what it names.
CREATE TABLE audit (
    id         UUID NOT NULL PRIMARY KEY,
    at         TIMESTAMPTZ NOT NULL,
    user_id    UUID,
    user_name  TEXT NOT NULL,
    role       TEXT NOT NULL,
    patient_id UUID,
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    subject_id UUID,
    detail     TEXT
);
CREATE INDEX audit_of_patient ON audit (patient_id, id);
