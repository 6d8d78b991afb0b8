-- One row, written again whenever the service is asked whether it is ready: what cannot be written is not ready.

CREATE TABLE readiness (
    id       BIGINT NOT NULL PRIMARY KEY,
    asked_at TIMESTAMPTZ NOT NULL
);
