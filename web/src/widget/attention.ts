/** Calls the customer back to the page: two tones when somebody joins, one for a word, and the page's title. */

let context: AudioContext | null = null;

/** Browsers allow sound only after a touch or a key: to be called from such an event. */
export function allowSound(): void {
  if (context || typeof AudioContext === "undefined") return;
  context = new AudioContext();
  if (context.state === "suspended") void context.resume();
}

export function ring(kind: "joined" | "message"): void {
  if (context?.state !== "running") return;
  const tones = kind === "joined" ? [660, 880] : [740];
  for (const [at, frequency] of tones.entries()) tone(frequency, at * 0.18);
}

function tone(frequency: number, after: number): void {
  if (!context) return;
  const begin = context.currentTime + after;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(0.12, begin + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, begin + 0.3);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(begin);
  oscillator.stop(begin + 0.32);
}
