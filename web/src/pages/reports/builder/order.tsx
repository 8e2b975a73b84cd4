import { type DragEvent, type KeyboardEvent, useEffect, useId, useState } from "react";
import { useWords } from "../../../i18n/messages";
import { reports } from "../../../i18n/reports";
import { Icon } from "../../../ui/Icon";

/**
 * Order of a list by drag and by key: a handle in each row takes hold of it, Alt with the arrows moves it. `spoken` is
 * for a live region: where a row stands now.
 */
export function useOrder(size: number, move: (from: number, to: number) => void, name: (index: number) => string) {
  const t = useWords(reports);
  const [held, setHeld] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [spoken, setSpoken] = useState("");
  const [follow, setFollow] = useState<number | null>(null);
  const id = useId();
  // The focus goes along with what was moved, so that the next key moves the same.
  useEffect(() => {
    if (follow === null) return;
    document.getElementById(`${id}-${follow}`)?.focus();
    setFollow(null);
  }, [follow, id]);
  const step = (from: number, to: number) => {
    if (to < 0 || to >= size) return;
    setSpoken(t("moved", { name: name(from), n: to + 1 }));
    move(from, to);
    setFollow(to);
  };
  const row = (index: number) => ({
    "data-held": held === index,
    "data-over": over === index && held !== null && held !== index,
    onDragOver: (event: DragEvent) => {
      if (held === null) return;
      event.preventDefault();
      setOver(index);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      if (held !== null) step(held, index);
      setHeld(null);
      setOver(null);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      event.stopPropagation();
      step(index, event.key === "ArrowUp" ? index - 1 : index + 1);
    },
  });
  const handle = (index: number) => (
    <button
      type="button"
      id={`${id}-${index}`}
      className="jt-bare rp-handle"
      draggable
      title={t("drag")}
      aria-label={`${name(index)}: ${t("drag")}`}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", String(index));
        setHeld(index);
      }}
      onDragEnd={() => {
        setHeld(null);
        setOver(null);
      }}
    >
      <Icon name="sort" size={14} />
    </button>
  );
  return { row, handle, spoken, step };
}
