/**
 * The loudest of the three levels of notices: a ring and a system notification, for what cannot wait (an offer).
 * The tone is made here, so there is no file to load; browsers let it sound only after the first click on the page.
 */
let context: AudioContext | null = null;
let ringing: ReturnType<typeof setInterval> | null = null;

/** Two soft notes now and every 2.4 s until `stopRinging`. */
export function startRinging(): void {
  if (ringing !== null) return;
  chime([659, 880]);
  ringing = setInterval(() => chime([659, 880]), 2400);
}

export function stopRinging(): void {
  if (ringing !== null) clearInterval(ringing);
  ringing = null;
}

/** The same two notes once, on a device: for trying it. */
export async function ringOnce(device: string | null): Promise<void> {
  const before = ringDevice;
  await ringOn(device);
  chime([659, 880]);
  setTimeout(() => void ringOn(before), 800);
}

/** Where it rings from now on; null: where the system puts sound. Browsers that cannot choose ring there too. */
export async function ringOn(device: string | null): Promise<void> {
  ringDevice = device;
  await route();
}

let ringDevice: string | null = null;
async function route(): Promise<void> {
  const chooses = context as (AudioContext & { setSinkId?: (id: string) => Promise<void> }) | null;
  await chooses?.setSinkId?.(ringDevice ?? "").catch(() => undefined);
}

/** One short note: a new line in a conversation that is not on screen. */
export function tick(): void {
  chime([988], 0.04);
}

/** Asks once whether system notifications may be shown. Call it from a click. */
export async function askForNotifications(): Promise<NotificationPermission> {
  if (typeof Notification === "undefined") return "denied";
  return Notification.permission === "default" ? Notification.requestPermission() : Notification.permission;
}

/** Shows a system notification while the page is not in front. Clicking it brings the page back. */
export function systemNotification(title: string, body: string, tag: string): () => void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted" || !document.hidden)
    return () => {};
  try {
    const shown = new Notification(title, { body, tag, icon: "/mark.svg" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return () => shown.close();
  } catch {
    return () => {}; // some systems allow notifications only from a service worker
  }
}

function chime(notes: number[], loudness = 0.12): void {
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return; // it would not sound
  try {
    if (!context) {
      context = new AudioContext();
      if (ringDevice) void route();
    }
    if (context.state === "suspended") void context.resume();
    let at = context.currentTime;
    for (const note of notes) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = note;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(loudness, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.4);
      at += 0.18;
    }
  } catch {
    // no sound device: the card and the notification still come
  }
}
