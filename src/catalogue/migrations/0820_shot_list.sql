-- What the photographer has to take of a listing: one list of rooms each.
CREATE TABLE shot_lists (
    listing_id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    -- The rooms in order, each with what is needed of it (JSON list).
    rooms TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- Which room a file shows, as the telephone said it with the upload or a person later. The room may leave the list; its
-- name stays with the file.
CREATE TABLE asset_rooms (
    asset_id TEXT PRIMARY KEY REFERENCES assets (id),
    room_id TEXT NOT NULL,
    room_name TEXT NOT NULL,
    need TEXT NOT NULL
);
