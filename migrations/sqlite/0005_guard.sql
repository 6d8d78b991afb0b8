-- SQLite's guard: two claims of one resource never overlap, whoever writes them.
-- Claims of one resource never overlap each other, so the last one that starts
-- before the new one's end is the only one that can reach into it.

CREATE TRIGGER claims_never_overlap_insert BEFORE INSERT ON claims BEGIN
    -- Instants are compared as text, which is right while all are written alike.
    SELECT RAISE(ABORT, 'claims: an instant is written 2027-03-15T14:00:00+00:00')
    WHERE NEW.starts_at NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*+00:00'
       OR NEW.ends_at NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*+00:00';
    SELECT RAISE(ABORT, 'claims: at most 24 hours')
    WHERE julianday(NEW.ends_at) - julianday(NEW.starts_at) > 1.0;
    SELECT RAISE(ABORT, 'exclusion: claims_never_overlap')
    WHERE (SELECT ends_at FROM claims
           WHERE resource_id = NEW.resource_id AND starts_at < NEW.ends_at
           ORDER BY starts_at DESC LIMIT 1) > NEW.starts_at;
END;

-- A claim is made and given up, never moved.
CREATE TRIGGER claims_never_change BEFORE UPDATE ON claims BEGIN
    SELECT RAISE(ABORT, 'claims: never changed, only made and given up');
END;

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit: never changed');
END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit: never deleted');
END;
