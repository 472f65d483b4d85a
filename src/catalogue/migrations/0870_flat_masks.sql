-- Masks on flat pictures: photos of hotspots and the picture of the plan.
-- What a list's corners lie on: 'sphere' (yaw and pitch) or 'flat' (parts of width and height).
ALTER TABLE masks ADD COLUMN surface TEXT NOT NULL DEFAULT 'sphere';
-- The small picture that was made with the masks of this hash, by its name in thumbnails/.
CREATE TABLE masked_pictures (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    masks TEXT NOT NULL,
    picture TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, masks)
);
-- Who of the court has opened which small picture.
CREATE TABLE picture_looks (
    asset_id TEXT NOT NULL REFERENCES assets (id),
    picture TEXT NOT NULL,
    seen_by TEXT NOT NULL REFERENCES users (id),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (asset_id, picture, seen_by)
);
-- Which small picture a version shows: with masks it is not that of the original.
ALTER TABLE publication_pictures ADD COLUMN picture TEXT NOT NULL DEFAULT '';
UPDATE publication_pictures SET picture = original;
