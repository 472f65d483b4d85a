# Export: other viewers, offline copies
exchange-export = Export
exchange-export-title = Export the tour
exchange-of = What
exchange-of-published = Published version {$number}
exchange-of-draft = The present draft
exchange-kind = For
exchange-kind-offline = Offline copy
exchange-kind-pannellum = Pannellum
exchange-kind-marzipano = Marzipano
exchange-kind-psv = Photo Sphere Viewer
exchange-about-offline = Unpacked, it opens by a double click on index.html, without a network. Published versions carry the court's signature.
exchange-about-pannellum = A multires project for Pannellum 2.5, with instructions. The tiles are those of the site; what is masked stays masked.
exchange-about-marzipano = A project as the Marzipano Tool writes it, with instructions. The tiles are cut anew; what is masked stays masked.
exchange-about-psv = A virtual tour for Photo Sphere Viewer 5, with instructions. The tiles are cut anew; what is masked stays masked.
exchange-draft-warning = The court has not reviewed the draft. It must not be made public.
exchange-download = Download the zip
