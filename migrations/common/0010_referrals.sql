-- Partner shops: their papers and how they work, what is referred to them, what they propose,
-- what a patient has locked, and the addresses by which a shop looks at its list.

ALTER TABLE partners ADD COLUMN contact TEXT;
ALTER TABLE partners ADD COLUMN languages JSONB;
ALTER TABLE partners ADD COLUMN methods JSONB;
ALTER TABLE partners ADD COLUMN wavelengths_nm JSONB;
-- NULL is shared hours; chairs are rooms of the shop's sites.
ALTER TABLE partners ADD COLUMN works TEXT CHECK (works IN ('shared_hours', 'on_request'));
ALTER TABLE partners ADD COLUMN papers JSONB;
ALTER TABLE partners ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;

-- A request that a shop treats a patient, with its answer.
CREATE TABLE referrals (
    id           UUID NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL,
    course_id    UUID NOT NULL REFERENCES courses (id),
    patient_id   UUID NOT NULL REFERENCES patients (id),
    partner_id   UUID NOT NULL REFERENCES partners (id),
    service_id   UUID NOT NULL REFERENCES services (id),
    -- How many sessions it asks for.
    sessions     BIGINT NOT NULL CHECK (sessions BETWEEN 1 AND 60),
    status       TEXT NOT NULL CHECK (status IN ('draft', 'requested', 'received', 'accepted', 'rejected', 'in-progress', 'on-hold', 'completed', 'failed', 'cancelled', 'entered-in-error')),
    -- What the contraindication screening came to; NULL is not noted.
    screening    TEXT CHECK (screening IN ('clear', 'not_clear')),
    -- Why it was rejected, failed, cancelled or put on hold.
    reason       TEXT,
    -- Whether a booking at the shop made it; then it ends with that booking.
    by_booking   BOOLEAN NOT NULL,
    -- Whether a booking sent it, so that whoever sends it then finds it sent.
    sent_by_booking BOOLEAN NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    requested_at TIMESTAMPTZ,
    received_at  TIMESTAMPTZ,
    answered_at  TIMESTAMPTZ,
    ended_at     TIMESTAMPTZ,
    is_demo      BOOLEAN NOT NULL DEFAULT FALSE,
    CHECK ((status = 'draft') <= (requested_at IS NULL))
);
CREATE INDEX referrals_of_partner ON referrals (partner_id, id);
CREATE INDEX referrals_of_course ON referrals (course_id, id);
CREATE INDEX referrals_of_patient ON referrals (patient_id);

ALTER TABLE sessions ADD COLUMN referral_id UUID REFERENCES referrals (id);
CREATE INDEX sessions_of_referral ON sessions (referral_id, starts_at);

-- Another time that a shop proposes: for a session, or for one that has no time yet.
CREATE TABLE proposals (
    id          UUID NOT NULL PRIMARY KEY,
    version     BIGINT NOT NULL,
    referral_id UUID NOT NULL REFERENCES referrals (id),
    session_id  UUID REFERENCES sessions (id),
    starts_at   TIMESTAMPTZ NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'declined', 'superseded')),
    created_at  TIMESTAMPTZ NOT NULL,
    decided_at  TIMESTAMPTZ,
    CHECK ((status = 'open') = (decided_at IS NULL))
);
CREATE INDEX proposals_of_referral ON proposals (referral_id, id);
CREATE INDEX proposals_of_session ON proposals (session_id);

-- What a patient forbids to tell: one thing, to one shop or to all. Nothing is deleted.
CREATE TABLE locks (
    id         UUID NOT NULL PRIMARY KEY,
    version    BIGINT NOT NULL,
    patient_id UUID NOT NULL REFERENCES patients (id),
    item       TEXT NOT NULL,
    partner_id UUID REFERENCES partners (id),
    begun_at   TIMESTAMPTZ NOT NULL,
    ended_at   TIMESTAMPTZ
);
CREATE INDEX locks_of_patient ON locks (patient_id, id);

-- The address at which a shop finds its list without a sign-in, by the hash of its secret.
CREATE TABLE shop_links (
    id           UUID NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL,
    partner_id   UUID NOT NULL REFERENCES partners (id),
    label        TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    created_by   UUID NOT NULL REFERENCES users (id),
    created_at   TIMESTAMPTZ NOT NULL,
    revoked_at   TIMESTAMPTZ
);
CREATE INDEX shop_links_of_partner ON shop_links (partner_id, id);

ALTER TABLE tasks ADD COLUMN referral_id UUID REFERENCES referrals (id);
CREATE INDEX tasks_of_referral ON tasks (referral_id) WHERE done_at IS NULL;

-- What a shop is told of a referral before there is a session.
ALTER TABLE messages ADD COLUMN referral_id UUID REFERENCES referrals (id);
CREATE UNIQUE INDEX messages_of_referral ON messages (referral_id, session_version, kind, lead) WHERE session_id IS NULL;
