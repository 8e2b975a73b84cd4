/**
 * Half-written replies, kept per account and contact in the browser's storage on every keystroke, so that a
 * reload, a crash, a switch of contact or language loses nothing. Old ones are swept after a week.
 */
export type Draft = { text: string; at: number };

const WEEK = 7 * 24 * 3600_000;

export class Drafts {
  private readonly prefix: string;

  constructor(
    account: string,
    private readonly storage: Storage | null = browserStorage(),
  ) {
    this.prefix = `jt.draft.${account}.`;
  }

  read(contact: string): Draft {
    const raw = this.storage?.getItem(this.prefix + contact);
    if (!raw) return NOTHING;
    try {
      const draft = JSON.parse(raw) as Partial<Draft>;
      return typeof draft.text === "string" && typeof draft.at === "number"
        ? { text: draft.text, at: draft.at }
        : NOTHING;
    } catch {
      return NOTHING;
    }
  }

  /** Keeps the text; an empty one is forgotten. Gives false when the browser refuses to store it. */
  write(contact: string, text: string, at: number): boolean {
    if (!this.storage) return false;
    try {
      if (text === "") this.storage.removeItem(this.prefix + contact);
      else this.storage.setItem(this.prefix + contact, JSON.stringify({ text, at } satisfies Draft));
      return true;
    } catch {
      return false;
    }
  }

  /** Drops drafts that nobody touched for a week. */
  sweep(now: number): void {
    if (!this.storage) return;
    const names = Array.from({ length: this.storage.length }, (_, i) => this.storage?.key(i) ?? "");
    for (const name of names) {
      if (name.startsWith(this.prefix) && now - this.read(name.slice(this.prefix.length)).at > WEEK) {
        this.storage.removeItem(name);
      }
    }
  }
}

const NOTHING: Draft = { text: "", at: 0 };

export function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
