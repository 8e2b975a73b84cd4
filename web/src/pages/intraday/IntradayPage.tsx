import { useMemo, useRef } from "react";
import { useSearchParams } from "react-router";
import { useActions } from "../../app/actions";
import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { intraday } from "../../i18n/intraday";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { ButtonLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Since } from "../../ui/figures";
import { Adherence } from "./Adherence";
import { type Day, useDay } from "./api";
import { CoverageTab } from "./CoverageTab";
import { type Grid, gapOf, type Sum, stepOf, together } from "./curve";
import { DayChart, gapWords } from "./DayChart";
import { Levers } from "./Levers";
import "./intraday.css";

/** The day as it runs (H1): what comes and who is there, who keeps to the schedule, and what can be done. */
export default function IntradayPage() {
  const t = useWords(intraday);
  const w = useWords(core);
  const lang = useLanguage();
  const [params, setParams] = useSearchParams();
  const query = useDay();
  const search = useRef<HTMLInputElement>(null);
  const coverage = params.get("view") === "coverage";
  const asked = params.get("group");
  const choose = (name: string, value: string | null) => {
    const next = new URLSearchParams(params);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };
  useActions([
    {
      id: "intraday-find",
      label: t("keyFind"),
      group: t("keys"),
      keys: { code: "Slash" },
      run: () => search.current?.focus(),
    },
    {
      id: "intraday-coverage",
      label: t("keyCoverage"),
      group: t("keys"),
      keys: { code: "KeyC" },
      run: () => choose("view", coverage ? null : "coverage"),
    },
  ]);
  const day = query.data;
  return (
    <div className="id-page" data-lost={query.isError && day !== undefined}>
      <div className="id-bar">
        <h1>{t("title")}</h1>
        <div className="id-segments" role="tablist" aria-label={t("view")}>
          {(["now", "coverage"] as const).map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              aria-selected={coverage === (one === "coverage")}
              onClick={() => choose("view", one === "coverage" ? one : null)}
            >
              {t(one)}
            </button>
          ))}
        </div>
        {day && !coverage ? (
          <label className="id-group">
            <span className="jt-note">{t("group")}</span>
            <select value={asked ?? ""} onChange={(event) => choose("group", event.target.value || null)}>
              <option value="">{t("allGroups")}</option>
              {day.groups.map((one) => (
                <option key={one.id} value={one.id}>
                  {inLanguage(one.names, lang) || one.id}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <span className="jt-fill" />
        {day ? <span className="jt-note">{t("updated", { at: instant(day.now, "second", lang) })}</span> : null}
      </div>
      {query.isError && day !== undefined ? (
        <p className="jt-banner" data-level="look" role="status">
          {t("lost", { at: instant(day.now, "second", lang) })} {worded(query.error)}
        </p>
      ) : null}
      {query.isPending ? (
        <p className="id-wait jt-note" role="status">
          {w("loading")}
        </p>
      ) : null}
      {query.isError && day === undefined ? <Empty kind="lost">{worded(query.error)}</Empty> : null}
      {day ? coverage ? <CoverageTab /> : <Now day={day} asked={asked} search={search} /> : null}
    </div>
  );
}

function Now({
  day,
  asked,
  search,
}: {
  day: Day;
  asked: string | null;
  search: React.RefObject<HTMLInputElement | null>;
}) {
  const t = useWords(intraday);
  const steps = day.groups[0]?.cover.length ?? 96;
  const grid: Grid = useMemo(
    () => ({ start: day.start, step: day.step_s * 1000, steps }),
    [day.start, day.step_s, steps],
  );
  const groups = useMemo(() => day.groups.filter((one) => asked === null || one.id === asked), [day.groups, asked]);
  const sum = useMemo(() => together(groups, steps), [groups, steps]);
  const only = groups.length === 1 ? groups[0] : null;
  const goal = only ? t("goalNote", { share: `${Math.round(only.share * 100)} %`, n: only.within_s }) : null;
  return (
    <div className="id-main">
      <div className="id-left">
        {day.groups.length === 0 ? (
          <Empty kind="none" inline>
            {t("noGroups")}
          </Empty>
        ) : (
          <>
            <Figures day={day} sum={sum} grid={grid} />
            {sum.need === null ? (
              <Empty kind="none" inline action={<ButtonLink to="/schedule/forecast">{t("openForecast")}</ButtonLink>}>
                {t("noForecast")}
              </Empty>
            ) : null}
            <DayChart day={day} sum={sum} grid={grid} goal={goal} />
            <p className="id-foot jt-note">{t("contactsNote", { n: Math.round(day.step_s / 60) })}</p>
          </>
        )}
        {day.published ? null : (
          <Empty kind="none" inline action={<ButtonLink to="/schedule">{t("openSchedule")}</ButtonLink>}>
            {t("noSchedule")}
          </Empty>
        )}
        <Overloads day={day} />
        <Adherence day={day} search={search} />
      </div>
      <aside className="id-side" aria-label={t("levers")}>
        <Levers />
      </aside>
    </div>
  );
}

/** The moment in figures, as the planner's chart says them. */
function Figures({ day, sum, grid }: { day: Day; sum: Sum; grid: Grid }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const here = stepOf(day.now, grid);
  const gap = gapOf(sum, grid, day.now);
  const cell = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(1));
  const whole = (row: number[] | null) =>
    row === null ? "–" : Math.round(row.reduce((a, b) => a + b, 0)).toLocaleString();
  const missing = sum.need === null ? undefined : Math.max(0, (sum.need[here] ?? 0) - (sum.cover[here] ?? 0));
  return (
    <dl className="id-figures">
      <div>
        <dt>{t("nowFigure", { at: instant(day.now, "clock", lang) })}</dt>
        <dd>
          <span>
            <i data-key="need" /> {t("need")} <b className="jt-num">{cell(sum.need?.[here])}</b>
          </span>
          <span>
            <i data-key="cover" /> {t("cover")} <b className="jt-num">{cell(sum.cover[here])}</b>
          </span>
          <span>
            <i data-key="gap" /> {t("gap")} <b className="jt-num">{cell(missing)}</b>
          </span>
        </dd>
      </div>
      <div>
        <dt>{t("dayTotal")}</dt>
        <dd>
          <span>
            {t("forecast")} <b className="jt-num">{whole(sum.said)}</b>
          </span>
          <span>
            {t("reforecast")} <b className="jt-num">{whole(sum.mean)}</b>
          </span>
        </dd>
      </div>
      <div className="id-gapsaid">
        <dt className="jt-hidden">{t("gap")}</dt>
        <dd>{sum.need === null ? null : gap.at === null ? t("noGap") : gapWords(t, lang, gap)}</dd>
      </div>
    </dl>
  );
}

function Overloads({ day }: { day: Day }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  if (day.overloads.length === 0) return null;
  return (
    <section className="id-over" aria-labelledby="id-over">
      {day.overloads.map((one) => {
        const group = day.groups.find((each) => each.id === one.group);
        return (
          <div key={one.group}>
            <div className="id-h">
              <h2 id="id-over">{`${t("overload")}: ${inLanguage(group?.names, lang) || one.group}`}</h2>
              <span className="jt-note">
                {t("overloadNote", {
                  percent: `${(one.occupancy * 100).toFixed(0)} %`,
                  limit: `${(one.limit * 100).toFixed(0)} %`,
                })}
              </span>
            </div>
            <p className="jt-note">{t("overloadHelp")}</p>
            <ul>
              {one.agents.slice(0, 3).map((each) => (
                <li key={each.agent}>
                  {each.name} <Since since={each.on_line_since} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </section>
  );
}
