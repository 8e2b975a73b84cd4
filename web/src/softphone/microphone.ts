/** Microphone, loudspeaker and ring device: which there are, which is chosen (kept in this browser), and what is wrong. */

/** Why there is no sound to send. */
export type MicrophoneFault = "insecure" | "denied" | "none" | "busy" | "failed";

export class MicrophoneError extends Error {
  constructor(readonly fault: MicrophoneFault) {
    super(fault);
  }
}

export type Choice = { microphone: string | null; loudspeaker: string | null; ring: string | null };
export type Device = { id: string; name: string };
export type Devices = { microphones: Device[]; loudspeakers: Device[] };

const KEPT = "jt.phone.devices";
const NOTHING: Choice = { microphone: null, loudspeaker: null, ring: null };

export function chosen(storage: Storage | null = browserStorage()): Choice {
  try {
    const kept = JSON.parse(storage?.getItem(KEPT) ?? "{}") as Partial<Choice>;
    const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
    return { microphone: text(kept.microphone), loudspeaker: text(kept.loudspeaker), ring: text(kept.ring) };
  } catch {
    return NOTHING;
  }
}

export function choose(part: Partial<Choice>, storage: Storage | null = browserStorage()): Choice {
  const next = { ...chosen(storage), ...part };
  try {
    storage?.setItem(KEPT, JSON.stringify(next));
  } catch {
    // storage may be forbidden: the choice then lasts as long as the page
  }
  return next;
}

/**
 * Sound from the chosen microphone; from the usual one where the chosen one is gone. Raises MicrophoneError. `wait`
 * bounds how long a question to the person may stay open.
 */
export async function openMicrophone(id: string | null = chosen().microphone): Promise<MediaStream> {
  const media = devicesOf();
  if (!media) throw new MicrophoneError("insecure");
  try {
    return await media.getUserMedia({ audio: id ? { ...SPEECH, deviceId: { exact: id } } : SPEECH, video: false });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (id !== null && (name === "OverconstrainedError" || name === "NotFoundError")) return openMicrophone(null);
    throw new MicrophoneError(faultOf(name));
  }
}

export function faultOf(name: string): MicrophoneFault {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}

/**
 * Whether the browser lets us hear the microphone; true: it does. Where the person has not been asked yet they are asked
 * now, unless `quietly`: then nobody knows (false). Raises MicrophoneError.
 */
export async function askForMicrophone(quietly: boolean): Promise<boolean> {
  if (await microphoneGranted()) {
    if ((await listDevices()).microphones.length === 0) throw new MicrophoneError("none");
    return true;
  }
  if (quietly) return false;
  stop(await openMicrophone());
  return true;
}

/** Granted before, as far as the browser tells; Firefox does not and is asked each time. */
async function microphoneGranted(): Promise<boolean> {
  if (!devicesOf()) throw new MicrophoneError("insecure");
  try {
    const answer = await navigator.permissions.query({ name: "microphone" as PermissionName });
    if (answer.state === "denied") throw new MicrophoneError("denied");
    return answer.state === "granted";
  } catch (error) {
    if (error instanceof MicrophoneError) throw error;
    return false;
  }
}

export async function listDevices(): Promise<Devices> {
  const all = (await devicesOf()?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((one) => one.kind === kind && one.deviceId !== "")
      .map((one) => ({ id: one.deviceId, name: one.label }));
  return { microphones: of("audioinput"), loudspeakers: of("audiooutput") };
}

export function onDevicesChanged(listener: () => void): () => void {
  const media = devicesOf();
  media?.addEventListener?.("devicechange", listener);
  return () => media?.removeEventListener?.("devicechange", listener);
}

export function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Whether the reader may choose where sound comes out: Safari and older Firefox leave that to the system. */
export function mayChooseLoudspeaker(): boolean {
  return typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;
}

/** Plays on the chosen device; on the usual one where that is gone. */
export async function playOn(element: HTMLMediaElement, device: string | null): Promise<void> {
  if (!mayChooseLoudspeaker()) return;
  try {
    await element.setSinkId(device ?? "");
  } catch {
    await element.setSinkId("").catch(() => undefined);
  }
}

const SPEECH: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

function devicesOf(): MediaDevices | undefined {
  return typeof navigator === "undefined" ? undefined : navigator.mediaDevices;
}
function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
