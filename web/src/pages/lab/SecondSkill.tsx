import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { http } from "../../api/http";
import type { Schema } from "../../api/types";
import { count, duration } from "../../i18n/format";
import { type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { wordedCode } from "../../i18n/problems";
import { secondSkill } from "../../i18n/secondSkill";
import { Button } from "../../ui/Button";
import { useNotice } from "../../ui/notices";
import { points } from "./words";
import "./secondSkill.css";

type Found = Schema<"SecondSkillOut">;
type Estimate = Schema<"SkillEstimateOut">;

const FIGURES = ["sl3", "asa", "abandon_rate", "entry_busy_rate", "occupancy"] as const;
type Figure = (typeof FIGURES)[number];
const SOON = 1000;
const going = (found: Found | undefined) => found?.state === "queued" || found?.state === "running";

/** One, as now, two, all skills a person: level, wait, who is turned away (G7). `path`: where it is asked and begun;
 *  `mayStart` false: what is shown is of an earlier version. */
export function SecondSkill({
  path,
  version = null,
  mayStart = true,
}: {
  path: string;
  version?: number | null;
  mayStart?: boolean;
}) {
  const t = useWords(secondSkill);
  const lang = useLanguage();
  const id = useId();
  const notice = useNotice();
  const queries = useQueryClient();
  const key = ["second-skill", path, version];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => http.get<Found>(path, { query: { version }, signal }),
    refetchInterval: (one) => (going(one.state.data) ? SOON : false),
  });
  const start = useMutation({
    mutationFn: () => http.post<Found>(path, {}),
    onSuccess: (found) => queries.setQueryData(key, found),
    onError: notice.failed,
  });
  const found = query.data;
  const busy = start.isPending || going(found);
  const failed = found?.state === "failed" || found?.state === "cancelled" || found?.state === "interrupted";
  return (
    <section className="sk" aria-labelledby={id}>
      <div className="sk-h">
        <h2 id={id}>{t("title")}</h2>
        <span className="jt-note">{t("lead")}</span>
        <span className="jt-fill" />
        <Button size="small" disabled={busy || found === undefined || !mayStart} onClick={() => start.mutate()}>
          {t(found?.state === "done" ? "again" : "workOut")}
        </Button>
      </div>
      <p className="sk-said" role="status">
        {going(found) ? t("working", { n: Math.round((found?.share ?? 0) * 100) }) : null}
        {failed
          ? t("nothing", { why: wordedCode(found.error ?? `job_${found.state}`, {}, lang) ?? found.state })
          : null}
        {found?.state === "none" ? t("notYet") : null}
        {found?.state === "done"
          ? found.captured === null
            ? t("noGain")
            : t("captured", { n: Math.round(found.captured * 100) })
          : null}
      </p>
      {found && found.rows.length > 0 ? <Table found={found} /> : null}
    </section>
  );
}

function Table({ found }: { found: Found }) {
  const t = useWords(secondSkill);
  const lang = useLanguage();
  const shown = FIGURES.filter((key) => found.rows.some((row) => row.figures[key]));
  const left = found.without.map((code) => t(`without.${code as "steps"}`)).join(lang === "en" ? ", " : "、");
  return (
    <>
      <div className="sk-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("people")}</th>
              {shown.map((key) => (
                <th key={key} scope="col">
                  {t(`figure.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.rows.map((row) => (
              <tr key={row.breadth} data-now={row.breadth === "now"}>
                <th scope="row">
                  {t(`breadth.${row.breadth}`, { n: row.breadth === "all" ? found.kinds : count(row.skills, lang) })}
                </th>
                {shown.map((key) => (
                  <td key={key} title={range(key, row.figures[key], lang)}>
                    <span className="jt-num">{value(key, row.figures[key]?.mean, lang)}</span>
                    <Change figure={key} of={row.more[key]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="sk-said jt-note">
        {t("played", { n: found.days })} {left ? t("without", { what: left }) : null}
      </p>
    </>
  );
}

function Change({ figure, of }: { figure: Figure; of: Estimate | undefined }) {
  const t = useWords(secondSkill);
  const lang = useLanguage();
  if (of?.mean == null || of.low === null || of.high === null) return null;
  const by = value(figure, Math.abs(of.mean), lang);
  if (by === value(figure, 0, lang)) return null; // too little to be read
  if (of.low <= 0 && of.high >= 0) return <span className="jt-note"> {t("unclear")}</span>;
  return (
    <span className="jt-note jt-num">
      {" "}
      {of.mean > 0 ? "▲" : "▼"} {by}
    </span>
  );
}

const value = (key: Figure, mean: number | null | undefined, lang: Language) =>
  mean == null ? "–" : key === "asa" ? duration(mean * 1000, lang) : points(mean);

const range = (key: Figure, of: Estimate | undefined, lang: Language) =>
  of?.low == null ? undefined : `${value(key, Math.max(of.low, 0), lang)} – ${value(key, of.high, lang)}`;
