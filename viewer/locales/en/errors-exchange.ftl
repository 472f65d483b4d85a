# Interchange with other viewers
export-nothing-published-title = Nothing is published
export-nothing-published = This listing has no published tour. Export the draft, or publish the tour first.
export-masks-pending-title = The masked pictures are still being made
export-masks-pending = A panorama of the draft still shows what is masked. Try again once the work on it is done.
export-no-viewer-title = The viewer is missing
export-no-viewer = This server was built without the offline viewer. Ask whoever runs it.
