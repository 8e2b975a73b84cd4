import { useState } from "react";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { useCollator } from "../../../i18n/format";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { scheduleSetup } from "../../../i18n/scheduleSetup";
import { useMay } from "../../../session/session";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { type Group, type Pattern, type Rules, type Stored, type Terms, useSetup } from "../setupData";
import { GroupForm } from "./GroupForm";
import { PatternForm } from "./PatternForm";
import { useAgents, useQueues } from "./people";
import { RulesForm } from "./RulesForm";
import { TermsForm } from "./TermsForm";
import { BLANK_GROUP, BLANK_PATTERN, hoursText, minutesText } from "./values";
import "../../settings/settings.css";
import "./setup.css";

const PARTS = ["patterns", "terms", "rules", "groups"] as const;

/** What schedules are made by. Each list opens its form beside it; faults stand at their fields. */
export default function SetupPage() {
  const t = useWords(scheduleSetup);
  const query = useSetup();
  if (query.isError && !query.data) return <Empty kind="lost">{t("loadFailed")}</Empty>;
  return (
    <div className="st-page su-page">
      <nav className="st-nav" aria-label={t("title")}>
        <h1>{t("title")}</h1>
        {PARTS.map((part) => (
          <NavLink key={part} to={`/schedule/settings/${part}`}>
            {t(`part.${part}`)}
          </NavLink>
        ))}
      </nav>
      <div className="st-main">
        <Routes>
          <Route path="patterns" element={<Patterns />} />
          <Route path="terms" element={<TermsList />} />
          <Route path="rules" element={<RulesList />} />
          <Route path="groups" element={<Groups />} />
          <Route path="*" element={<Navigate to="/schedule/settings/patterns" replace />} />
        </Routes>
      </div>
    </div>
  );
}

function Head({ part, onNew, label }: { part: (typeof PARTS)[number]; onNew?: () => void; label?: string }) {
  const t = useWords(scheduleSetup);
  const edits = useMay("plan.edit");
  return (
    <div className="st-head">
      <h2>{t(`part.${part}`)}</h2>
      <span className="jt-fill" />
      {!edits ? (
        <span className="jt-note">{t("readOnly")}</span>
      ) : onNew && label ? (
        <Button kind="main" icon="plus" onClick={onNew}>
          {label}
        </Button>
      ) : null}
    </div>
  );
}

function Patterns() {
  const t = useWords(scheduleSetup);
  const lang = useLanguage();
  const names = useCollator();
  const { data } = useSetup();
  const [open, setOpen] = useState<Stored<Pattern> | null>(null);
  const all = [...(data?.patterns ?? [])].sort(
    (a, b) =>
      a.spec.start_from - b.spec.start_from ||
      names.compare(inLanguage(a.spec.name, lang), inLanguage(b.spec.name, lang)),
  );
  return (
    <>
      <Head part="patterns" label={t("newPattern")} onNew={() => setOpen(BLANK_PATTERN)} />
      <div className="st-list">
        {data && all.length === 0 ? <Empty kind="none">{t("none")}</Empty> : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("starts")}</th>
              <th scope="col" className="r">
                {t("length")}
              </th>
              <th scope="col">{t("breaks")}</th>
              <th scope="col">{t("meal")}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.id} data-off={!one.spec.active}>
                <td>
                  <button type="button" className="jt-link" onClick={() => setOpen(one)}>
                    {inLanguage(one.spec.name, lang) || one.id}
                  </button>{" "}
                  {one.spec.active ? null : <span className="jt-tag">{t("inactive")}</span>}
                </td>
                <td className="jt-num">
                  {minutesText(one.spec.start_from)}
                  {one.spec.start_to > one.spec.start_from ? `–${minutesText(one.spec.start_to)}` : ""}
                </td>
                <td className="r">{t("hoursShort", { h: hoursText(one.spec.length) })}</td>
                <td className="jt-num">
                  {one.spec.breaks.length} / {one.spec.breaks.after} {t("unit.min")}
                </td>
                <td className="jt-num">{one.spec.meal ? `${one.spec.meal.length} ${t("unit.min")}` : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open ? (
        <PatternForm key={open.id} stored={open} taken={all.map((one) => one.id)} onClose={() => setOpen(null)} />
      ) : null}
    </>
  );
}

