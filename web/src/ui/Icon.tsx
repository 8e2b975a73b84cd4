import type { CSSProperties, ReactNode } from "react";

/**
 * The icon set: 16-unit drawings in one stroke weight, coloured by `currentColor`. An icon beside its word is
 * hidden from screen readers; one that stands alone gets a `label`.
 */
export function Icon({
  name,
  size = 16,
  label,
  style,
}: {
  name: IconName;
  size?: number;
  label?: string;
  style?: CSSProperties;
}) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label or hidden, never neither
    <svg
      className="jt-icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={style}
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    >
      {DRAWINGS[name]}
    </svg>
  );
}

/** Two strokes that meet. `open`: the second stands two units off, which says that the line is down. */
export function Mark({ size = 22, open = false }: { size?: number; open?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="currentColor" aria-hidden="true" className="jt-mark">
      <path d="M10.3 2h4v6.5c0 8-4.3 13-12.3 13v-3.9c5.5 0 8.3-3.2 8.3-9.1Z" />
      <path
        d="M15.8 10.8c.7 4.5 2.8 6.8 6.2 6.8v3.9c-4.2 0-7.2-1.8-8.9-5 1.4-1.6 2.3-3.5 2.7-5.7Z"
        transform={open ? "translate(2 0)" : undefined}
      />
    </svg>
  );
}

export type IconName = keyof typeof DRAWINGS;

