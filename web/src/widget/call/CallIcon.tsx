/** @jsxImportSource preact */

/** The icons of the call page, as the application draws them: 16 units, one stroke weight, `currentColor`. */
export function CallIcon({ name, size = 22 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width={name === "keypad" ? 2 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

const PATHS = {
  phone:
    "M5.2 2.2 3.4 2.7c-.7.2-1.2.9-1.1 1.6.6 5 4.4 8.8 9.4 9.4.7.1 1.4-.4 1.6-1.1l.5-1.8a1 1 0 0 0-.6-1.2l-2-.8a1 1 0 0 0-1.2.3l-.6.8a8 8 0 0 1-3.3-3.3l.8-.6a1 1 0 0 0 .3-1.2l-.8-2a1 1 0 0 0-1.2-.6Z",
  hangup:
    "M2 9.8c0-1.1.6-2 1.6-2.5a10 10 0 0 1 8.8 0c1 .5 1.6 1.4 1.6 2.5v.7c0 .6-.5 1-1.1.9l-1.9-.3a.9.9 0 0 1-.8-.9V8.9a8 8 0 0 0-4.4 0v1.3c0 .5-.3.8-.8.9l-1.9.3a.9.9 0 0 1-1.1-.9Z",
  mute: "M8 2.2a2 2 0 0 0-2 2v3.6a2 2 0 0 0 4 0V4.2a2 2 0 0 0-2-2ZM3.7 7.8a4.3 4.3 0 0 0 8.6 0M8 12.1v1.7M2.8 2.8l10.4 10.4",
  keypad: "M4 4v.01M8 4v.01M12 4v.01M4 8v.01M8 8v.01M12 8v.01M4 12v.01M8 12v.01M12 12v.01",
} as const;
