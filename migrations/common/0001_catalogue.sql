-- The catalogue: where, who, in what, with what, and which services.
-- One text for both engines. Ids are UUID v7 made by the program; instants are
-- bound from UTC; civil times are text. Lists that are read whole are JSON.

-- Anything that can be claimed for a time. Locked in id order before it is.
CREATE TABLE resources (
    id      UUID NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('practitioner', 'room', 'device', 'patient')),
    site_id UUID
);
CREATE INDEX resources_of_site ON resources (site_id);

CREATE TABLE partners (
    id         UUID NOT NULL PRIMARY KEY,
    version    BIGINT NOT NULL,
    name       TEXT NOT NULL,
    address    TEXT NOT NULL,
    phone      TEXT NOT NULL,
    is_demo    BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE sites (
    id                UUID NOT NULL PRIMARY KEY,
    version           BIGINT NOT NULL,
    kind              TEXT NOT NULL CHECK (kind IN ('clinic', 'partner')),
    name              TEXT NOT NULL,
    address           TEXT NOT NULL,
    partner_id        UUID REFERENCES partners (id),
    hours             JSONB NOT NULL,
    observes_holidays BOOLEAN NOT NULL,
    active            BOOLEAN NOT NULL,
    is_demo           BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK ((kind = 'partner') = (partner_id IS NOT NULL))
);

CREATE TABLE practitioners (
    id                    UUID NOT NULL PRIMARY KEY REFERENCES resources (id),
    version               BIGINT NOT NULL,
    site_id               UUID NOT NULL REFERENCES sites (id),
    name                  TEXT NOT NULL,
    skills                JSONB NOT NULL,
    hours                 JSONB NOT NULL,
    device_authorisations JSONB NOT NULL,
    credentials           JSONB NOT NULL,
    active                BOOLEAN NOT NULL,
    is_demo               BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX practitioners_of_site ON practitioners (site_id);

CREATE TABLE rooms (
    id           UUID NOT NULL PRIMARY KEY REFERENCES resources (id),
    version      BIGINT NOT NULL,
    site_id      UUID NOT NULL REFERENCES sites (id),
    name         TEXT NOT NULL,
    capabilities JSONB NOT NULL,
    active       BOOLEAN NOT NULL,
    is_demo      BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX rooms_of_site ON rooms (site_id);

CREATE TABLE devices (
    id                  UUID NOT NULL PRIMARY KEY REFERENCES resources (id),
    version             BIGINT NOT NULL,
    site_id             UUID NOT NULL REFERENCES sites (id),
    code                TEXT NOT NULL UNIQUE,
    name                TEXT NOT NULL,
    ownership           TEXT NOT NULL CHECK (ownership IN ('owned', 'rented')),
    vendor              TEXT,
    day_cost_cents      BIGINT,
    licence_number      TEXT,
    licence_class       TEXT,
    licence_valid_until DATE,
    service_due_on      DATE,
    out_of_service      BOOLEAN NOT NULL,
    modes               JSONB NOT NULL,
    active              BOOLEAN NOT NULL,
    is_demo             BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX devices_of_site ON devices (site_id);

CREATE TABLE rental_windows (
    id        UUID NOT NULL PRIMARY KEY,
    device_id UUID NOT NULL REFERENCES devices (id),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at   TIMESTAMPTZ NOT NULL,
    CHECK (starts_at < ends_at),
    UNIQUE (device_id, starts_at)
);

CREATE TABLE services (
    id                  UUID NOT NULL PRIMARY KEY,
    version             BIGINT NOT NULL,
    code                TEXT NOT NULL UNIQUE,
    name                TEXT NOT NULL,
    duration_minutes    BIGINT NOT NULL CHECK (duration_minutes BETWEEN 1 AND 480),
    anaesthetic_minutes BIGINT NOT NULL CHECK (anaesthetic_minutes BETWEEN 0 AND 480),
    preparation_minutes BIGINT NOT NULL CHECK (preparation_minutes BETWEEN 0 AND 480),
    turnaround_minutes  BIGINT NOT NULL CHECK (turnaround_minutes BETWEEN 0 AND 480),
    method              TEXT CHECK (method IN ('laser', 'saline', 'chemical', 'adjustment')),
    counts              BOOLEAN NOT NULL,
    skill               TEXT NOT NULL,
    room                TEXT,
    active              BOOLEAN NOT NULL,
    -- A claim is at most a day long; the guard says so too.
    CHECK (duration_minutes + anaesthetic_minutes + preparation_minutes + turnaround_minutes <= 1440)
);

CREATE TABLE closures (
    id              UUID NOT NULL PRIMARY KEY,
    version         BIGINT NOT NULL,
    site_id         UUID REFERENCES sites (id),
    practitioner_id UUID REFERENCES practitioners (id),
    room_id         UUID REFERENCES rooms (id),
    device_id       UUID REFERENCES devices (id),
    first_day       DATE NOT NULL,
    last_day        DATE NOT NULL,
    from_time       TEXT,
    until_time      TEXT,
    reason          TEXT NOT NULL,
    CHECK (first_day <= last_day)
);
CREATE INDEX closures_by_day ON closures (last_day);
