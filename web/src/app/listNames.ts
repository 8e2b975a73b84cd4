/**
 * The list that antd's Select opens has no name for screen readers; its field has one. Gives the list the name of the
 * field as it opens. Call once; gives back how to stop.
 */
export function nameLists(): () => void {
  const onUse = (event: Event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.getAttribute("role") !== "combobox") return;
    const name = field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent ?? "";
    const list = field.getAttribute("aria-controls");
    if (!name || !list) return;
    // It is drawn after the event; in a slow browser some frames later.
    for (const wait of [0, 100, 400])
      window.setTimeout(() => document.getElementById(list)?.setAttribute("aria-label", name), wait);
  };
  const events = ["focusin", "mousedown", "keydown"] as const;
  for (const one of events) document.addEventListener(one, onUse);
  return () => {
    for (const one of events) document.removeEventListener(one, onUse);
  };
}
