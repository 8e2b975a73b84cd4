/** Undo and redo: a stack of commands, each with the document before and after it. Pure. */
export type Command<D> = {
  what: string; // a key of the words: what is undone
  before: D;
  after: D;
  group: string | null; // commands of one group that follow closely are one: typing, dragging
  at: number; // ms
};
export type History<D> = { done: readonly Command<D>[]; undone: readonly Command<D>[]; present: D };

export const GROUP_MS = 1500;
export const MOST = 200;

export function begun<D>(present: D): History<D> {
  return { done: [], undone: [], present };
}

/** After a change. Nothing is kept where nothing changed. */
export function committed<D>(
  history: History<D>,
  present: D,
  what: string,
  at: number,
  group: string | null = null,
): History<D> {
  if (present === history.present) return history;
  const last = history.done.at(-1);
  if (group !== null && last?.group === group && at - last.at <= GROUP_MS && history.undone.length === 0) {
    const merged = { ...last, after: present, at };
    return { done: [...history.done.slice(0, -1), merged], undone: [], present };
  }
  const command: Command<D> = { what, before: history.present, after: present, group, at };
  return { done: [...history.done, command].slice(-MOST), undone: [], present };
}

export function undo<D>(history: History<D>): History<D> {
  const last = history.done.at(-1);
  if (!last) return history;
  return { done: history.done.slice(0, -1), undone: [...history.undone, last], present: last.before };
}

export function redo<D>(history: History<D>): History<D> {
  const next = history.undone.at(-1);
  if (!next) return history;
  // A group ends where something was undone: what is typed now is a command of its own.
  return {
    done: [...history.done, { ...next, group: null }],
    undone: history.undone.slice(0, -1),
    present: next.after,
  };
}
