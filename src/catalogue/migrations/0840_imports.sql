-- What came of a zip with another viewer's project: one row each.
CREATE TABLE imports (
    -- The zip.
    asset_id TEXT PRIMARY KEY REFERENCES assets (id),
    listing_id TEXT NOT NULL,
    tool TEXT NOT NULL,
    -- Scenes with names, views, ways and notes (JSON).
    tour TEXT NOT NULL,
    -- The panorama of each scene as an asset (JSON list, null where there is none).
    panoramas TEXT NOT NULL,
    -- What was left behind (JSON list).
    findings TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- When its scenes last went into the draft.
    taken_at BIGINT
);
CREATE INDEX imports_by_listing ON imports (listing_id, made_at);
