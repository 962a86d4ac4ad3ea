/** The client's own small set of line icons (24 x 24 grid). Decorative: the words beside them carry the meaning. */
const PATHS = {
  microphone: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  "microphone-off": "M9 9v2a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.8-1M5.5 11a6.5 6.5 0 0 0 10 5.5M18.5 11c0 .9-.2 1.8-.5 2.6M12 17.5V21M4 4l16 16",
  camera: "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1M15 11l6-3.5v9L15 13",
  "camera-off": "M9 7h4a2 2 0 0 1 2 2v4M15 15.5A2 2 0 0 1 13 17H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h1M15 11l6-3.5v9l-3-1.7M4 4l16 16",
  hangup: "M4 15.5c-1.3-1.3-1.3-3 0-4.2C6.2 9.2 9 8.2 12 8.2s5.8 1 8 3.1c1.3 1.2 1.3 2.9 0 4.2l-.6.5-3.7-1.7v-2.6a12 12 0 0 0-7.4 0v2.6L4.6 16z",
  leave: "M10 4H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h5M15 8l4 4-4 4M19 12H9",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8v4.4M9 14.8v4.4",
  shield: "M12 3l7 2.5v5.5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V5.5zM9 12l2.2 2.2L15.5 10",
  chat: "M4 5h16v11h-8l-4.5 4v-4H4z",
  transcript: "M5 5h14M5 10h14M5 15h9M5 20h6",
  captions: "M4 5.5h16v13H4zM10.5 10.3a2.2 2.2 0 1 0 0 3.4M16.7 10.3a2.2 2.2 0 1 0 0 3.4",
  note: "M6 3h8.5L19 7.5V21H6zM14 3v5h5M9 12.5h7M9 16.5h5",
  people: "M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M3 19.5c.5-3.2 2.9-5 6-5s5.5 1.8 6 5M16 5.5a3 3 0 0 1 0 5.7M17.5 14.7c2 .6 3.2 2.3 3.5 4.8",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5v14M15.5 5v14",
  rewind: "M11 6l-6 6 6 6M19 6l-6 6 6 6",
  forward: "M5 6l6 6-6 6M13 6l6 6-6 6",
  picture: "M4 5h16v14H4zM4 16l4.5-4.5 4 4L15.5 12l4.5 4.5M15.5 9.2a1.2 1.2 0 1 0 0-.1",
  paperclip: "M19 11.5l-7.2 7.2a4.5 4.5 0 0 1-6.4-6.4l8-8a3 3 0 0 1 4.3 4.3l-7.8 7.8a1.5 1.5 0 0 1-2.2-2.2l7-7",
  screen: "M3.5 5h17v11h-17zM9 20h6M12 16v4M12 13V8.5M9.5 10.5L12 8l2.5 2.5",
  copy: "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
  invite: "M10 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M4 19.5c.5-3.2 2.9-5 6-5 1.3 0 2.5.3 3.5.9M18 14v6M15 17h6",
  expand: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  shrink: "M20 10h-6V4M14 10l6-6M4 14h6v6M10 14l-6 6",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  film: "M4 5h16v14H4zM8.5 5v14M15.5 5v14M4 12h16",
  close: "M6 6l12 12M18 6L6 18",
  check: "M4.5 12.5l5 5L19.5 7",
  up: "M12 19V5.5M6 11l6-6 6 6",
  down: "M12 5v13.5M6 13l6 6 6-6",
  chevron: "M6 9.5l6 6 6-6",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
  plus: "M12 5v14M5 12h14",
  speaker: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  calendar: "M5 5.5h14V20H5zM5 10h14M8.5 3v4M15.5 3v4",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5.5l3.5 2",
  alert: "M12 4l9 16H3zM12 10v4.5M12 17.3v.2",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5.5M12 7.6v.2",
  print: "M7 8V3.5h10V8M7 17H4V8.5h16V17h-3M7 14h10v6.5H7z",
  history: "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2",
  pen: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5",
  lock: "M6 11h12v9.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  signal: "M5 19v-3M10 19v-7M15 19v-11M20 19V4.5",
  refresh: "M20 12a8 8 0 1 1-2.5-5.8L20 8.5M20 4v4.5h-4.5",
  arrow: "M5 12h14M13 6l6 6-6 6",
  undo: "M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12H9",
  redo: "M16 5l4 4-4 4M20 9H10a6 6 0 0 0 0 12h5",
  merge: "M12 20v-7M12 13L6 7V4M12 13l6-6V4",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  keyboard: "M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 15h8",
  cloud: "M7 18.5a4 4 0 0 1-.5-8 5.5 5.5 0 0 1 10.6-1.2A4.6 4.6 0 0 1 17 18.5z",
  "cloud-off": "M9 6.6a5.5 5.5 0 0 1 8.1 2.7 4.6 4.6 0 0 1 2.6 7.5M16 18.5H7a4 4 0 0 1-.5-8M4 4l16 16",
  pill: "M9 20a5 5 0 0 1-5-5c0-1.400.6-2.600 1.500-3.500l6-6a5 5 0 0 1 7 7l-6 6A5 5 0 0 1 9 20M8.500 8.500l7 7",
  flask: "M10 3h4M10.500 3v6L5 18.500a1.500 1.500 0 0 0 1.300 2.500h11.400a1.500 1.500 0 0 0 1.300-2.500L13.500 9V3M7.500 15h9",
  split: "M4 12h16M8 5l4 4 4-4M8 19l4-4 4 4",
  section: "M4 5h16M4 12h10M4 19h10M18 11v8M15 16l3 3 3-3",
  signout: "M10 4H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h5M16 8l4 4-4 4M20 12h-9",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true" focusable="false" width={size} height={size} viewBox="0 0 24 24" fill="none"
      stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" style={{ flex: "none" }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
