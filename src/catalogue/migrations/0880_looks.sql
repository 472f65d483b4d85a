-- Not pictures alone: videos are watched and recordings heard, each by the hash of what is handed out.
ALTER TABLE picture_looks RENAME TO looks;
ALTER TABLE looks RENAME COLUMN picture TO shown;
