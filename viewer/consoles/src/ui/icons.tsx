/** Line icons of our own, drawn on a 24-unit grid. */

const PATHS = {
  listings: "M4 5h16M4 12h16M4 19h10",
  review: "M5 12l4 4 10-10M4 20h16",
  jobs: "M12 3v3m0 12v3M3 12h3m12 0h3M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.3 2.7-6 6-6s6 2.7 6 6M16 5a3 3 0 0 1 0 6m2 3.5c1.8.8 3 2.800 3 5.500",
  court: "M3 9l9-5 9 5M5 9v9m5-9v9m4-9v9m5-9v9M3 20h18",
  audit: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h5",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.600-7 8-7s8 3 8 7",
  warning: "M12 3l9.500 17h-19zM12 10v4m0 3v.01",
  empty: "M3 8l3-4h12l3 4v11H3zM3 8h18M9 13h6",
  close: "M5 5l14 14M19 5L5 19",
  menu: "M4 6h16M4 12h16M4 18h16",
  up: "M12 19V5m-6 6l6-6 6 6",
  down: "M12 5v14m-6-6l6 6 6-6",
  undo: "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "M16 5l4 4-4 4M20 9H10a6 6 0 0 0 0 12h3",
  upload: "M12 16V4m-5 5l5-5 5 5M4 20h16",
  pause: "M8 5v14m8-14v14",
  play: "M7 4l13 8-13 8z",
  star: "M12 3l2.700 5.800 6.300.8-4.600 4.300 1.200 6.300L12 17.100 6.400 20.200l1.200-6.300L3 9.600l6.300-.8z",
  link: "M12 4v12m-5-7l5-5 5 5M6 20h12",
  compass: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM15 9l-2 4.500L9 15l2-4.500z",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6m4-6v6",
  check: "M4 12l5 5L20 6",
  plus: "M12 5v14M5 12h14",
  arrow: "M5 12h14m-6-6l6 6-6 6",
  copy: "M8 8h12v12H8zM16 8V4H4v12h4",
  photo: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9.500v.01",
  plan: "M4 4h16v16H4zM4 13h7m3 0h6M11 4v5m0 4v7",
  info: "M12 11v6M12 7.500v.1M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17z",
  ruler: "M4 12h16M4 8v8M20 8v8M8 10.500v3M12 9.500v5M16 10.500v3",
  page: "M7 3.500h7l4 4v13H7zM14 3.500v4h4M10 12h5M10 15.500h5",
  camera: "M3.500 7h11v10h-11zM14.500 10.500l6-3v9l-6-3",
  microphone: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11.500a6 6 0 0 0 12 0M12 17.500V21",
  sound: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  grip: "M6 9h12M6 15h12",
  pen: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
