-- The rendition of a video that every browser plays (JSON: hashes, bytes, size, seconds); null until it is made.
ALTER TABLE assets ADD COLUMN rendition TEXT;

-- Videos that a published tour's hotspots show. They stay although the asset is taken out of its listing.
CREATE TABLE publication_videos (
    version TEXT NOT NULL REFERENCES publications (version),
    asset_id TEXT NOT NULL,
    -- Its still lies under this hash.
    original TEXT NOT NULL REFERENCES originals (blake3),
    rendition TEXT NOT NULL,
    PRIMARY KEY (version, asset_id)
);
