-- Originals by content, what they are in a listing (assets), and uploads under way.
CREATE TABLE originals (
    blake3 TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    stored_at BIGINT NOT NULL
);

CREATE TABLE assets (
    id TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL,
    -- Whose quota it takes.
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    uploaded_by TEXT NOT NULL REFERENCES users (id),
    original TEXT NOT NULL REFERENCES originals (blake3),
    size BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'refused')),
    -- What a person says that it is; empty until somebody corrects the probe.
    taken_as TEXT,
    -- What the probe found (JSON), or why it refused the file (JSON).
    probe TEXT,
    refusal TEXT,
    has_thumbnail BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    uploaded_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX assets_by_listing ON assets (listing_id, uploaded_at, id);
CREATE INDEX assets_by_tenant ON assets (tenant_id, original);
-- The same bytes are one asset of a listing.
CREATE UNIQUE INDEX assets_once ON assets (listing_id, original) WHERE deleted_at IS NULL;

CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('whole', 'partial', 'final')),
    -- open: bytes are missing; complete: all are there, not yet filed; joined: part of a final
    -- upload; filed: an asset; failed: cannot become one.
    state TEXT NOT NULL CHECK (state IN ('open', 'complete', 'joined', 'filed', 'failed')),
    listing_id TEXT,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    -- NULL while the client defers it.
    length BIGINT,
    received BIGINT NOT NULL,
    metadata TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    expected_blake3 TEXT,
    -- The uploads that a final one joins (JSON list), and that list as the client wrote it.
    parts TEXT NOT NULL DEFAULT '[]',
    asset_id TEXT,
    failure TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_by_tenant ON uploads (tenant_id, state);
CREATE INDEX uploads_by_state ON uploads (state, expires_at);

-- On S3 an upload is many objects; these are the acknowledged ones.
CREATE TABLE upload_pieces (
    upload_id TEXT NOT NULL REFERENCES uploads (id),
    start BIGINT NOT NULL,
    length BIGINT NOT NULL,
    object TEXT NOT NULL,
    PRIMARY KEY (upload_id, start)
);
