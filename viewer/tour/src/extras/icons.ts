/** Outlines on a field of 24 × 24, as those of the core. */
export const ICONS = {
  out: "M13 5h6v6M19 5l-9 9M9 6H5v13h13v-4",
  share: "M12 15V4M8 7.5 12 4l4 3.5M6 11H5v9h14v-9h-1",
  play: "M8 5.5v13l10-6.5z",
  pause: "M9 5.5v13M15 5.5v13",
  stop: "M7 7h10v10H7z",
  about: "M12 11v6M12 7.2v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17",
  proof: "M12 3.5l7 3v5c0 4.2-2.8 7.4-7 9-4.2-1.6-7-4.8-7-9v-5zM8.8 11.8l2.3 2.4 4.2-4.6",
  phone: "M8.5 3.5h7v17h-7zM4 8.5a6 6 0 0 0 0 7M20 8.5a6 6 0 0 1 0 7",
  plan: "M4 5h16v14H4zM4 12h7M11 5v4M11 15v4M15 12h5",
  headset:
    "M3.500 8h17v8.500h-5.500l-1.700-2.500h-2.600L9 16.500H3.500zM3.500 10.500 2 11v3l1.500.5M20.500 10.500 22 11v3l-1.500.5",
  days: "M4 5h16v14H4zM12 3v18M9.500 9.500 7 12l2.500 2.500M14.500 9.500 17 12l-2.500 2.500",
  sound: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  silent: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5",
  expand: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  shrink: "M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5",
  scenes: "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9",
} as const;
