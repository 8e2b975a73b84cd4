import { Drawer } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { isProblem } from "../../api/problem";
import { contacts as contactWords } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { count } from "../../i18n/format";
import { inLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { metrics } from "../../i18n/metrics";
import { worded } from "../../i18n/problems";
import { reports } from "../../i18n/reports";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Length, Time } from "../../ui/figures";
import { useNames } from "../contacts/names";
import { useCatalogue } from "../metrics/catalogue";
import { DefinitionText, definitionHead } from "../metrics/DefinitionText";
import { type CellAsked, type ContactBehind, type Outcome, type Result, useContactsBehind } from "./api";
import { quiet } from "./FigureTable";
import {
  around,
  changeText,
  daysText,
  figureText,
  figureWithSign,
  intervalText,
  partText,
  sign,
  withinOneDay,
} from "./figures";
import type { By, Line } from "./model";
import { columnName, type Wording } from "./names";

export type Opened = { outcome: Outcome; column: number; line: Line };

/** A figure opened: how it came about, what it means, and the contacts behind it. */
export function FigureDrawer({
  opened,
  result,
  wording,
  onClose,
}: {
  opened: Opened;
  result: Result;
  wording: Wording;
  onClose: () => void;
}) {
  const t = useWords(reports);
  const m = useWords(metrics);
  const { outcome, line } = opened;
  const column = outcome.columns[opened.column];
  const cell = line.values[opened.column];
  const { catalogue } = useCatalogue();
  const seesContacts = useMay("contacts.view");
  if (!column || !cell) return null;
  const { lang } = wording;
  const name = columnName(column, lang);
  const definition = catalogue?.byId.get(column.id);
  const oneDay = withinOneDay(line.start, line.end, result.zone);
  const of = [
    outcome.every === "all"
      ? daysText(line.start, line.end, result.zone, lang)
      : intervalText(line.start, line.end, outcome.every, { zone: result.zone, lang, oneDay: false }),
    ...outcome.by
      .filter((_, i) => line.keys[i] !== undefined)
      .map((kind, i) => (line.rest ? t("rest") : wording.key(kind, line.keys[i] ?? null))),
  ];
  const change = changeText(cell.change, column.unit, lang);
  const sure = around(cell);
  return (
    <Drawer
      open
      size={480}
      onClose={onClose}
      title={name}
      extra={definition ? <span className="jt-note">{definitionHead(definition, m)}</span> : null}
      rootClassName="rp-drawer"
    >
      <p className="jt-note">{of.join(" · ")}</p>
      <p className="rp-figure rp-opened">
        <b className={`jt-num ${quiet(cell)}`}>{figureText(cell.value, column.unit, lang)}</b>
        {cell.value === null ? null : <small>{sign(column.unit, lang)}</small>}
        {change ? <span className="rp-change jt-num">{change}</span> : null}
      </p>
      <dl className="rp-made">
        {column.how === "ratio" ? (
          <div>
            <dt>{t("made")}</dt>
            <dd className="jt-num">
              {t("quotient", {
                numerator: partText(cell.numerator, column.unit, lang),
                denominator: partText(cell.denominator, "count", lang),
                value: figureWithSign(cell.value, column.unit, lang),
              })}
            </dd>
          </div>
        ) : column.how === "sum" ? null : (
          <div>
            <dt>{t("made")}</dt>
            <dd className="jt-num">{t("taken", { n: partText(cell.denominator, "count", lang) })}</dd>
          </div>
        )}
        {sure ? (
          <div>
            <dt>{t("surely")}</dt>
            <dd className="jt-num">{t("surelyBetween", { around: sure })}</dd>
          </div>
        ) : null}
        {cell.before !== null ? (
          <div>
            <dt>{t("before")}</dt>
            <dd className="jt-num">
              {figureWithSign(cell.before, column.unit, lang)}
              {outcome.before ? (
                <span className="jt-note">
                  {" "}
                  {daysText(outcome.before.start, outcome.before.end, result.zone, lang)}
                </span>
              ) : null}
            </dd>
          </div>
        ) : null}
        {cell.target !== null ? (
          <div>
            <dt>{t("targetHead")}</dt>
            <dd className="jt-num">{figureWithSign(cell.target, column.unit, lang)}</dd>
          </div>
        ) : null}
      </dl>
      {cell.value === null ? <p className="jt-note">{t("noDataWhy")}</p> : null}
      <h3 className="rp-h3">{t("meaning")}</h3>
      {definition ? <DefinitionText one={definition} /> : <Used result={result} wording={wording} id={column.id} />}
      <Link className="rp-deep" to={`/metrics/${column.id}`}>
        {m("openPage")}
      </Link>
      {seesContacts ? (
        <Behind
          asked={askedOf(outcome, line, column.key)}
          oneDay={oneDay}
          both={column.how === "ratio"}
          unknown={line.rest || line.keys.some((key) => key === null)}
        />
      ) : null}
    </Drawer>
  );
}

