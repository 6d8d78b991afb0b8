-- The stamp of the catalogue: another one after each change, whoever makes it, so that what
-- was read once can be kept in memory for as long as the stamp is the same.

CREATE TABLE catalogue_stamp (stamp BIGINT NOT NULL);
INSERT INTO catalogue_stamp VALUES (1);
CREATE TRIGGER sites_added AFTER INSERT ON sites BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER sites_changed AFTER UPDATE ON sites BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER sites_removed AFTER DELETE ON sites BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER practitioners_added AFTER INSERT ON practitioners BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER practitioners_changed AFTER UPDATE ON practitioners BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER practitioners_removed AFTER DELETE ON practitioners BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER rooms_added AFTER INSERT ON rooms BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER rooms_changed AFTER UPDATE ON rooms BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER rooms_removed AFTER DELETE ON rooms BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER devices_added AFTER INSERT ON devices BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER devices_changed AFTER UPDATE ON devices BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER devices_removed AFTER DELETE ON devices BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER services_added AFTER INSERT ON services BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER services_changed AFTER UPDATE ON services BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
CREATE TRIGGER services_removed AFTER DELETE ON services BEGIN UPDATE catalogue_stamp SET stamp = stamp + 1; END;
