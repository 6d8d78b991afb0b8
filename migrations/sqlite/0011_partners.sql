-- Partners are part of the catalogue that is kept in memory.

CREATE TRIGGER partners_added AFTER INSERT ON partners BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER partners_changed AFTER UPDATE ON partners BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER partners_removed AFTER DELETE ON partners BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;

-- A message may be about a referral that has no session yet. Taking a NOT NULL away changes no row, and this version of
-- SQLite has no other way to do so (https://sqlite.org/lang_altertable.html, section 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'session_id      UUID NOT NULL REFERENCES sessions (id)', 'session_id      UUID REFERENCES sessions (id)')
    WHERE type = 'table' AND name = 'messages';
PRAGMA writable_schema = RESET;
