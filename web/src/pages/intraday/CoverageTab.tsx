import { core } from "../../i18n/core";
import { instant } from "../../i18n/format";
import { intraday } from "../../i18n/intraday";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Empty } from "../../ui/Empty";
import { SecondSkill } from "../lab/SecondSkill";
import { type Coverage, type SkillRow, useCoverage } from "./api";

const HOUR = 3_600_000;

/** Skills hour by hour, single points of failure, certificates that run out, whom to train (G7). */
export function CoverageTab() {
  const t = useWords(intraday);
  const w = useWords(core);
  const query = useCoverage(true);
  const found = query.data;
  if (query.isPending)
    return (
      <p className="id-wait jt-note" role="status">
        {w("loading")}
      </p>
    );
  if (!found) return <Empty kind="lost">{worded(query.error)}</Empty>;
  return (
    <div className="id-coverage">
      <section aria-labelledby="id-skills">
        <div className="id-h">
          <h2 id="id-skills">{t("coverage")}</h2>
          <span className="jt-note">{t("skillsNote")}</span>
        </div>
        {found.skills.length === 0 ? (
          <Empty kind="none" inline>
            {t("noSkills")}
          </Empty>
        ) : (
          <Matrix found={found} />
        )}
      </section>
      <div className="id-two">
        <Lapsing found={found} />
        <Trainings found={found} />
      </div>
      {found.skills.length > 1 ? <SecondSkill path="/api/planning/day/coverage/second-skill" /> : null}
    </div>
  );
}

function Matrix({ found }: { found: Coverage }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  const per = Math.max(1, Math.round(HOUR / (found.step_s * 1000)));
  const hours: number[] = [];
  for (let i = Math.floor(found.first / per) * per; i < found.last; i += per) hours.push(i);
  const most = Math.max(1, ...found.skills.flatMap((row) => row.able));
  return (
    <div className="id-scroll">
      <table className="id-matrix">
        <thead>
          <tr>
            <th scope="col">{t("skill")}</th>
            {hours.map((i) => (
              <th key={i} scope="col">
                {instant(found.start + i * found.step_s * 1000, "clock", lang)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.skills.map((row) => (
            <tr key={`${row.skill} ${row.level}`}>
              <th scope="row">
                <span className="jt-clip">{inLanguage(row.names, lang) || row.skill}</span>
                <span className="jt-note">
                  {t("level", { n: row.level })} · {t("holders", { n: row.holders })}
                </span>
              </th>
              {hours.map((i) => (
                <Cell key={i} row={row} from={i} to={Math.min(i + per, row.able.length)} most={most} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The least of the hour: that is when it hurts. */
function Cell({ row, from, to, most }: { row: SkillRow; from: number; to: number; most: number }) {
  const t = useWords(intraday);
  const steps = Array.from({ length: to - from }, (_, i) => from + i);
  const able = Math.min(...steps.map((i) => row.able[i] ?? 0));
  const need = row.need === null ? null : Math.max(...steps.map((i) => row.need?.[i] ?? 0));
  const alone = steps.map((i) => row.alone[i]).find((name) => name) ?? null;
  const gone = steps.some((i) => row.gone[i]);
  const quiet = need === 0 && able === 0;
  const said = gone ? t("goneStep") : alone !== null ? t("alone", { name: alone }) : undefined;
  const shade = quiet || able === 0 ? 0 : Math.min(6, Math.max(1, Math.ceil((able / most) * 6)));
  return (
    <td data-shade={shade} data-alone={alone !== null || gone} title={said}>
      <span className={`jt-num ${quiet ? "jt-zero" : ""}`}>{able % 1 === 0 ? able : able.toFixed(1)}</span>
      {need !== null && need > 0 ? (
        <span className="jt-note">
          {" / "}
          {need.toFixed(1)}
        </span>
      ) : null}
      {said ? <span className="jt-hidden">{said}</span> : null}
    </td>
  );
}

function Lapsing({ found }: { found: Coverage }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  return (
    <section aria-labelledby="id-lapsing">
      <div className="id-h">
        <h2 id="id-lapsing">{t("lapsing")}</h2>
        <span className="jt-note">{t("lapsingNote", { n: found.warn_days })}</span>
      </div>
      {found.lapsing.length === 0 ? (
        <Empty kind="none" inline icon="check">
          {t("noLapsing")}
        </Empty>
      ) : null}
      <ul className="id-notes">
        {found.lapsing.map((one) => (
          <li key={`${one.agent} ${one.skill}`}>
            <span className="jt-strong">{one.name}</span>
            <span>{inLanguage(one.names, lang) || one.skill}</span>
            <span className="jt-num">{t("lapses", { at: instant(one.until, "moment", lang) })}</span>
            <span className={one.holders_left === 0 ? "jt-over" : "jt-note"}>
              {one.holders_left === 0 ? t("noneLeft") : t("othersLeft", { n: one.holders_left })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Trainings({ found }: { found: Coverage }) {
  const t = useWords(intraday);
  const lang = useLanguage();
  return (
    <section aria-labelledby="id-training">
      <div className="id-h">
        <h2 id="id-training">{t("training")}</h2>
        <span className="jt-note">{t("trainingNote")}</span>
      </div>
      {found.trainings.length === 0 ? (
        <Empty kind="none" inline>
          {t("noTraining")}
        </Empty>
      ) : null}
      <ul className="id-notes">
        {found.trainings.map((one) => (
          <li key={`${one.target} ${one.source}`}>
            <span className="jt-strong">
              {t("trainFor", {
                source: inLanguage(one.source_names, lang) || one.source,
                target: inLanguage(one.target_names, lang) || one.target,
              })}
            </span>
            {one.after.map((after, i) => (
              <span key={one.agents[i]} className="jt-num">
                {t("trainPeople", { n: i + 1 })}:{" "}
                {t("trainEffect", { before: one.before.toFixed(1), after: after.toFixed(1) })}
              </span>
            ))}
            <span className="jt-note">{one.names.join(" · ")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
