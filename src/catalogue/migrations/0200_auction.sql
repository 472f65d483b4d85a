-- Listings, rounds and their steps, corrections, and one denormalised row for each listing that the public may see.
CREATE TABLE listings (
    id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL UNIQUE,
    short TEXT NOT NULL UNIQUE,
    court_id TEXT NOT NULL REFERENCES tenants (id),
    agency_id TEXT REFERENCES tenants (id),
    title TEXT NOT NULL,
    case_number TEXT NOT NULL,
    case_number_typed TEXT NOT NULL,
    facts TEXT NOT NULL,
    no_media_reason TEXT,
    version BIGINT NOT NULL,
    announced_at BIGINT,
    withdrawn_at BIGINT,
    withdrawn_reason TEXT,
    take_down_at BIGINT,
    legal_hold BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX listings_by_court ON listings (court_id, seq);
CREATE INDEX listings_by_agency ON listings (agency_id, seq);
CREATE INDEX listings_by_case ON listings (case_number);

CREATE TABLE rounds (
    id TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL REFERENCES listings (id),
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    terms TEXT NOT NULL,
    opens_at BIGINT,
    planned_by TEXT,
    announced_at BIGINT,
    changed_at BIGINT,
    final_price BIGINT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (listing_id, number)
);
CREATE INDEX rounds_due ON rounds (state, opens_at);

CREATE TABLE round_transitions (
    id TEXT PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    listing_id TEXT NOT NULL REFERENCES listings (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    snapshot TEXT,
    snapshot_sha256 TEXT
);
CREATE INDEX round_transitions_by_listing ON round_transitions (listing_id, recorded_at);

CREATE TABLE corrections (
    id TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL REFERENCES listings (id),
    at BIGINT NOT NULL,
    field TEXT NOT NULL,
    value_before TEXT NOT NULL,
    value_after TEXT NOT NULL,
    reason TEXT NOT NULL,
    notified TEXT,
    actor_id TEXT,
    actor_name TEXT NOT NULL
);
CREATE INDEX corrections_by_listing ON corrections (listing_id, at);

-- What lists show. time_key and price_key are unique and sort by opening time and by price (see listing_keys.rs).
CREATE TABLE listing_public (
    listing_id TEXT PRIMARY KEY REFERENCES listings (id),
    seq BIGINT NOT NULL UNIQUE,
    time_key BIGINT NOT NULL UNIQUE,
    price_key BIGINT NOT NULL UNIQUE,
    court_id TEXT NOT NULL,
    court_name TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    active BIGINT NOT NULL,
    price BIGINT NOT NULL,
    opens_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    title TEXT NOT NULL,
    search_text TEXT NOT NULL,
    card TEXT NOT NULL,
    take_down_at BIGINT,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX listing_public_by_update ON listing_public (updated_at);
CREATE INDEX listing_public_by_take_down ON listing_public (take_down_at);
CREATE INDEX listing_public_active_time ON listing_public (active, time_key);
CREATE INDEX listing_public_active_price ON listing_public (active, price_key);

-- Regions that any public listing was ever in, for the filter.
CREATE TABLE listing_regions (
    region TEXT PRIMARY KEY
);
