-- Panoramas of pictures for two eyes: 'left' or 'right'; '' where there is one picture for both.
ALTER TABLE panoramas ADD COLUMN eye TEXT NOT NULL DEFAULT '';
