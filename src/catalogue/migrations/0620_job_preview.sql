-- What there is to see of a job while it runs (JSON in the form of its kind).
ALTER TABLE jobs ADD COLUMN preview TEXT;
