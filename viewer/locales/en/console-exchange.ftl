# Export: other viewers, offline copies
console-exchange-export = Export
console-exchange-export-title = Export the tour
console-exchange-of = What
console-exchange-of-published = Published version {$number}
console-exchange-of-draft = The present draft
console-exchange-kind = For
console-exchange-kind-offline = Offline copy
console-exchange-kind-pannellum = Pannellum
console-exchange-kind-marzipano = Marzipano
console-exchange-kind-psv = Photo Sphere Viewer
console-exchange-about-offline = Unpacked, it opens by a double click on index.html, without a network. Published versions carry the court's signature.
console-exchange-about-pannellum = A multires project for Pannellum 2.5, with instructions. The tiles are those of the site; what is masked stays masked.
console-exchange-about-marzipano = A project as the Marzipano Tool writes it, with instructions. The tiles are cut anew; what is masked stays masked.
console-exchange-about-psv = A virtual tour for Photo Sphere Viewer 5, with instructions. The tiles are cut anew; what is masked stays masked.
console-exchange-draft-warning = The court has not reviewed the draft. It must not be made public.
console-exchange-download = Download the zip
