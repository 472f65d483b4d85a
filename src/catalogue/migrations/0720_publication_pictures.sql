-- Photos that a published tour's hotspots show. They stay although the asset is taken out of its listing.
CREATE TABLE publication_pictures (
    version TEXT NOT NULL REFERENCES publications (version),
    asset_id TEXT NOT NULL,
    original TEXT NOT NULL REFERENCES originals (blake3),
    PRIMARY KEY (version, asset_id)
);
