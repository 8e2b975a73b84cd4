import { type FormEvent, useMemo } from "react";
import { forecast } from "../../i18n/forecast";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Button } from "../../ui/Button";
import { useChart } from "../../ui/charts";
import { type Backtest, type ForecastQueue, useBacktest } from "./api";
import { dayName, dayTick } from "./days";
import { curve } from "./drawing";
import { Judged } from "./Judged";
import { axisSaid, contacts, range, share } from "./model";

/** Forecasts of earlier days from what was known then, against what came and against the week before. */
export function BacktestView({ queue, name }: { queue: ForecastQueue; name: string }) {
  const t = useWords(forecast);
  const test = useBacktest();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    test.mutate({ queue: queue.queue, folds: Number(given.get("folds")), horizon: Number(given.get("horizon")) });
  };
  return (
    <div className="fc-one">
      <form className="fc-ask" onSubmit={submit} aria-label={`${t("run")} ${name}`}>
        <label className="fc-field">
          <span>{t("horizonDays")}</span>
          <input name="horizon" type="number" min={1} max={60} required defaultValue={7} />
        </label>
        <label className="fc-field">
          <span>{t("folds")}</span>
          <input name="folds" type="number" min={1} max={20} required defaultValue={4} />
        </label>
        <Button type="submit" kind="main" disabled={test.isPending} aria-busy={test.isPending}>
          {t("run")}
        </Button>
        <p className="jt-note" role="status">
          {test.isPending ? t("running") : t("backtestNote")}
        </p>
      </form>
      {test.error ? (
        <p className="fc-warn" role="alert">
          {worded(test.error)}
        </p>
      ) : null}
      {test.data ? <Found data={test.data} /> : null}
    </div>
  );
}

function Found({ data }: { data: Backtest }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  return (
    <>
      <Judged found={data.all} />
      <Folds data={data} />
      <table className="fc-table fc-narrow">
        <thead>
          <tr>
            <th scope="col">{t("origin")}</th>
            <th scope="col" className="jt-num">
              {t("wmape")}
            </th>
            <th scope="col" className="jt-num">
              {t("naive")}
            </th>
            <th scope="col" className="jt-num">
              {t("coverage")}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.folds.map((fold) => (
            <tr key={fold.days[0]}>
              <th scope="row">{dayName(fold.days[0] ?? "", lang)}</th>
              <td className="jt-num">{share(fold.wmape)}</td>
              <td className="jt-num">{share(fold.naive_wmape)}</td>
              <td className="jt-num">{share(fold.coverage, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Where origins overlap, a day is shown as it was said last. */
function Folds({ data }: { data: Backtest }) {
  const t = useWords(forecast);
  const lang = useLanguage();
  const drawn = useMemo(() => {
    const said = new Map<string, { said: number; low: number; high: number; came: number }>();
    for (const fold of data.folds) {
      fold.days.forEach((day, i) => {
        said.set(day, {
          said: fold.said[i] ?? 0,
          low: fold.low[i] ?? 0,
          high: fold.high[i] ?? 0,
          came: fold.came[i] ?? 0,
        });
      });
    }
    const days = [...said.entries()].sort(([a], [b]) => a.localeCompare(b));
    return curve(
      {
        ticks: days.map(([day]) => dayTick(day, lang)),
        mean: days.map(([, one]) => one.said),
        low: days.map(([, one]) => one.low),
        high: days.map(([, one]) => one.high),
        came: days.map(([, one]) => one.came),
        mark: null,
        chosen: null,
      },
      {
        mean: t("expected"),
        came: t("came"),
        band: t("band"),
        need: t("need"),
        value: (value) => axisSaid(value, lang),
        tip: (index) => {
          const [day, one] = days[index] ?? [];
          if (!day || !one) return "";
          return [
            `<b>${dayName(day, lang)}</b>`,
            `${t("expected")} ${contacts(one.said, lang)} (${range(one.low, one.high, lang)})`,
            `${t("came")} ${contacts(one.came, lang)}`,
          ].join("<br>");
        },
      },
    );
  }, [data, lang, t]);
  const box = useChart(drawn);
  return <div ref={box} className="fc-chart" role="img" aria-label={t("curveLabel")} />;
}
