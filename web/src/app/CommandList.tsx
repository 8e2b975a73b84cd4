import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { collator } from "../i18n/format";
import { useWords } from "../i18n/messages";
import { shell } from "../i18n/shell";
import { Icon } from "../ui/Icon";
import { type Action, chordText, useActions, useAllActions } from "./actions";

/** Ctrl/Cmd+K: everything that can be done here, found by typing. */
export function CommandList() {
  const t = useWords(shell);
  const [open, setOpen] = useState(false);
  useActions([
    {
      id: "commands",
      label: t("commandList"),
      group: t("general"),
      keys: { code: "KeyK", mod: true },
      hidden: true,
      run: () => setOpen((now) => !now),
    },
  ]);
  return (
    <>
      <button
        type="button"
        className="jt-bare jt-headtool jt-cmd"
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
      >
        <Icon name="search" size={14} />
        <span>{t("command")}</span>
        <kbd>{chordText({ code: "KeyK", mod: true })}</kbd>
      </button>
      {open ? <Palette close={() => setOpen(false)} /> : null}
    </>
  );
}

function Palette({ close }: { close: () => void }) {
  const t = useWords(shell);
  const actions = useAllActions();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useId();
  const shown = useMemo(() => search(actions, query), [actions, query]);
  const current = Math.min(at, shown.length - 1);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    document.getElementById(`${list}-${current}`)?.scrollIntoView({ block: "nearest" });
  }, [list, current]);

  const run = (action: Action | undefined) => {
    if (!action) return;
    dialog.current?.close();
    action.run();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(current + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(current - 1, 0));
    else if (event.key === "Enter") run(shown[current]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      className="jt-palette"
      aria-label={t("commandList")}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
      onKeyDown={onKey}
    >
      <div className="jt-palette-find">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={shown.length > 0 ? `${list}-${current}` : undefined}
          aria-label={t("commandHint")}
          placeholder={t("commandHint")}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <div role="listbox" id={list} aria-label={t("commandList")} className="jt-palette-list">
        {shown.map((action, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the combobox, which keeps the focus
          <div
            key={action.id}
            id={`${list}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === current}
            className="jt-palette-row"
            onMouseMove={() => setAt(i)}
            onClick={() => run(action)}
          >
            <span className="jt-note">{action.group}</span>
            <span className="jt-clip">{action.label}</span>
            <span className="jt-fill" />
            {action.keys ? <kbd>{chordText(action.keys)}</kbd> : null}
          </div>
        ))}
      </div>
      {shown.length === 0 ? <p className="jt-palette-none">{t("commandNone")}</p> : null}
    </dialog>
  );
}

/** Every word of the query must be in the group or the label; where a label begins with it, it comes first. */
export function search(actions: readonly Action[], query: string): Action[] {
  const wanted = query.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const seen = new Set<string>();
  return actions
    .filter((action) => {
      if (action.hidden || action.enabled === false || seen.has(action.id)) return false;
      seen.add(action.id);
      const text = `${action.group} ${action.label}`.toLocaleLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .sort((a, b) => {
      const first = wanted[0];
      const rank = (one: Action) => (first && one.label.toLocaleLowerCase().startsWith(first) ? 0 : 1);
      return rank(a) - rank(b) || collator().compare(a.group, b.group) || collator().compare(a.label, b.label);
    });
}
