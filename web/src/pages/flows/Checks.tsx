import { flowWords } from "../../i18n/flows";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import type { Fault } from "./api";
import { exits, nodeOf } from "./model";
import { exitName, fieldName, nodeName } from "./names";
import type { Editor } from "./useEditor";

/** What is wrong, errors first; each jumps to its node. */
export function Checks({ editor, onJump }: { editor: Editor; onJump: (fault: Fault) => void }) {
  const t = useWords(flowWords);
  const lang = useLanguage();
  const errors = editor.faults.filter((fault) => fault.level === "error");
  const warnings = editor.faults.filter((fault) => fault.level === "warning");
  return (
    <section className="fl-checks" aria-label={t("checks")}>
      <h2 className="fl-h">
        {t("checks")}
        <span className="jt-note" role="status">
          {errors.length + warnings.length === 0
            ? t("noFaults")
            : [
                errors.length ? t("errorsN", { n: errors.length }) : "",
                warnings.length ? t("warningsN", { n: warnings.length }) : "",
              ]
                .filter(Boolean)
                .join(lang === "en" ? ", " : "，")}
        </span>
      </h2>
      <ul>
        {sorted(editor.faults).map((fault, i) => {
          const node = nodeOf(editor.flow, fault.node);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two may be wrong in the same way
            <li key={i}>
              <button
                type="button"
                className="jt-bare fl-fault"
                data-level={fault.level}
                onClick={() => onJump(fault)}
              >
                <Icon name={fault.level === "error" ? "alarm" : "missed"} />
                <span className="fl-what">{told(fault, node, lang)}</span>
                <span className="fl-where">{node ? t("goTo", { node: nodeName(node, lang) }) : t("wholeFlow")}</span>
                {node && fieldOf(fault) ? <span className="fl-detail">{fieldName(fieldOf(fault), lang)}</span> : null}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const fieldOf = (fault: Fault) => {
  const field = fault.field.split(".")[0] ?? "";
  return field === "next" || field === "id" ? "" : field;
};

/** The server's words, with the exit called as it is on the canvas. */
function told(fault: Fault, node: ReturnType<typeof nodeOf>, lang: ReturnType<typeof useLanguage>): string {
  const words = inLanguage(fault.message, lang);
  const exit = fault.params.exit;
  if (!node || typeof exit !== "string" || !exits(node).includes(exit)) return words;
  return words.replace(exit, exitName(node, exit, lang));
}

export function sorted(faults: readonly Fault[]): Fault[] {
  return [...faults].sort((a, b) => (a.level === b.level ? 0 : a.level === "error" ? -1 : 1));
}
