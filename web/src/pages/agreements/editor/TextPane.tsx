import type { RefObject } from "react";
import { editorWords } from "../../../i18n/agreementEditor";
import { useWords } from "../../../i18n/messages";

/** The contract as text, with numbered lines; those with errors are marked. */
export function TextPane({
  text,
  setText,
  readOnly,
  area,
  wrong,
}: {
  text: string;
  setText: (text: string) => void;
  readOnly: boolean;
  area: RefObject<HTMLTextAreaElement | null>;
  wrong: readonly number[];
}) {
  const t = useWords(editorWords);
  const lines = text.split("\n").length;
  const marked = new Set(wrong);
  return (
    <div className="ed-text">
      <div className="ed-gutter" aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are numbers
          <span key={i} data-wrong={marked.has(i + 1)}>
            {i + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        aria-label={t("text")}
        spellCheck={false}
        wrap="off"
        rows={lines + 1}
        readOnly={readOnly}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
