-- Where the last success put its photos (JSON: hash of what decided it, the project with poses and lenses as an object,
-- the tilt that a person gave it), so that a set can be made again from there on.
ALTER TABLE photo_sets ADD COLUMN layout TEXT;
