-- Tiled panoramas, the draft of a tour, and what was published.
CREATE TABLE panoramas (
    id TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL,
    recipe_hash TEXT NOT NULL,
    pack_key TEXT NOT NULL,
    webp_key TEXT,
    manifest TEXT NOT NULL,
    root TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (asset_id, recipe_hash)
);

CREATE TABLE tours (
    listing_id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'returned')),
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    submitted_by TEXT,
    submitted_at BIGINT,
    reviewed_by TEXT,
    reviewed_at BIGINT,
    remarks TEXT NOT NULL DEFAULT '[]',
    updated_at BIGINT NOT NULL
);

CREATE TABLE publications (
    version TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    document TEXT NOT NULL,
    root TEXT NOT NULL,
    submitted_by TEXT NOT NULL,
    reviewed_by TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by TEXT,
    withdrawn_reason TEXT,
    UNIQUE (listing_id, number)
);

CREATE TABLE publication_scenes (
    version TEXT NOT NULL REFERENCES publications (version),
    scene_id TEXT NOT NULL,
    panorama_id TEXT NOT NULL REFERENCES panoramas (id),
    PRIMARY KEY (version, scene_id)
);
