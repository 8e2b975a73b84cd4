import { agreements } from "../../i18n/agreements";
import { useWords } from "../../i18n/messages";
import { Icon, type IconName } from "../../ui/Icon";
import { isZero, money } from "./figures";
import type { Money, Verdict } from "./model";

/** How an objective stands: sign and word; `act` is past its limit, `look` wants an eye on it. */
const LOOKS: Record<Verdict, { icon: IconName; press?: "act" | "look" }> = {
  met: { icon: "check" },
  safe: { icon: "check" },
  at_risk: { icon: "missed", press: "look" },
  missed: { icon: "alarm", press: "act" },
  unreachable: { icon: "barred", press: "act" },
  too_few: { icon: "minus" },
  no_data: { icon: "minus" },
  unknown: { icon: "help" },
  shown: { icon: "eye" },
  waived: { icon: "minus" },
};

export function pressOf(verdict: Verdict): "act" | "look" | undefined {
  return LOOKS[verdict].press;
}

export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const t = useWords(agreements);
  const look = LOOKS[verdict];
  return (
    <span className="ag-verdict" data-press={look.press}>
      <Icon name={look.icon} size={14} />
      {t(`verdict.${verdict}`)}
    </span>
  );
}

/** Money in a table: grey nothing, grey 0, a sign before everything else. */
export function Amount({ value, whole = true }: { value: Money | null | undefined; whole?: boolean }) {
  const quiet = value === null || value === undefined ? "jt-nodata" : isZero(value) ? "jt-zero" : "";
  return (
    <span className={`jt-num ${quiet}`}>
      {isZero(value) ? (whole ? "0" : "0.00") : money(value, { signed: true, whole })}
    </span>
  );
}

/** A few choices side by side, one of them pressed. */
export function Segments<T extends string>({
  label,
  value,
  options,
  choose,
}: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
}) {
  return (
    <fieldset className="ag-seg" aria-label={label}>
      {options.map(([key, words]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => choose(key)}>
          {words}
        </button>
      ))}
    </fieldset>
  );
}
