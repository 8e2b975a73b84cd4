import { useWords } from "../i18n/messages";
import { softphone as area } from "../i18n/softphone";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const LETTERS: Record<string, string> = {
  "2": "ABC",
  "3": "DEF",
  "4": "GHI",
  "5": "JKL",
  "6": "MNO",
  "7": "PQRS",
  "8": "TUV",
  "9": "WXYZ",
  "0": "+",
};

/** The twelve keys of a telephone. */
export function Pad({ press, disabled = false }: { press: (key: string) => void; disabled?: boolean }) {
  const t = useWords(area);
  return (
    <div className="phone-pad" role="group" aria-label={t("pad")}>
      {KEYS.map((key) => (
        <button key={key} type="button" className="jt-bare" disabled={disabled} onClick={() => press(key)}>
          <b>{key}</b>
          <small aria-hidden="true">{LETTERS[key] ?? "\u00a0"}</small>
        </button>
      ))}
    </div>
  );
}
