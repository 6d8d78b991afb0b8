-- Tasks: until when they have to be done, who does them, and all of the sessions that one is about.

ALTER TABLE tasks ADD COLUMN due_at TIMESTAMPTZ;
ALTER TABLE tasks ADD COLUMN owner_id UUID REFERENCES users (id);
-- Sessions of the task's own patient, where it is about several.
ALTER TABLE tasks ADD COLUMN session_ids JSONB NOT NULL DEFAULT '[]';

CREATE INDEX tasks_of_patient ON tasks (patient_id, id);
CREATE INDEX tasks_done ON tasks (done_at, id) WHERE done_at IS NOT NULL;
