-- How often listings were viewed. Days are calendar days in Shanghai, as 2026-11-26; times are in milliseconds.

-- Both hold what concerns one day only, and are emptied when it is over: with the salt goes the way back to anybody.
CREATE TABLE statistics_salts (
    day TEXT PRIMARY KEY,
    salt TEXT NOT NULL
);
CREATE TABLE statistics_marks (
    day TEXT NOT NULL,
    listing_id TEXT NOT NULL REFERENCES listings (id),
    mark TEXT NOT NULL,
    PRIMARY KEY (day, listing_id, mark)
);

CREATE TABLE statistics_days (
    listing_id TEXT NOT NULL REFERENCES listings (id),
    day TEXT NOT NULL,
    listing_views BIGINT NOT NULL,
    tour_views BIGINT NOT NULL,
    embed_views BIGINT NOT NULL,
    visitors BIGINT NOT NULL,
    -- Tours that were really looked at, and for how long.
    tours_opened BIGINT NOT NULL,
    tour_millis BIGINT NOT NULL,
    PRIMARY KEY (listing_id, day)
);

CREATE TABLE statistics_scenes (
    listing_id TEXT NOT NULL REFERENCES listings (id),
    scene_id TEXT NOT NULL,
    day TEXT NOT NULL,
    visits BIGINT NOT NULL,
    millis BIGINT NOT NULL,
    PRIMARY KEY (listing_id, scene_id, day)
);

-- Where in a picture people looked, over the whole time: `cell` is one of geometry::gaze, the picture an asset.
CREATE TABLE statistics_gaze (
    listing_id TEXT NOT NULL REFERENCES listings (id),
    scene_id TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    cell BIGINT NOT NULL,
    millis BIGINT NOT NULL,
    PRIMARY KEY (listing_id, scene_id, asset_id, cell)
);
