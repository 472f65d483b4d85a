# The tour without WebGL
tour-stills-note = This device cannot show panoramas that turn. Below are photographs of each scene.
tour-still = { $scene }, { $side }
tour-side-f = straight ahead
tour-side-r = to the right
tour-side-b = behind
tour-side-l = to the left
tour-side-u = above
tour-side-d = below
