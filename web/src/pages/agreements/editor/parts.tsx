import { type ReactNode, useId } from "react";
import { editorWords } from "../../../i18n/agreementEditor";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { Button } from "../../../ui/Button";
import { list, type Path, text, texts } from "../document";
import { useForm } from "./fields";

/** The frame of a part of the form. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="ed-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** A list of the document: each opens and closes, can be taken out; a new one comes at the end, with a name of its own. */
export function Many({
  title,
  path,
  fresh,
  readOnly,
  children,
}: {
  title: string;
  path: Path;
  fresh: Record<string, unknown>;
  readOnly: boolean;
  children: (path: Path) => ReactNode;
}) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const { doc, put } = useForm();
  const items = list(doc, path);
  const add = () => {
    const names = new Set(items.map((one) => text(one, ["name"])));
    const base = typeof fresh.name === "string" ? fresh.name : "";
    let name = base;
    for (let n = 2; names.has(name); n += 1) name = `${base}-${n}`;
    put([...path, items.length], base ? { ...fresh, name } : fresh);
  };
  return (
    <div className="ed-many">
      {items.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: their place is what they are addressed by
        <details key={i} open={items.length === 1}>
          <summary>
            <span className="jt-clip">
              {inLanguage(texts(one, ["displayName"]), lang) ||
                inLanguage(texts(one, ["text"]), lang) ||
                text(one, ["name"]) ||
                `${title} ${i + 1}`}
            </span>
            <span className="jt-note">{text(one, ["metric"]) || text(one, ["judged"])}</span>
          </summary>
          {children([...path, i])}
          {readOnly ? null : (
            <Button size="small" icon="trash" kind="quiet" onClick={() => put([...path, i], undefined)}>
              {t("remove")}
            </Button>
          )}
        </details>
      ))}
      {readOnly ? null : (
        <Button size="small" icon="plus" onClick={add}>
          {t("add")}: {title}
        </Button>
      )}
    </div>
  );
}
