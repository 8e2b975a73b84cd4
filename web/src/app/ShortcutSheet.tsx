import { useEffect, useRef, useState } from "react";
import { core } from "../i18n/core";
import { useWords } from "../i18n/messages";
import { shell } from "../i18n/shell";
import { IconButton } from "../ui/Button";
import { type Action, chordText, useActions, useAllActions } from "./actions";

/** `?`: every key that does something on this page. */
export function ShortcutSheet() {
  const t = useWords(shell);
  const [open, setOpen] = useState(false);
  useActions([
    {
      id: "shortcuts",
      label: t("shortcuts"),
      group: t("general"),
      keys: { code: "Slash", shift: true },
      run: () => setOpen((now) => !now),
    },
  ]);
  return open ? <Sheet close={() => setOpen(false)} /> : null;
}

function Sheet({ close }: { close: () => void }) {
  const t = useWords(shell);
  const w = useWords(core);
  const actions = useAllActions().filter((action) => action.keys);
  const groups = new Map<string, Action[]>();
  for (const action of actions) groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="jt-sheet"
      aria-label={t("shortcuts")}
      onClose={close}
      onKeyDown={(event) => {
        if (event.code === "Slash" && event.shiftKey) {
          event.stopPropagation();
          dialog.current?.close();
        }
      }}
    >
      <div className="jt-row">
        <h2>{t("shortcuts")}</h2>
        <span className="jt-fill" />
        <IconButton icon="close" label={w("close")} onClick={() => dialog.current?.close()} />
      </div>
      <p className="jt-note">{t("shortcutsHint")}</p>
      {[...groups].map(([group, list]) => (
        <section key={group} aria-label={group}>
          <h3>{group}</h3>
          <dl>
            {list.map((action) => (
              <div key={action.id}>
                <dt>{action.label}</dt>
                <dd>{action.keys ? <kbd>{chordText(action.keys)}</kbd> : null}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </dialog>
  );
}
