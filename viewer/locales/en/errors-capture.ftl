# Errors of shot lists: <slug>-title is the title, <slug> the explanation.
shot-list-too-many-title = Too many rooms
shot-list-too-many = These are { $count } rooms; a shot list has at most 80.
shot-list-room-title = A room is not right
shot-list-room = Room { $room }: { $what }.
