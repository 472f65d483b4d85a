# Bar of an offline copy
exchange-copy-what = Offline copy
exchange-copy-draft = draft, not published
exchange-copy-published = as published {$at}, version {$number}
exchange-copy-root = root hash {$root}
exchange-copy-site = the court's site decides
