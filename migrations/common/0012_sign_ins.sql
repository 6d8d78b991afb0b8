-- Browsers that are signed in, second factors, the code of the first start, and no-shows that are excused.

-- Base32, once its owner has shown that they have it; the last code that was used, as a step of time.
ALTER TABLE users ADD COLUMN second_factor TEXT;
ALTER TABLE users ADD COLUMN second_factor_step BIGINT;
ALTER TABLE users ADD COLUMN second_factor_required BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE sign_ins (
    id         UUID NOT NULL PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id),
    -- SHA-256 of the cookie, hexadecimal.
    hash       TEXT NOT NULL UNIQUE,
    stage      TEXT NOT NULL CHECK (stage IN ('code', 'enrolment', 'in')),
    -- A second factor that was shown and is not confirmed yet.
    offered    TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    locked     BOOLEAN NOT NULL,
    ended_at   TIMESTAMPTZ
);
CREATE INDEX sign_ins_of_user ON sign_ins (user_id);

-- A no-show that does not count against its patient.
ALTER TABLE sessions ADD COLUMN excused BOOLEAN NOT NULL DEFAULT FALSE;

-- The hashes of codes by which the first manager is made; one for each node that started without users.
CREATE TABLE first_start (
    hash       TEXT NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL
);
