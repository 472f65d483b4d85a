# Interchange with other panorama viewers, offline copies
exchange-defect = Visible defect
exchange-narration = Narration
exchange-captions = Captions
exchange-seen-on = Seen on {$day}
exchange-announcement = The announcement says: {$text}
exchange-length = {$length} m (±{$error} m)
exchange-begins = Begins {$when} ({$zone})
exchange-missing = The viewer itself is not here yet. Run “npm install” in this folder as README.txt says, and open it through a web server.
exchange-scenes = Scenes
exchange-close = Close
exchange-no-script = Scripts are turned off in this browser: only still pictures are shown.
exchange-broken = Files are missing, or the browser is too old. Unpack the whole archive first, then open index.html with a recent Chrome, Edge, Firefox or Safari.
exchange-notice = “{$title}”, {$court}, version {$number}, published {$at} (Beijing time), root hash {$root}. What holds now is at {$address}.
exchange-notice-draft = Draft of “{$title}”, {$court}. Nobody has reviewed it; it must not be made public. What is public is at {$address}.
exchange-masked = The mosaics in these pictures are masks for privacy; the court checks each before publication:
exchange-masked-scene = {$scene}: {$masked}
exchange-masked-photos = pictures of notes: {$masked}
exchange-licence =
    The pictures were made by the court or for it, to show the property of this auction. Any other use needs the court's consent.
    What is masked is masked here too; the original photos are not here.
exchange-readme-pannellum =
    To open it with Pannellum 2.5:
    1. Unpack it and run “npm install” in this folder, which brings Pannellum;
       or get it from https://pannellum.org and put pannellum.js and pannellum.css into node_modules/pannellum/build/.
    2. Serve this folder with any web server (for example “npx serve”) and open index.html.
    tour.json is Pannellum's configuration, the tiles are in tiles/.
exchange-readme-marzipano =
    To open it with Marzipano 0.10:
    1. Unpack it and run “npm install” in this folder, which brings Marzipano;
       or get it from https://www.marzipano.net and put marzipano.js into node_modules/marzipano/dist/.
    2. Serve this folder with any web server (for example “npx serve”) and open index.html.
    data.js is what the Marzipano Tool writes: with tiles/ it can be put into a project that it exported.
exchange-readme-psv =
    To open it with Photo Sphere Viewer 5:
    1. Unpack it and run “npm install” in this folder, which brings Photo Sphere Viewer and its plug-ins.
    2. Serve this folder with any web server (for example “npx serve”) and open index.html.
    The nodes in tour.json are those of VirtualTourPlugin; the tiles in tiles/ are cut anew (JPEG quality 92).
exchange-readme-offline =
    Offline copy: unpack the whole archive, then double-click index.html. It needs no network and asks for nothing on it.
    proof/ holds what the court signed. To check it:
      kanfang verify-manifest --keys proof/jwks.json proof/manifest.json
    (A draft is not signed.)
