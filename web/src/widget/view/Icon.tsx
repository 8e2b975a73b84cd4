/** @jsxImportSource preact */

/** The few icons of the chat page, drawn as the application's are: 16 units, one stroke weight, `currentColor`. */
export function Icon({ name, size = 20 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width={name === "more" ? 2.2 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 24 24" width={12} height={12} fill="currentColor" aria-hidden="true">
      <path d="M10.3 2h4v6.5c0 8-4.3 13-12.3 13v-3.9c5.5 0 8.3-3.2 8.3-9.1Z" />
      <path d="M15.8 10.8c.7 4.5 2.8 6.8 6.2 6.8v3.9c-4.2 0-7.2-1.8-8.9-5 1.4-1.6 2.3-3.5 2.7-5.7Z" />
    </svg>
  );
}

const PATHS = {
  attach: "m13 7.5-5 5a3.2 3.2 0 0 1-4.5-4.5l5.3-5.3a2.1 2.1 0 0 1 3 3L6.5 11a1 1 0 0 1-1.5-1.5l4.8-4.8",
  callback:
    "M3.3 2.6 5 2.3l1.5 3.2-1.4 1.2a7.6 7.6 0 0 0 4.2 4.2l1.2-1.4 3.2 1.5-.3 1.7c-.1.7-.7 1.2-1.4 1.1A10.6 10.6 0 0 1 2.2 4c-.1-.7.4-1.3 1.1-1.4ZM13.5 2.5 9.6 6.4M9.4 3.4v3.2h3.2",
  close: "m4 4 8 8M12 4l-8 8",
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10",
  file: "M4 2.5h5.2L12 5.3v8.2H4ZM9 2.7v2.8h2.8",
  language:
    "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM2.4 8h11.2M8 2.2c2 1.8 2.6 3.8 2.6 5.8S10 12 8 13.8C6 12 5.4 10 5.4 8S6 4 8 2.2Z",
  next: "m6 4 4 4-4 4",
  more: "M3.5 8v.01M8 8v.01M12.5 8v.01",
  send: "M2.5 8 13.5 2.8 10.6 13.2 7.6 9.4ZM7.6 9.4l5.9-6.6",
  warn: "M8 2.3 14.2 13H1.8ZM8 6.6v2.9M8 11.4v.01",
} as const;