function TermsList() {
  const t = useWords(scheduleSetup);
  const names = useCollator();
  const { data } = useSetup();
  const agents = useAgents();
  const [open, setOpen] = useState<Stored<Terms> | null>(null);
  const nameOf = (id: string) => agents.get(id) ?? id;
  const all = [...(data?.terms ?? [])].sort(
    (a, b) => a.spec.employment.localeCompare(b.spec.employment) || names.compare(nameOf(a.id), nameOf(b.id)),
  );
  return (
    <>
      <Head part="terms" />
      <div className="st-list">
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("person")}</th>
              <th scope="col">{t("employment")}</th>
              <th scope="col" className="r">
                {t("hours_week")}
              </th>
              <th scope="col" className="r">
                {t("cost_hour")}
              </th>
              <th scope="col">{t("frames")}</th>
              <th scope="col">{t("standby")}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.id}>
                <td>
                  <button type="button" className="jt-link" onClick={() => setOpen(one)}>
                    {nameOf(one.id)}
                  </button>{" "}
                  {one.version === 0 ? (
                    <span className="jt-note" title={t("defaultHint")}>
                      {t("default")}
                    </span>
                  ) : null}
                </td>
                <td>{t(one.spec.employment)}</td>
                <td className="r">
                  {one.spec.hours_week === null ? "–" : t("hoursShort", { h: one.spec.hours_week })}
                </td>
                <td className="r">{one.spec.cost_hour}</td>
                <td className="jt-num">{one.spec.frames.length || "–"}</td>
                <td className="jt-num">{one.spec.standby.length || "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && data ? (
        <TermsForm key={open.id} stored={open} setup={data} name={nameOf(open.id)} onClose={() => setOpen(null)} />
      ) : null}
    </>
  );
}

function RulesList() {
  const t = useWords(scheduleSetup);
  const lang = useLanguage();
  const { data } = useSetup();
  const [open, setOpen] = useState<Stored<Rules> | null>(null);
  return (
    <>
      <Head part="rules" />
      <div className="st-list">
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("jurisdiction")}</th>
              <th scope="col" className="r">
                {t("hours_day")}
              </th>
              <th scope="col" className="r">
                {t("hours_week")}
              </th>
              <th scope="col" className="r">
                {t("rest_between")}
              </th>
            </tr>
          </thead>
          <tbody>
            {(data?.rules ?? []).map((one) => (
              <tr key={one.id}>
                <td>
                  <button type="button" className="jt-link" onClick={() => setOpen(one)}>
                    {inLanguage(one.spec.name, lang) || one.id}
                  </button>{" "}
                  {one.version === 0 ? <span className="jt-note">{t("default")}</span> : null}
                </td>
                <td>{t(`jurisdiction.${one.spec.jurisdiction}` as "jurisdiction.cn")}</td>
                {[one.spec.hours_day, one.spec.hours_week, one.spec.rest_between].map((value, i) => (
                  <td key={PLACES[i]} className="r">
                    {value === null ? t("noLimit") : t("hoursShort", { h: value })}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open && data ? (
        <RulesForm key={open.id} stored={open} presets={data.presets} onClose={() => setOpen(null)} />
      ) : null}
    </>
  );
}
const PLACES = ["day", "week", "rest"] as const;

function Groups() {
  const t = useWords(scheduleSetup);
  const lang = useLanguage();
  const { data } = useSetup();
  const queues = useQueues();
  const [open, setOpen] = useState<Stored<Group> | null>(null);
  const all = data?.groups ?? [];
  const queueName = (id: string) => inLanguage(queues.find((one) => one.id === id)?.name, lang) || id;
  return (
    <>
      <Head part="groups" label={t("newGroup")} onNew={() => setOpen(BLANK_GROUP)} />
      <div className="st-list">
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("queues")}</th>
              <th scope="col">{t("goal")}</th>
              <th scope="col" className="r">
                {t("shrinkage")}
              </th>
              <th scope="col" className="r">
                {t("absence")}
              </th>
            </tr>
          </thead>
          <tbody>
            {all.map((one) => (
              <tr key={one.id} data-off={!one.spec.active}>
                <td>
                  <button type="button" className="jt-link" onClick={() => setOpen(one)}>
                    {inLanguage(one.spec.name, lang) || one.id}
                  </button>{" "}
                  {one.version === 0 ? <span className="jt-note">{t("default")}</span> : null}
                </td>
                <td>{one.spec.queues.map(queueName).join(" · ")}</td>
                <td className="jt-num">
                  {t("goalShort", {
                    share: Math.round(one.spec.goal.share * 1000) / 10,
                    within: one.spec.goal.within_s,
                  })}
                </td>
                <td className="r">{Math.round(one.spec.shrinkage * 1000) / 10} %</td>
                <td className="r">{Math.round(one.spec.absence * 1000) / 10} %</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open ? (
        <GroupForm
          key={open.id}
          stored={open}
          queues={queues}
          taken={all.map((one) => one.id)}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}
