/**
 * Between the chat page in its frame and the launcher on the embedding page. Nothing private crosses: the colour, the
 * name, how many unread. The frame listens to its parent only, the launcher to its own frame only.
 */

export type ToParent =
  | { jietong: "ready"; colour: string; label: string }
  | { jietong: "unread"; count: number }
  | { jietong: "close" }
  | { jietong: "fatal" };

export type ToFrame = { jietong: "open" } | { jietong: "closed" };

export function tellParent(message: ToParent): void {
  if (window.parent !== window) window.parent.postMessage(message, "*");
}

export function onParent(listener: (message: ToFrame) => void): () => void {
  const hear = (event: MessageEvent) => {
    const data = event.data as ToFrame | null;
    if (event.source !== window.parent || !data) return;
    if (data.jietong === "open" || data.jietong === "closed") listener(data);
  };
  window.addEventListener("message", hear);
  return () => window.removeEventListener("message", hear);
}