/** Without the catalogue: as the result itself tells the definition. */
function Used({ result, wording, id }: { result: Result; wording: Wording; id: string }) {
  const used = result.definitions.find((one) => one.id === id);
  if (!used) return null;
  return (
    <>
      <p className="jt-metric-formula">{inLanguage(used.formula, wording.lang)}</p>
      <p>{inLanguage(used.meaning, wording.lang)}</p>
    </>
  );
}

function askedOf(outcome: Outcome, line: Line, metric: string): Omit<CellAsked, "part"> {
  const keys: Partial<Record<By, string>> = {};
  outcome.by.forEach((kind, i) => {
    const key = line.keys[i];
    if (key !== null && key !== undefined) keys[kind] = key;
  });
  return { metric, start: line.start, end: line.end, filter: outcome.filter, keys };
}

function Behind({
  asked,
  both,
  unknown,
  oneDay,
}: {
  asked: Omit<CellAsked, "part">;
  both: boolean;
  unknown: boolean;
  oneDay: boolean;
}) {
  const t = useWords(reports);
  const w = useWords(core);
  const c = useWords(contactWords);
  const [part, setPart] = useState<"numerator" | "denominator">("numerator");
  const query = useContactsBehind(unknown ? null : { ...asked, part });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={t("contactsBehind")} className="rp-behind">
      <h3 className="rp-h3">
        {t("contactsBehind")}
        {query.isSuccess ? (
          <span className="jt-note">{t(query.hasNextPage ? "firstN" : "allN", { n: count(items.length) })}</span>
        ) : null}
      </h3>
      {both ? (
        <div className="rp-parts" role="group" aria-label={t("part")}>
          {(["numerator", "denominator"] as const).map((one) => (
            <Button
              key={one}
              size="small"
              kind={one === part ? "plain" : "quiet"}
              aria-pressed={one === part}
              onClick={() => setPart(one)}
            >
              {t(one)}
            </Button>
          ))}
        </div>
      ) : null}
      {unknown ? (
        <Empty kind="none" inline>
          {t("behindUnknown")}
        </Empty>
      ) : null}
      {query.isLoading ? (
        <p role="status" className="jt-note">
          {w("loading")}
        </p>
      ) : null}
      {query.error ? (
        isProblem(query.error, "no_contacts_behind") ? (
          <Empty kind="none" inline>
            {t("behindTime")}
          </Empty>
        ) : (
          <Empty
            kind="lost"
            inline
            action={
              <Button size="small" onClick={() => void query.refetch()}>
                {w("retry")}
              </Button>
            }
          >
            {worded(query.error)}
          </Empty>
        )
      ) : null}
      {query.isSuccess && items.length === 0 ? (
        <Empty kind="none" inline>
          {t("behindNone")}
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <table className="rp-contacts">
          <thead>
            <tr>
              <th scope="col" className="l">
                {c("start")}
              </th>
              <th scope="col" className="l">
                {t("by.queue")}
              </th>
              <th scope="col" className="l">
                {t("by.agent")}
              </th>
              <th scope="col">{c("wait")}</th>
              <th scope="col">{c("talk")}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <Contact key={one.id} one={one} oneDay={oneDay} />
            ))}
          </tbody>
        </table>
      ) : null}
      {query.hasNextPage ? (
        <Button kind="quiet" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("moreContacts")}
        </Button>
      ) : null}
    </section>
  );
}

function Contact({ one, oneDay }: { one: ContactBehind; oneDay: boolean }) {
  const names = useNames();
  const none = <span className="jt-nodata">–</span>;
  return (
    <tr>
      <th scope="row" className="l">
        <Link to={`/contacts/${encodeURIComponent(one.id)}`}>
          <Time at={one.arrived} style={oneDay ? "second" : "moment"} />
        </Link>
      </th>
      <td className="l jt-clip">{one.queue ? names.queue(one.queue) : none}</td>
      <td className="l jt-clip">{one.agent ? names.agent(one.agent) : none}</td>
      <td>{one.wait_ms === null ? none : <Length ms={one.wait_ms} />}</td>
      <td>{one.talk_ms === null ? none : <Length ms={one.talk_ms} />}</td>
    </tr>
  );
}
