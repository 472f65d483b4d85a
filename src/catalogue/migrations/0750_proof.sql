-- Keys that sign, what was signed of each published tour, and every state that the public was shown.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    public_key TEXT NOT NULL,
    -- PKCS#8, hexadecimal. Kept after retirement: it still reads the receipts that it made.
    secret TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    retired_at BIGINT
);

-- Digests of the pictures of a pack: made once, packs never change.
CREATE TABLE pack_digests (
    pack_key TEXT PRIMARY KEY,
    digests TEXT NOT NULL
);

CREATE TABLE publication_manifests (
    version TEXT PRIMARY KEY REFERENCES publications (version),
    -- tour.json, byte for byte as it is answered.
    tour TEXT NOT NULL,
    manifest TEXT NOT NULL,
    signature TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES signing_keys (id),
    signed_at BIGINT NOT NULL
);

-- The WebP pack of a scene, signed when it has come.
CREATE TABLE publication_addenda (
    version TEXT NOT NULL REFERENCES publication_manifests (version),
    scene_id TEXT NOT NULL,
    addendum TEXT NOT NULL,
    signature TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES signing_keys (id),
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (version, scene_id)
);

-- What the page of a listing showed from `at` until the next one. Never changed, never deleted.
CREATE TABLE snapshots (
    -- Running number over all listings: receipt codes name it.
    seq BIGINT PRIMARY KEY,
    listing_id TEXT NOT NULL REFERENCES listings (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    step TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    state TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (listing_id, number)
);

-- Snapshots that the public may no longer open, for a reason such as a name that should not have been there.
CREATE TABLE snapshot_withholdings (
    seq BIGINT PRIMARY KEY REFERENCES snapshots (seq),
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL
);
