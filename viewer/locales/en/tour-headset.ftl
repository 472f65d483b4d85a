# The tour in a headset: what stands in the picture
headset-leave = Leave the headset
headset-close = Choose this sheet again to close it.
headset-seen-on = Seen on { $date }
headset-on-page = Open this on the page, without the headset.
