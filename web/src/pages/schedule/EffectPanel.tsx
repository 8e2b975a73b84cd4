import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { Button } from "../../ui/Button";
import type { Figures } from "./api";
import { changeOf, figureOf, ROWS, signOf } from "./figures";

/** What the thing in hand, or all that is unsaved, does: before, after, and the difference. */
export function EffectPanel({
  title,
  note,
  since,
  heads,
  before,
  after,
  within,
  working,
  failed,
  inHand,
  onPut,
  onBack,
}: {
  title: string;
  note: string;
  since: string;
  heads: [string, string];
  before: Figures | null;
  after: Figures | null;
  within: number | null;
  working: boolean;
  failed: boolean;
  inHand: boolean;
  onPut: () => void;
  onBack: () => void;
}) {
  const t = useWords(schedule);
  return (
    <section className="sc-effect" aria-label={title}>
      <div className="sc-h">
        <h2 className="jt-clip">{title}</h2>
        <span className="jt-note">{note}</span>
      </div>
      {before || after || inHand ? (
        <FigureTable before={before} after={after} since={since} heads={heads} within={within} working={working} />
      ) : (
        <p className="jt-note sc-hint">{t("effectNone")}</p>
      )}
      {failed ? (
        <p className="jt-note sc-hint" role="status">
          {t("effectFailed")}
        </p>
      ) : null}
      {after?.sl3 !== null && after !== null ? <p className="jt-note sc-hint">{t("effectEstimated")}</p> : null}
      {inHand ? (
        <div className="sc-acts">
          <Button kind="main" onClick={onPut}>
            {t("key.put")} <kbd>Enter</kbd>
          </Button>
          <Button onClick={onBack}>
            {t("key.back")} <kbd>Esc</kbd>
          </Button>
        </div>
      ) : null}
    </section>
  );
}

export function FigureTable({
  before,
  after,
  since,
  heads,
  within,
  working = false,
}: {
  before: Figures | null;
  after: Figures | null;
  since: string;
  heads: [string, string];
  within: number | null;
  working?: boolean;
}) {
  const t = useWords(schedule);
  return (
    <table className="sc-figures" data-working={working || undefined} aria-busy={working}>
      <thead>
        <tr>
          <th scope="col">{since}</th>
          <th scope="col">{heads[0]}</th>
          <th scope="col">{heads[1]}</th>
          <th scope="col">{t("effectChange")}</th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map((row) => {
          const change = changeOf(row, before, after);
          return (
            <tr key={row}>
              <th scope="row">{row === "sl3" ? t("effect.sl3", { within: within ?? 20 }) : t(`effect.${row}`)}</th>
              <td>{figureOf(row, before)}</td>
              <td className={change === null || change === 0 ? "" : "jt-strong"}>{figureOf(row, after)}</td>
              <td className="sc-delta">{signOf(row, change)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
