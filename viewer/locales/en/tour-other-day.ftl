# The tour: two days of one spot beside each other
other-day-line = Line between two days
other-day-value = { $left }: { $at }%, { $right }: { $rest }%
other-day-opened = Two days beside each other: { $left } on the left, { $right } on the right. Arrow keys move the line, Escape closes.
other-day-unknown = Day unknown
