-- One record of what a change touched: the deed (who, when, which verb, under which key), and the
-- patients, courses, sessions, people, rooms, devices and sites that it touched, each with the
-- span of time. Both are written with the change; nothing is changed afterwards.

CREATE TABLE deeds (
    id              UUID NOT NULL PRIMARY KEY,
    at              TIMESTAMPTZ NOT NULL,
    -- None where the program acted by itself, or a patient who never signs in.
    user_id         UUID,
    actor           TEXT NOT NULL,
    verb            TEXT NOT NULL,
    idempotency_key TEXT
);

CREATE TABLE touched (
    deed_id    UUID NOT NULL REFERENCES deeds (id),
    kind       TEXT NOT NULL,
    subject_id UUID NOT NULL,
    starts_at  TIMESTAMPTZ,
    ends_at    TIMESTAMPTZ,
    CHECK ((starts_at IS NULL) = (ends_at IS NULL))
);
CREATE INDEX touched_by_subject ON touched (subject_id);
CREATE INDEX touched_by_kind ON touched (kind, starts_at);

ALTER TABLE repeats ADD COLUMN deed_id UUID;

-- Who changed a session and when stands with the deed from now on. What was changed before there
-- were deeds becomes one each, under the same id.
INSERT INTO deeds (id, at, user_id, actor, verb)
    SELECT h.id, h.at, h.user_id, COALESCE(u.name, ''), 'session.' || REPLACE(h.change, '-', '_')
    FROM session_history h LEFT JOIN users u ON u.id = h.user_id;
INSERT INTO touched (deed_id, kind, subject_id, starts_at, ends_at)
    SELECT h.id, 'session', s.id, s.starts_at, s.ends_at
    FROM session_history h JOIN sessions s ON s.id = h.session_id;

ALTER TABLE session_history RENAME TO session_history_before;
DROP INDEX session_history_of_session;
CREATE TABLE session_history (
    id         UUID NOT NULL PRIMARY KEY,
    -- Written before its deed, which is written last.
    deed_id    UUID NOT NULL REFERENCES deeds (id) DEFERRABLE INITIALLY DEFERRED,
    session_id UUID NOT NULL REFERENCES sessions (id),
    change     TEXT NOT NULL,
    before     JSONB,
    undone     BOOLEAN NOT NULL
);
INSERT INTO session_history (id, deed_id, session_id, change, before, undone)
    SELECT id, id, session_id, change, before, undone FROM session_history_before;
DROP TABLE session_history_before;
CREATE INDEX session_history_of_session ON session_history (session_id, id);