const DRAWINGS = {
  alarm: (
    <>
      <path d="M8 2 14.6 13.4H1.4Z" fill="currentColor" />
      <path d="M8 6.2v3.2M8 11.5v.01" style={{ stroke: "var(--jt-surface)" }} strokeWidth="1.8" />
    </>
  ),
  attach: (
    <>
      <path d="m13 7.5-5 5a3.2 3.2 0 0 1-4.5-4.5l5.3-5.3a2.1 2.1 0 0 1 3 3L6.5 11a1 1 0 0 1-1.5-1.5l4.8-4.8" />
    </>
  ),
  back: (
    <>
      <path d="M3 8a5 5 0 1 0 1.6-3.7L3 5.8M3 2.8v3h3" />
    </>
  ),
  barge: (
    <>
      <circle cx="5" cy="8" r="2.8" />
      <circle cx="11" cy="8" r="2.8" />
    </>
  ),
  barred: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="m4 12 8-8" />
    </>
  ),
  book: (
    <>
      <path d="M8 4.2C6.5 3 4.5 2.8 2.5 3v9.5c2-.2 4 0 5.5 1.2 1.5-1.2 3.5-1.4 5.5-1.2V3c-2-.2-4 0-5.5 1.2Zm0 0v9.5" />
    </>
  ),
  bot: (
    <>
      <rect x="2.8" y="5" width="10.4" height="8" rx="2" />
      <path d="M8 5V2.6M6 8.5v1M10 8.5v1" />
    </>
  ),
  branch: (
    <>
      <path d="M8 2 14 8l-6 6-6-6ZM6.8 6.7a1.3 1.3 0 1 1 1.7 1.4c-.3.1-.5.4-.5.7" />
      <path d="M8 10.8v.01" strokeWidth="1.9" />
    </>
  ),
  break: (
    <>
      <path d="M3 6h8.2v4.2a2.8 2.8 0 0 1-2.8 2.8H5.8A2.8 2.8 0 0 1 3 10.2ZM11.2 7h.9a1.6 1.6 0 0 1 0 3.2h-.9M5.5 2.3v1.4M8.5 2.3v1.4" />
    </>
  ),
  callback: (
    <>
      <path d="M5.2 3.2 3.6 3.6c-.6.2-1 .8-1 1.4.5 4.4 3.9 7.8 8.3 8.3.6 0 1.2-.4 1.4-1l.4-1.6a.9.9 0 0 0-.5-1l-1.8-.7a.9.9 0 0 0-1 .2l-.6.7a7 7 0 0 1-2.9-2.9l.7-.6a.9.9 0 0 0 .2-1l-.7-1.7a.9.9 0 0 0-.9-.5ZM14 2.5 10 6.5M10 3.3v3.2h3.2" />
    </>
  ),
  callin: (
    <>
      <circle cx="6" cy="5.5" r="2.4" />
      <path d="M1.8 13c.3-2.6 2-4 4.2-4s3.9 1.4 4.2 4M14.2 6.5H10.5M12 4.8 10.3 6.5 12 8.2" />
    </>
  ),
  card: (
    <>
      <rect x="2" y="3.8" width="12" height="8.6" rx="1.3" />
      <path d="M2 6.8h12M4.5 10h2.5" />
    </>
  ),
  cart: (
    <>
      <path d="M1.8 2.8h1.7l1.6 7.4h6.9l1.4-5.4H4M6 13.2v.01M11.3 13.2v.01" />
      <g strokeWidth="2.2">
        <path d="M6 13v.01M11.3 13v.01" />
      </g>
    </>
  ),
  case: (
    <>
      <rect x="2" y="5" width="12" height="8" rx="1.2" />
      <path d="M5.8 5V3.5h4.4V5M2 8.5h12" />
    </>
  ),
  cert: (
    <>
      <circle cx="8" cy="6.300" r="3.800" />
      <path d="m5.800 9.600-1 4.200L8 12.300l3.200 1.500-1-4.200" />
    </>
  ),
  chat: (
    <>
      <path d="M2.5 4.5a1.5 1.5 0 0 1 1.5-1.5h8a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7.5L4.5 13.5V11H4a1.5 1.5 0 0 1-1.5-1.5Z" />
    </>
  ),
  check: (
    <>
      <path d="m3.5 8.5 3 3 6-6.5" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 4.8V8l2.2 1.6" />
    </>
  ),
  close: (
    <>
      <path d="m4 4 8 8M12 4l-8 8" />
    </>
  ),
  consult: (
    <>
      <circle cx="6" cy="5.5" r="2.4" />
      <path d="M1.8 13c.3-2.6 2-4 4.2-4 1.3 0 2.4.5 3.2 1.4M12 8.5v5M9.5 11h5" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.2" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </>
  ),
  doc: (
    <>
      <path d="M4 2h5.5L12.5 5v9H4ZM9.3 2v3.2h3.2M6 8.5h4.5M6 11h4.5" />
    </>
  ),
  down: (
    <>
      <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />
    </>
  ),
  download: (
    <>
      <path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7M2.8 13.2h10.4" />
    </>
  ),
  edit: (
    <>
      <path d="m3 13 .5-2.7 7-7a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7l-7 7ZM9.5 4.5l2 2" />
    </>
  ),
  end: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M6 6h4v4H6Z" />
    </>
  ),
  entry: (
    <>
      <path d="M2.5 8h6.5M6.5 5.5 9 8l-2.5 2.5M10 2.8h2.2a1.3 1.3 0 0 1 1.3 1.3v7.8a1.3 1.3 0 0 1-1.3 1.3H10" />
    </>
  ),
  external: (
    <>
      <path d="M9.5 2.8h3.7v3.7M13 3 7.5 8.5M11.5 9.2v3a1 1 0 0 1-1 1h-6.7a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1h3" />
    </>
  ),
  eye: (
    <>
      <path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8Z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  filter: (
    <>
      <path d="M2.5 3.5h11L9.3 8.4v3.4l-2.6 1.4V8.4Z" />
    </>
  ),
  flag: (
    <>
      <path d="M4 14V2.5M4 3h7.5L10 6l1.5 3H4" />
    </>
  ),
  flow: (
    <>
      <rect x="2" y="6" width="4" height="4" rx="1" />
      <rect x="10" y="2.5" width="4" height="4" rx="1" />
      <rect x="10" y="9.5" width="4" height="4" rx="1" />
      <path d="M6 8h2M10 4.5H9A1 1 0 0 0 8 5.5v5a1 1 0 0 0 1 1h1" />
    </>
  ),
  fwd: (
    <>
      <path d="M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.8v3h-3" />
    </>
  ),
  globe: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M2.2 8h11.6M8 2.2c2 1.7 2.7 3.6 2.7 5.8S10 12.1 8 13.8C6 12.1 5.3 10.2 5.3 8S6 3.9 8 2.2Z" />
    </>
  ),
  hangup: (
    <>
      <path d="M2 9.8c0-1.1.6-2 1.6-2.5a10 10 0 0 1 8.8 0c1 .5 1.6 1.4 1.6 2.5v.7c0 .6-.5 1-1.1.9l-1.9-.3a.9.9 0 0 1-.8-.9V8.9a8 8 0 0 0-4.4 0v1.3c0 .5-.3.8-.8.9l-1.9.3a.9.9 0 0 1-1.1-.9Z" />
    </>
  ),
  headset: (
    <>
      <path d="M3 9.5V8a5 5 0 0 1 10 0v1.5M3 8.8h1.2c.5 0 .8.3.8.8v2c0 .5-.3.8-.8.8H3.8a.8.8 0 0 1-.8-.8ZM13 8.8h-1.2c-.5 0-.8.3-.8.8v2c0 .5.3.8.8.8h.4c.5 0 .8-.3.8-.8ZM13 12c0 1.3-1.2 1.9-3 1.9" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M6.3 6.5a1.7 1.7 0 1 1 2.5 1.5c-.5.3-.8.6-.8 1.2" />
      <path d="M8 11v.01" strokeWidth="1.9" />
    </>
  ),
  hold: (
    <>
      <path d="M5.5 3.5v9M10.5 3.5v9" strokeWidth="2" />
    </>
  ),
  image: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.5" />
      <path d="m2.5 11 3.2-3.2 2.6 2.6 2-2 3.2 3.1" />
      <path d="M10.5 6v.01" strokeWidth="2" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 7.4v3.4" />
      <path d="M8 5.2v.01" strokeWidth="1.9" />
    </>
  ),
  key: (
    <>
      <circle cx="5.2" cy="10.8" r="2.7" />
      <path d="m7.2 8.8 5.6-5.6M10.6 5.4l2 2M9 7l1.2 1.2" />
    </>
  ),
  keypad: (
    <>
      <g strokeWidth="2">
        <path d="M4 4v.01M8 4v.01M12 4v.01M4 8v.01M8 8v.01M12 8v.01M4 12v.01M8 12v.01M12 12v.01" />
      </g>
    </>
  ),
  leave: (
    <>
      <circle cx="8" cy="8" r="2.600" />
      <path d="M8 2v1.200M8 12.800V14M2 8h1.200M12.800 8H14M3.800 3.800l.8.800M11.400 11.400l.8.800M3.800 12.200l.8-.8M11.400 4.600l.8-.8" />
    </>
  ),
  ledger: (
    <>
      <rect x="3" y="2.3" width="10" height="11.4" rx="1.2" />
      <path d="M5.5 5.5h5M5.5 8h5M5.5 10.5h3" />
    </>
  ),
  left: (
    <>
      <path d="M9.5 4.5 6 8l3.5 3.5" />
    </>
  ),
  link: (
    <>
      <path d="M6.7 9.3a2.5 2.5 0 0 0 3.6 0l2.2-2.2a2.5 2.5 0 0 0-3.6-3.6L8 4.4M9.3 6.7a2.5 2.5 0 0 0-3.6 0L3.5 8.9a2.5 2.5 0 0 0 3.6 3.6l.9-.9" />
    </>
  ),
  list: (
    <>
      <path d="M6 4h7.5M6 8h7.5M6 12h7.5" />
      <g strokeWidth="2">
        <path d="M3 4v.01M3 8v.01M3 12v.01" />
      </g>
    </>
  ),
  lock: (
    <>
      <rect x="3" y="7" width="10" height="6.5" rx="1.2" />
      <path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" />
    </>
  ),
  mail: (
    <>
      <rect x="2" y="3.5" width="12" height="9" rx="1.5" />
      <path d="m2.5 5 5.5 4 5.5-4" />
    </>
  ),
  meal: (
    <>
      <path d="M4.300 2.500v11M2.700 2.500V6a1.600 1.600 0 0 0 3.200 0V2.500M11.500 13.500v-11c-1.700.7-2.400 2.600-2.400 6h2.400" />
    </>
  ),
  meeting: (
    <>
      <circle cx="5.500" cy="5.500" r="2.200" />
      <circle cx="11.200" cy="6.200" r="1.700" />
      <path d="M1.800 13c.2-2.500 1.700-3.800 3.700-3.800S9 10.500 9.200 13M10.600 9.800c1.900-.2 3.300.9 3.600 3.200" />
    </>
  ),
  minus: (
    <>
      <path d="M3.5 8h9" />
    </>
  ),
  missed: (
    <>
      <path d="M8 2.3 14.2 13H1.8ZM8 6.6v2.9" />
      <path d="M8 11.4v.01" strokeWidth="1.9" />
    </>
  ),
  moon: (
    <>
      <path d="M13 9.8A5.6 5.6 0 0 1 6.2 3a5.6 5.6 0 1 0 6.8 6.8Z" />
    </>
  ),
  more: (
    <>
      <g strokeWidth="2">
        <path d="M3.5 8v.01M8 8v.01M12.5 8v.01" />
      </g>
    </>
  ),
  move: (
    <>
      <path d="M3 4.5h6.5M3 8h4M3 11.5h6.5M11 5.5 13.5 8 11 10.5M13.3 8H9" />
    </>
  ),
  mute: (
    <>
      <path d="M8 2.2a2 2 0 0 0-2 2v3.6a2 2 0 0 0 4 0V4.2a2 2 0 0 0-2-2ZM3.7 7.8a4.3 4.3 0 0 0 8.6 0M8 12.1v1.7M2.8 2.8l10.4 10.4" />
    </>
  ),
  off: (
    <>
      <circle cx="8" cy="8" r="5.8" strokeDasharray="2.4 2.2" />
    </>
  ),
  offered: (
    <>
      <path d="M4 7a4 4 0 0 1 8 0c0 3.2 1.2 4 1.2 4H2.8S4 10.2 4 7ZM6.7 13.2a1.4 1.4 0 0 0 2.6 0" />
    </>
  ),
  offline: (
    <>
      <path d="M2.5 2.5l11 11M4.6 8.4a5 5 0 0 1 2-1.2M11.4 8.4a5 5 0 0 0-1.2-.8M2.4 6a8 8 0 0 1 2-1.3M13.6 6a8 8 0 0 0-6-2M6.6 10.7a2.2 2.2 0 0 1 2.8 0" />
      <path d="M8 12.8v.01" strokeWidth="1.9" />
    </>
  ),
  people: (
    <>
      <circle cx="6" cy="5.6" r="2.3" />
      <path d="M1.8 12.8c.3-2.4 2-3.7 4.2-3.7s3.9 1.3 4.2 3.7M10.4 3.6a2.2 2.2 0 0 1 0 4.1M11.6 9.4c1.5.4 2.4 1.6 2.6 3.4" />
    </>
  ),
  person: (
    <>
      <circle cx="8" cy="5.3" r="2.6" />
      <path d="M3 13.2c.4-2.8 2.4-4.2 5-4.2s4.6 1.4 5 4.2" />
    </>
  ),
  phone: (
    <>
      <path d="M5.2 2.2 3.4 2.7c-.7.2-1.2.9-1.1 1.6.6 5 4.4 8.8 9.4 9.4.7.1 1.4-.4 1.6-1.1l.5-1.8a1 1 0 0 0-.6-1.2l-2-.8a1 1 0 0 0-1.2.3l-.6.8a8 8 0 0 1-3.3-3.3l.8-.6a1 1 0 0 0 .3-1.2l-.8-2a1 1 0 0 0-1.2-.6Z" />
    </>
  ),
  phoneweb: (
    <>
      <rect x="2" y="3" width="12" height="8.5" rx="1.2" />
      <path d="M5.5 13.8h5M6 8.8c0-2.6 4-2.6 4 0M6 8.2v1M10 8.2v1" />
    </>
  ),
  plus: (
    <>
      <path d="M8 3.5v9M3.5 8h9" />
    </>
  ),
  print: (
    <>
      <path d="M4.5 6V2.5h7V6M4.5 11.5H2.8V6h10.4v5.5h-1.7M4.5 9.5h7v4h-7Z" />
    </>
  ),
  promise: (
    <>
      <path d="M8 2.2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4Z" />
      <path d="m5.8 8 1.6 1.6 2.8-3.1" />
    </>
  ),
  queue: (
    <>
      <path d="M3 4.5h10M3 8h10M3 11.5h6" />
    </>
  ),
  ready: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="m5.5 8.2 1.8 1.8 3.3-3.7" />
    </>
  ),
  recpause: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M6.6 6v4M9.4 6v4" />
    </>
  ),
  redo: (
    <>
      <path d="M10.5 3.5 13.2 6.2l-2.7 2.7M13 6.2H6.8a3.6 3.6 0 0 0 0 7.2H10" />
    </>
  ),
  repeat: (
    <>
      <path d="M3 7a5 5 0 0 1 8.8-2.2L13.5 6.5M13.5 3v3.5H10M13 9a5 5 0 0 1-8.8 2.2L2.5 9.5M2.5 13V9.5H6" />
    </>
  ),
  resume: (
    <>
      <path d="M5 3.2v9.6l7.5-4.8Z" />
    </>
  ),
  right: (
    <>
      <path d="m6.5 4.5 3.5 3.5-3.5 3.5" />
    </>
  ),
  scale: (
    <>
      <path d="M8 2.5v11M5 13.5h6M3 4.8h10M4.5 4.8 2.5 9h4ZM11.5 4.8 9.5 9h4Z" />
    </>
  ),
  screen: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1.2" />
      <path d="M6 13.5h4M8 11v2.5" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.3" />
      <path d="m10.3 10.3 3.2 3.2" />
    </>
  ),
  send: (
    <>
      <path d="M2.5 8 13.5 2.8 10.6 13.2 7.6 9.4ZM7.6 9.4l5.9-6.6" />
    </>
  ),
  server: (
    <>
      <rect x="2.5" y="3" width="11" height="4.3" rx="1" />
      <rect x="2.5" y="8.7" width="11" height="4.3" rx="1" />
      <path d="M5 5.2v.01M5 10.9v.01" strokeWidth="2" />
    </>
  ),
  settings: (
    <>
      <path d="M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6" />
      <circle cx="10.2" cy="4.5" r="1.7" />
      <circle cx="5.8" cy="11.5" r="1.7" />
    </>
  ),
  signout: (
    <>
      <path d="M9.5 5V3.5a1 1 0 0 0-1-1h-5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h5a1 1 0 0 0 1-1V11M6.5 8h7M11.2 5.7 13.5 8l-2.3 2.3" />
    </>
  ),
  smile: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M5.5 9.5c1.2 1.7 3.8 1.7 5 0M6 6.3v.4M10 6.3v.4" />
    </>
  ),
  sort: (
    <>
      <path d="M5 3v10M2.8 10.8 5 13l2.2-2.2M11 13V3M8.8 5.2 11 3l2.2 2.2" />
    </>
  ),
  sound: (
    <>
      <path d="M2.5 6.2v3.6h2.3L8 12.6V3.4L4.8 6.2ZM10.5 6a3 3 0 0 1 0 4M12.3 4.2a5.4 5.4 0 0 1 0 7.6" />
    </>
  ),
  speak: (
    <>
      <path d="M2.5 6.2v3.6h2.2L8 12.5v-9L4.7 6.2ZM10.5 5.8a3 3 0 0 1 0 4.4M12.3 4a5.5 5.5 0 0 1 0 8" />
    </>
  ),
  standby: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 2.2a5.8 5.8 0 0 1 0 11.6Z" fill="currentColor" stroke="none" />
    </>
  ),
  star: (
    <>
      <path d="m8 2.3 1.7 3.6 3.9.5-2.9 2.7.8 3.9L8 11.1 4.5 13l.8-3.9-2.9-2.7 3.9-.5Z" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M3.6 12.4l1-1M11.4 4.6l1-1" />
    </>
  ),
  talking: (
    <>
      <path d="M2.5 7v2M5.2 5v6M8 2.8v10.4M10.8 5v6M13.5 7v2" />
    </>
  ),
  tools: (
    <>
      <path d="M9.8 3.2a3.2 3.2 0 0 1 3 4.3l-1.9-1.9-1.6 1.6L11.2 9a3.2 3.2 0 0 1-4-4l-.1.1-4.6 5.6a1.5 1.5 0 0 0 2.2 2.1l5-5.4" />
    </>
  ),
  training: (
    <>
      <path d="M1.8 6 8 3.2 14.2 6 8 8.8ZM4.3 7.3v3.5c2.2 1.6 5.2 1.6 7.4 0V7.3" />
    </>
  ),
  transfer: (
    <>
      <path d="M2.5 8h10M9.2 4.5 12.7 8l-3.5 3.5" />
    </>
  ),
  trash: (
    <>
      <path d="M2.8 4.5h10.4M6 4.5v-1a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1M4 4.5l.6 8a1 1 0 0 0 1 .9h4.8a1 1 0 0 0 1-.9l.6-8M6.7 7v4M9.3 7v4" />
    </>
  ),
  undo: (
    <>
      <path d="M5.5 3.5 2.8 6.2l2.7 2.7M3 6.2h6.2a3.6 3.6 0 0 1 0 7.2H6" />
    </>
  ),
  up: (
    <>
      <path d="m4.5 9.5 3.5-3.5 3.5 3.5" />
    </>
  ),
  upload: (
    <>
      <path d="M8 10.5V3M4.8 6.2 8 3l3.2 3.2M2.8 13.2h10.4" />
    </>
  ),
  voicemail: (
    <>
      <circle cx="4.7" cy="8" r="2.5" />
      <circle cx="11.3" cy="8" r="2.5" />
      <path d="M4.7 10.5h6.6" />
    </>
  ),
  web: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M2.2 8h11.6M8 2.2c2 1.6 2.6 3.6 2.6 5.8S10 12.200 8 13.8C6 12.200 5.400 10.200 5.400 8S6 3.800 8 2.200Z" />
    </>
  ),
  whisper: (
    <>
      <path d="M2.5 8.5v-1l7-3.5v8ZM12 6.5c.8.8.8 2.2 0 3" />
    </>
  ),
  wrapup: (
    <>
      <path d="m3 13 .5-2.7 7-7a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7l-7 7Z" />
    </>
  ),
  soundoff: (
    <>
      <path d="M2.5 6.2v3.6h2.3L8 12.6V3.4L4.8 6.2ZM10.8 6.2l3.2 3.6M14 6.2l-3.2 3.6" />
    </>
  ),
} satisfies Record<string, ReactNode>;
