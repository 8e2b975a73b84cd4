import { type RefObject, useId } from "react";
import { useWords } from "../../i18n/messages";
import { signIn as area } from "../../i18n/signIn";

/** Six cells over one real field, so that pasting, autofill and screen readers meet an ordinary input. */
export function CodeField({
  field,
  value,
  change,
  complete,
  describedBy,
}: {
  field: RefObject<HTMLInputElement | null>;
  value: string;
  change: (value: string) => void;
  complete: (value: string) => void;
  describedBy?: string;
}) {
  const t = useWords(area);
  const id = useId();
  const take = (typed: string) => {
    const digits = toDigits(typed).slice(0, LENGTH);
    change(digits);
    if (digits.length === LENGTH && digits !== value) complete(digits);
  };
  return (
    <>
      <label className="jt-step-title" htmlFor={id}>
        {t("code")}
      </label>
      <div className="jt-code">
        {Array.from({ length: LENGTH }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the cells are the positions
          <span key={i} aria-hidden="true" data-at={i === Math.min(value.length, LENGTH - 1)}>
            {value[i] ?? ""}
          </span>
        ))}
        <input
          id={id}
          ref={field}
          inputMode="numeric"
          autoComplete="one-time-code"
          // biome-ignore lint/a11y/noAutofocus: the one field of this step
          autoFocus
          value={value}
          aria-describedby={[`${id}-n`, describedBy].filter(Boolean).join(" ")}
          onChange={(event) => take(event.target.value)}
        />
      </div>
      <p className="jt-note">{t("codePaste")}</p>
      <p id={`${id}-n`} className="jt-hidden">
        {t("codeTyped", { n: value.length })}
      </p>
    </>
  );
}

const LENGTH = 6;

/** What was typed or pasted, without blanks and dashes; full-width digits of an input method count too. */
export function toDigits(typed: string): string {
  return typed.normalize("NFKC").replace(/\D/g, "");
}
