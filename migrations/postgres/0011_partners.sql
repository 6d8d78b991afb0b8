-- Partners are part of the catalogue that is kept in memory.

CREATE TRIGGER partners_stamped AFTER INSERT OR UPDATE OR DELETE ON partners FOR EACH STATEMENT EXECUTE FUNCTION stamp_catalogue();

-- A message may be about a referral that has no session yet.
ALTER TABLE messages ALTER COLUMN session_id DROP NOT NULL;
