-- Photos that become one panorama, and what came of them.
CREATE TABLE photo_sets (
    id TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL,
    -- Whose quota the panorama takes.
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    created_by TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- Ids of the assets, in order (JSON list).
    photos TEXT NOT NULL,
    -- How they are to be stitched (JSON).
    settings TEXT NOT NULL,
    -- Hash of what decides the result: a result for another one came too late.
    recipe TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- The report (JSON), the panorama as an asset, and the map of where its pixels come from: of the last success.
    report TEXT,
    panorama TEXT,
    provenance TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX photo_sets_by_listing ON photo_sets (listing_id, id);
