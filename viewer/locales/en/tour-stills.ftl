# The tour without WebGL
tour-stills-note = This device cannot show panoramas that turn. Below are photographs of each scene.
tour-stills-masked = Places masked for privacy in the pictures of this scene: { $count }, each checked by the court before publication.
tour-still = { $scene }, { $side }
tour-side-f = straight ahead
tour-side-r = to the right
tour-side-b = behind
tour-side-l = to the left
tour-side-u = above
tour-side-d = below
