-- Work for the workers, what it said, and what consoles are told.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    recipe TEXT NOT NULL,
    payload TEXT NOT NULL,
    court_id TEXT,
    agency_id TEXT,
    listing_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    priority BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    lease_epoch BIGINT NOT NULL DEFAULT 0,
    cancel_requested BIGINT NOT NULL DEFAULT 0,
    progress BIGINT NOT NULL DEFAULT 0,
    eta BIGINT,
    reason_slug TEXT,
    reason_args TEXT,
    reason_text TEXT,
    result TEXT,
    log_lines BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    UNIQUE (kind, subject, recipe)
);
CREATE INDEX jobs_to_do ON jobs (state, priority, not_before);
CREATE INDEX jobs_by_court ON jobs (court_id, id);
CREATE INDEX jobs_by_agency ON jobs (agency_id, id);
CREATE INDEX jobs_by_listing ON jobs (listing_id, id);
CREATE INDEX jobs_by_subject ON jobs (subject, id);

CREATE TABLE job_log (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (job_id, seq)
);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    court_id TEXT,
    agency_id TEXT,
    listing_id TEXT,
    data TEXT NOT NULL
);
