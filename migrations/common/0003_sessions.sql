-- Sessions, their history, holds, and the claims that both make on resources.
-- That claims never overlap is written in each engine's own guard.

CREATE TABLE sessions (
    id               UUID NOT NULL PRIMARY KEY,
    uid              UUID NOT NULL UNIQUE,
    sequence         BIGINT NOT NULL CHECK (sequence >= 0),
    version          BIGINT NOT NULL,
    course_id        UUID NOT NULL REFERENCES courses (id),
    patient_id       UUID NOT NULL REFERENCES patients (id),
    service_id       UUID NOT NULL REFERENCES services (id),
    site_id          UUID NOT NULL REFERENCES sites (id),
    practitioner_id  UUID NOT NULL REFERENCES practitioners (id),
    room_id          UUID REFERENCES rooms (id),
    device_id        UUID REFERENCES devices (id),
    status           TEXT NOT NULL CHECK (status IN ('proposed', 'pending', 'booked', 'arrived', 'checked-in', 'fulfilled', 'cancelled', 'noshow', 'entered-in-error', 'waitlist')),
    procedure_status TEXT NOT NULL CHECK (procedure_status IN ('preparation', 'in-progress', 'completed', 'stopped', 'not-done')),
    -- What was promised: the wall time and its zone. The instant follows from them.
    local_start      TEXT NOT NULL,
    zone             TEXT NOT NULL,
    starts_at        TIMESTAMPTZ NOT NULL,
    ends_at          TIMESTAMPTZ NOT NULL,
    cancel_reason    TEXT,
    rebook_reason    TEXT,
    record           JSONB,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    is_demo          BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK (starts_at < ends_at),
    CHECK ((status = 'cancelled') = (cancel_reason IS NOT NULL))
);
CREATE INDEX sessions_by_start ON sessions (starts_at, id);
CREATE INDEX sessions_of_course ON sessions (course_id, starts_at);
CREATE INDEX sessions_of_site ON sessions (site_id, starts_at);
CREATE INDEX sessions_of_device ON sessions (device_id, starts_at);

-- Each change of a session with what was before it; nothing is deleted.
CREATE TABLE session_history (
    id         UUID NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id),
    at         TIMESTAMPTZ NOT NULL,
    user_id    UUID,
    change     TEXT NOT NULL,
    before     JSONB,
    undone     BOOLEAN NOT NULL
);
CREATE INDEX session_history_of_session ON session_history (session_id, id);

-- A slot kept for one caller for a few minutes; one owner.
CREATE TABLE holds (
    id              UUID NOT NULL PRIMARY KEY,
    owner_id        UUID NOT NULL,
    course_id       UUID NOT NULL REFERENCES courses (id),
    service_id      UUID NOT NULL REFERENCES services (id),
    site_id         UUID NOT NULL REFERENCES sites (id),
    practitioner_id UUID NOT NULL REFERENCES practitioners (id),
    room_id         UUID REFERENCES rooms (id),
    device_id       UUID REFERENCES devices (id),
    starts_at       TIMESTAMPTZ NOT NULL,
    ends_at         TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL
);

-- One resource, taken for a time, by a session or by a hold.
CREATE TABLE claims (
    id          UUID NOT NULL PRIMARY KEY,
    resource_id UUID NOT NULL REFERENCES resources (id),
    session_id  UUID REFERENCES sessions (id),
    hold_id     UUID REFERENCES holds (id) ON DELETE CASCADE,
    starts_at   TIMESTAMPTZ NOT NULL,
    ends_at     TIMESTAMPTZ NOT NULL,
    -- A hold's claims end with it; they are swept away before the next claim.
    expires_at  TIMESTAMPTZ,
    CHECK (starts_at < ends_at),
    CHECK ((session_id IS NULL) <> (hold_id IS NULL)),
    CHECK ((hold_id IS NULL) = (expires_at IS NULL))
);
CREATE INDEX claims_of_resource ON claims (resource_id, starts_at);
CREATE INDEX claims_of_session ON claims (session_id);
CREATE INDEX claims_of_hold ON claims (hold_id);
