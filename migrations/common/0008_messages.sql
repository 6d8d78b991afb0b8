-- The ledger of messages: everything that goes out is a row here before it is mail, written in
-- the transaction that causes it. Nothing is deleted; what is no longer true is marked, with the reason.

CREATE TABLE messages (
    id              UUID NOT NULL PRIMARY KEY,
    session_id      UUID NOT NULL REFERENCES sessions (id),
    -- The version of the session that it tells of.
    session_version BIGINT NOT NULL,
    patient_id      UUID NOT NULL REFERENCES patients (id),
    kind            TEXT NOT NULL,
    channel         TEXT NOT NULL,
    -- How long before the visit it is for; empty where it is for a change.
    lead            TEXT NOT NULL,
    -- Whom it goes to; nobody where there is no address.
    recipient       TEXT,
    language        TEXT NOT NULL CHECK (language IN ('en', 'fr')),
    -- iCalendar's SEQUENCE and DTSTAMP; DTSTAMP rises strictly for one session.
    sequence        BIGINT NOT NULL,
    stamp           TIMESTAMPTZ NOT NULL,
    -- What it says of the visit.
    content         JSONB NOT NULL,
    status          TEXT NOT NULL,
    -- Why it was suppressed or superseded.
    reason          TEXT,
    due_at          TIMESTAMPTZ NOT NULL,
    -- When it is tried, or tried again.
    try_at          TIMESTAMPTZ NOT NULL,
    attempts        BIGINT NOT NULL,
    -- Until when whoever is sending it has it; then another may, with the same Message-ID.
    claimed_until   TIMESTAMPTZ,
    -- Whether an attempt ended without word: it may have arrived.
    perhaps_sent    BOOLEAN NOT NULL,
    last_error      TEXT,
    sent_at         TIMESTAMPTZ,
    -- What the patient's calendar, or the patient, answered.
    answer          TEXT,
    answered_at     TIMESTAMPTZ,
    -- DTSTAMP of that answer; an older one is stale.
    answer_stamp    TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL,
    CHECK ((status = 'sending') = (claimed_until IS NOT NULL)),
    CHECK ((status IN ('suppressed', 'superseded')) = (reason IS NOT NULL)),
    -- The same row cannot be written twice, so the same message cannot be sent twice.
    UNIQUE (session_id, session_version, kind, channel, lead, recipient)
);
CREATE INDEX messages_to_try ON messages (try_at, id) WHERE status = 'scheduled';
CREATE INDEX messages_claimed ON messages (claimed_until) WHERE status = 'sending';
CREATE INDEX messages_of_patient ON messages (patient_id, id);

-- The address of a patient's page about one visit, by the hash of its secret.
CREATE TABLE visit_links (
    hash       TEXT NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id),
    recipient  TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX visit_links_of_session ON visit_links (session_id);

-- Secrets that all nodes share, made by the first that needs them; base64.
CREATE TABLE secrets (
    name   TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL
);

-- What came back by mail, and what was made of it. One row for each mail, however often it is read.
CREATE TABLE replies (
    id          UUID NOT NULL PRIMARY KEY,
    -- The mailbox's own name for it.
    mailbox_key TEXT NOT NULL UNIQUE,
    received_at TIMESTAMPTZ NOT NULL,
    sender      TEXT,
    subject     TEXT,
    body        TEXT,
    verdict     TEXT NOT NULL,
    message_id  UUID REFERENCES messages (id),
    session_id  UUID REFERENCES sessions (id),
    patient_id  UUID REFERENCES patients (id)
);

-- What a person has to do.
CREATE TABLE tasks (
    id         UUID NOT NULL PRIMARY KEY,
    version    BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    session_id UUID REFERENCES sessions (id),
    patient_id UUID REFERENCES patients (id),
    message_id UUID REFERENCES messages (id),
    reply_id   UUID REFERENCES replies (id),
    created_at TIMESTAMPTZ NOT NULL,
    done_at    TIMESTAMPTZ,
    done_by    UUID
);
CREATE INDEX tasks_open ON tasks (id) WHERE done_at IS NULL;

-- Calendars that others subscribe to, by the hash of their secret.
CREATE TABLE feeds (
    id              UUID NOT NULL PRIMARY KEY,
    version         BIGINT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('practitioner', 'site', 'partner', 'patient')),
    -- Whose: a practitioner, a site, a partner or a patient.
    subject_id      UUID NOT NULL,
    hash            TEXT NOT NULL UNIQUE,
    created_by      UUID NOT NULL REFERENCES users (id),
    created_at      TIMESTAMPTZ NOT NULL,
    rotated_at      TIMESTAMPTZ NOT NULL,
    last_fetched_at TIMESTAMPTZ,
    revoked_at      TIMESTAMPTZ
);
CREATE UNIQUE INDEX feeds_in_use ON feeds (kind, subject_id) WHERE revoked_at IS NULL;
CREATE INDEX feeds_of_user ON feeds (created_by);
CREATE INDEX sessions_of_practitioner ON sessions (practitioner_id, starts_at);

-- Whether invitations come with an entry for the patient's calendar.
ALTER TABLE patients ADD COLUMN calendar_invites BOOLEAN NOT NULL DEFAULT TRUE;

-- What the demo's mail goes into, instead of to anyone.
CREATE TABLE demo_mailbox (
    id         UUID NOT NULL PRIMARY KEY,
    channel    TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    subject    TEXT NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    session_id UUID,
    -- The mail as it would go out; ASCII, since mail is.
    raw        TEXT NOT NULL
);
