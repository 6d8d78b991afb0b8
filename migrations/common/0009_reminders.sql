-- Reminders, text messages, opt-outs, and what shops and practitioners are told.

-- Until when a message is of use; later it is skipped.
ALTER TABLE messages ADD COLUMN useful_until TIMESTAMPTZ;
-- What goes out together: the rows of one list have the same.
ALTER TABLE messages ADD COLUMN batch TEXT;
-- What the message is known by where it went: its Message-ID, or the provider's own id.
ALTER TABLE messages ADD COLUMN provider_id TEXT;
ALTER TABLE messages ADD COLUMN delivered_at TIMESTAMPTZ;

-- Each way goes out by itself, so that one which is down holds up no other.
DROP INDEX messages_to_try;
CREATE INDEX messages_to_try ON messages (channel, try_at, id) WHERE status = 'scheduled';
CREATE INDEX messages_of_batch ON messages (batch) WHERE batch IS NOT NULL AND status IN ('scheduled', 'sending');
-- What a text message answers: the last one that went to its number.
CREATE INDEX messages_by_text ON messages (recipient, sent_at) WHERE channel = 'sms' AND sent_at IS NOT NULL;

CREATE INDEX tasks_of_session ON tasks (session_id) WHERE done_at IS NULL;

-- When the patient said that they come, to this very time.
ALTER TABLE sessions ADD COLUMN confirmed_at TIMESTAMPTZ;
-- The way by which a patient wishes to be reminded.
ALTER TABLE patients ADD COLUMN preferred_channel TEXT CHECK (preferred_channel IN ('email', 'sms'));
CREATE INDEX patients_by_phone ON patients (phone);
-- The reminders of a service; NULL is the clinic's.
ALTER TABLE services ADD COLUMN reminders JSONB;
-- Where a practitioner's list of the next day goes.
ALTER TABLE practitioners ADD COLUMN day_list_to TEXT;

-- Addresses and numbers that nothing is sent to, each with what was said; nothing is deleted.
CREATE TABLE opt_outs (
    id        UUID NOT NULL PRIMARY KEY,
    -- As addresses are compared: mail in lower case, telephones in E.164.
    recipient TEXT NOT NULL,
    begun_by  TEXT NOT NULL,
    proof     TEXT NOT NULL,
    begun_at  TIMESTAMPTZ NOT NULL,
    ended_by  TEXT,
    end_proof TEXT,
    ended_at  TIMESTAMPTZ,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_proof IS NULL))
);
CREATE UNIQUE INDEX opt_outs_in_force ON opt_outs (recipient) WHERE ended_at IS NULL;
CREATE INDEX opt_outs_of_recipient ON opt_outs (recipient, id);

-- How a shop wants to be told; without a row, as the clinic does it.
CREATE TABLE partner_notices (
    partner_id     UUID NOT NULL PRIMARY KEY REFERENCES partners (id),
    version        BIGINT NOT NULL,
    email          TEXT,
    phone          TEXT,
    language       TEXT NOT NULL CHECK (language IN ('en', 'fr')),
    day_list_by    TEXT CHECK (day_list_by IN ('email', 'sms')),
    day_list_at    TEXT,
    before_by      TEXT CHECK (before_by IN ('email', 'sms')),
    before_minutes BIGINT,
    changes_by     TEXT CHECK (changes_by IN ('email', 'sms'))
);
