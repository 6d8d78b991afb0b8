-- The live view counts what touched the patients of a day from the index alone.

DROP INDEX touched_by_subject;
CREATE INDEX touched_by_subject ON touched (subject_id, kind);
