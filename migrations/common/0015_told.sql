-- Who is told of a change, and whom the desk phones where no message arrives.

-- When a message that is still unsent becomes a task; NULL once it has.
ALTER TABLE messages ADD COLUMN alarm_at TIMESTAMPTZ;
CREATE INDEX messages_alarmed ON messages (alarm_at) WHERE alarm_at IS NOT NULL AND status IN ('scheduled', 'sending');

-- Addresses and numbers at which nothing arrives any more, as they are compared. Kept until the
-- desk says that they are mended; another address is another row.
CREATE TABLE dead_ways (
    recipient  TEXT NOT NULL PRIMARY KEY,
    -- What the mail server or the provider said.
    reason     TEXT NOT NULL,
    since      TIMESTAMPTZ NOT NULL,
    -- When the desk said that it works again.
    mended_at  TIMESTAMPTZ
);

-- How much an opt-out stops: reminders alone, or all that goes there.
ALTER TABLE opt_outs ADD COLUMN scope TEXT NOT NULL DEFAULT 'all' CHECK (scope IN ('reminders', 'all'));
