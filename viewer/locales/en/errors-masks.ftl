# Errors of privacy masks: <slug>-title is the title, <slug> the explanation.
mask-wrong-title = A mask is not right
mask-wrong = Mask { $mask }: { $what }.
masks-too-many-title = Too many masks
masks-too-many = These are { $count } masks; a panorama has at most 200.
masks-undecided-title = Proposed masks are not decided
masks-undecided = { $count } proposed masks wait for a decision. Confirm or reject each, then submit.
masks-pending-title = The masked pictures are still being made
masks-pending = { $count } panoramas are still being made with their masks. Try again once the work on them is done.
masks-unseen-title = Masks were not looked at
masks-unseen = { $count } masks were not looked at. Look at each of them before you approve the tour.
masks-not-allowed-title = Not allowed
masks-not-allowed = You may not change masks of this listing so: its maker draws them, the court's reviewer checks them.
mask-same-person-title = A second pair of eyes is needed
mask-same-person = Whoever changed a mask may not check it. Ask a colleague.
