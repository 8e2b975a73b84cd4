import { forecast } from "../../i18n/forecast";
import { useWords } from "../../i18n/messages";
import type { Accuracy } from "./api";
import { share } from "./model";

/** How good it was: the error beside that of the week before, coverage beside what it should be. */
export function Judged({ found }: { found: Accuracy }) {
  const t = useWords(forecast);
  const gain = found.wmape !== null && found.naive_wmape ? 1 - found.wmape / found.naive_wmape : null;
  return (
    <dl className="fc-sums">
      <div>
        <dt>{t("wmape")}</dt>
        <dd className="jt-num">{share(found.wmape)}</dd>
        <dd className="jt-note">
          {gain === null ? "" : t(gain >= 0 ? "better" : "worse", { share: share(Math.abs(gain), 0) })}
        </dd>
      </div>
      <div>
        <dt>{t("naive")}</dt>
        <dd className="jt-num">{share(found.naive_wmape)}</dd>
      </div>
      <div>
        <dt>{t("coverage")}</dt>
        <dd className="jt-num">{share(found.coverage, 0)}</dd>
        <dd className="jt-note">{t("coverageNote")}</dd>
      </div>
      <div>
        <dt>{t("bias")}</dt>
        <dd className="jt-num">{share(found.bias)}</dd>
      </div>
      <div>
        <dt>{t("mase")}</dt>
        <dd className="jt-num">{found.mase === null ? "–" : found.mase.toFixed(2)}</dd>
      </div>
      <div>
        <dt>{t("dayWmape")}</dt>
        <dd className="jt-num">{share(found.day_wmape)}</dd>
        <dd className="jt-note">{t("days", { n: found.days })}</dd>
      </div>
    </dl>
  );
}
