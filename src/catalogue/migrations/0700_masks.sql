-- Privacy masks: one list for each panorama's original.
CREATE TABLE masks (
    asset_id TEXT PRIMARY KEY REFERENCES assets (id),
    version BIGINT NOT NULL,
    -- The masks (JSON list), and the hash of what the confirmed ones hide; empty where they hide nothing.
    document TEXT NOT NULL,
    hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- Which masks a panorama was made with: the hash of the list as it was then.
ALTER TABLE panoramas ADD COLUMN masks TEXT NOT NULL DEFAULT '';
