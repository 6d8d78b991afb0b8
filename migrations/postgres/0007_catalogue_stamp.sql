-- The stamp of the catalogue: another one after each change, whoever makes it, so that what
-- was read once can be kept in memory for as long as the stamp is the same.

CREATE TABLE catalogue_stamp (stamp BIGINT NOT NULL);
INSERT INTO catalogue_stamp VALUES (1);
CREATE FUNCTION stamp_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalogue_stamp SET stamp = stamp + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER sites_stamped AFTER INSERT OR UPDATE OR DELETE ON sites FOR EACH STATEMENT EXECUTE FUNCTION stamp_catalogue();
CREATE TRIGGER practitioners_stamped AFTER INSERT OR UPDATE OR DELETE ON practitioners FOR EACH STATEMENT EXECUTE FUNCTION stamp_catalogue();
CREATE TRIGGER rooms_stamped AFTER INSERT OR UPDATE OR DELETE ON rooms FOR EACH STATEMENT EXECUTE FUNCTION stamp_catalogue();
CREATE TRIGGER devices_stamped AFTER INSERT OR UPDATE OR DELETE ON devices FOR EACH STATEMENT EXECUTE FUNCTION stamp_catalogue();
CREATE TRIGGER services_stamped AFTER INSERT OR UPDATE OR DELETE ON services FOR EACH STATEMENT EXECUTE FUNCTION stamp_catalogue();
