import { useNavigate } from "react-router";
import { count, instant } from "../../i18n/format";
import { Button } from "../../ui/Button";
import type { Lever, Scenario, Shown } from "./model";
import { changeName, mindWords, money, placeOf, useLabWords } from "./words";

/** Levers, cheapest help first; heads last, and only after the alternatives have been run (H3). */
export function LeverTable({
  shown,
  mayEdit,
  busy,
  run,
  plan,
  add,
  draft,
  addHeads,
}: {
  shown: Shown;
  mayEdit: boolean;
  busy: boolean;
  run: (scenario: string) => void;
  plan: (scenario: Scenario, planned: boolean) => void;
  add: (lever: Lever) => void;
  draft: (scenario: Scenario) => void;
  addHeads: () => void;
}) {
  const { t, lang, name } = useLabWords();
  const navigate = useNavigate();
  const by = new Map(shown.scenarios.map((one) => [one.id, one]));
  const missing = shown.heads_missing.length;
  const drafts = (one: Scenario) => one.change.kind === "move_breaks" && shown.sources.absent === "schedule";
  const first = shown.levers.findIndex((lever) => lever.each !== null);
  return (
    <section className="lab-order" aria-labelledby="lab-order">
      <div className="lab-h">
        <h2 id="lab-order">{t("before")}</h2>
        <span className="jt-note">{t("beforeLead")}</span>
        <span className="jt-fill" />
        {mayEdit ? (
          <>
            {missing > 0 ? (
              <span className="jt-note" id="lab-heads-why">
                {t("headsFirst", { n: missing })}
              </span>
            ) : null}
            <Button
              size="small"
              aria-disabled={missing > 0}
              aria-describedby={missing > 0 ? "lab-heads-why" : undefined}
              onClick={() => {
                if (missing === 0) addHeads();
              }}
            >
              {t("addHeads")}
            </Button>
          </>
        ) : null}
      </div>
      <div className="lab-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col" className="l">
                {t("lever")}
              </th>
              <th scope="col" className="l">
                {t("helpsFrom")}
              </th>
              <th scope="col">{t("moreCost")}</th>
              <th scope="col">{t("moreIn", { n: shown.assumptions.within_s ?? 20 })}</th>
              <th scope="col">{t("each")}</th>
              <th scope="col" className="l">
                {t("mind")}
              </th>
              <th scope="col">
                <span className="jt-hidden">{t("planIt")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.levers.map((lever, n) => {
              const one = lever.scenario === null ? undefined : by.get(lever.scenario);
              const label = one ? name(one, shown) : changeName(t, lever.change);
              const going = one?.run.state === "queued" || one?.run.state === "running";
              const done = one?.run.state === "done";
              return (
                <tr key={lever.scenario ?? "suggested"}>
                  <td className="l">
                    <span className="lab-n jt-num">{n + 1}</span>
                    <b>{label}</b>
                  </td>
                  <td className="l d">{t(`from.${lever.helps_from as "today"}`)}</td>
                  <td className="jt-num">{lever.cost?.mean == null ? <None /> : money(lever.cost.mean, lang, 0)}</td>
                  <td className="jt-num">
                    {lever.more?.mean == null ? <None /> : count(Math.round(lever.more.mean) || 0, lang)}
                  </td>
                  <td className="jt-num">{lever.each === null ? <None /> : money(lever.each, lang)}</td>
                  <td className="l d m">
                    {one?.planned_at != null
                      ? t("plannedBy", {
                          name: one.planned_by_name ?? "",
                          at: instant(one.planned_at, "moment", lang),
                        })
                      : lever.minds.map((mind) => mindWords(t, mind, shown)).join(lang === "en" ? "; " : "；")}
                  </td>
                  <td>
                    {!mayEdit || going ? null : done && one ? (
                      one.planned_at != null ? (
                        <>
                          <Button kind="quiet" size="small" onClick={() => plan(one, false)}>
                            {t("dropPlan")}
                          </Button>
                          <Button
                            size="small"
                            onClick={() => (drafts(one) ? draft(one) : navigate(placeOf(one.change, shown.study)))}
                          >
                            {t("goPlan")}
                          </Button>
                        </>
                      ) : (
                        <Button
                          size="small"
                          kind={n === first ? "main" : "plain"}
                          disabled={busy}
                          title={t("planEffect")}
                          aria-label={`${t("planIt")}: ${label}`}
                          onClick={() => plan(one, true)}
                        >
                          {t("planIt")}
                        </Button>
                      )
                    ) : (
                      <Button
                        size="small"
                        disabled={busy}
                        aria-label={`${t("runIt")}: ${label}`}
                        onClick={() => (one ? run(one.id) : add(lever))}
                      >
                        {t("runIt")}
                      </Button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function None() {
  return <span className="jt-nodata">–</span>;
}
