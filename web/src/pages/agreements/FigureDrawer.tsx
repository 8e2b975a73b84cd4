import { useInfiniteQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { http } from "../../api/http";
import { agreements } from "../../i18n/agreements";
import { core } from "../../i18n/core";
import { count } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Length, Time } from "../../ui/figures";
import { useNames } from "../contacts/names";
import { KEY, path } from "./api";
import { Segments, VerdictMark } from "./Bits";
import { dayName, inUnit, share, unitSign } from "./figures";
import type { Behind, Objective } from "./model";
import { Target } from "./ObjectiveTable";

type Part = "numerator" | "denominator";

/** What is behind a figure: its formula, how it came about step by step, and the contacts that it counts. */
export function FigureDrawer({
  contract,
  period,
  objective,
  day,
  onClose,
}: {
  contract: string;
  period: string;
  objective: Objective;
  day: string | null;
  onClose: () => void;
}) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const seesContacts = useMay("contacts.view");
  const { figure, before } = objective;
  const rows: [string, React.ReactNode][] = [
    [t("howCounted"), inLanguage(objective.formula, lang)],
    [t("soFar"), <Quotient key="q" figure={figure} />],
    [t("targetMinimum"), <Target key="t" one={objective} />],
    [t("state"), <VerdictMark key="v" verdict={objective.verdict} />],
  ];
  if (figure.low !== null && figure.high !== null) {
    rows.push([
      t("certainty"),
      t("sample", { n: count(figure.n, lang), low: share(figure.low), high: share(figure.high) }),
    ]);
  }
  if (before && before.value !== figure.value)
    rows.push([t("beforeExclusions"), <Quotient key="b" figure={before} />]);
  if (objective.needed) rows.push([t("restNeeds"), inLanguage(objective.needed.texts, lang)]);
  return (
    <Drawer
      open
      size={520}
      onClose={onClose}
      title={inLanguage(objective.names, lang)}
      extra={<span className="jt-note">{figure.metric}</span>}
    >
      <div className="ag ag-behind">
        {day ? <p className="jt-strong">{dayName(day, lang, true)}</p> : null}
        <dl>
          {rows.map(([head, text]) => (
            <div key={head}>
              <dt>{head}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <p>
          <Link to={`/metrics/${encodeURIComponent(figure.metric.replace(/\(.*/, ""))}`}>{t("meaningOf")}</Link>
        </p>
        {objective.steps.length > 0 ? (
          <ol className="ag-steps">
            {objective.steps.map((step) => (
              <li key={`${step.code} ${step.texts.en}`}>{inLanguage(step.texts, lang)}</li>
            ))}
          </ol>
        ) : null}
        {objective.method === "judged" || !seesContacts ? null : (
          <Contacts contract={contract} period={period} objective={objective.id} day={day} />
        )}
      </div>
    </Drawer>
  );
}

function Quotient({ figure }: { figure: Objective["figure"] }) {
  const lang = useLanguage();
  const plain = (value: number) =>
    new Intl.NumberFormat(lang, { maximumFractionDigits: Number.isInteger(value) ? 0 : 2 }).format(value);
  if (figure.value === null) return <span className="jt-nodata">–</span>;
  return (
    <span className="jt-num">
      {plain(figure.numerator)} ÷ {plain(figure.denominator)} = <b>{inUnit(figure.value, figure.unit, lang)}</b>{" "}
      {unitSign(figure.unit)}
    </span>
  );
}

function Contacts({
  contract,
  period,
  objective,
  day,
}: {
  contract: string;
  period: string;
  objective: string;
  day: string | null;
}) {
  const t = useWords(agreements);
  const w = useWords(core);
  const names = useNames();
  const [part, setPart] = useState<Part>("denominator");
  const query = useInfiniteQuery({
    queryKey: [KEY, contract, "behind", period, objective, day, part],
    queryFn: ({ pageParam, signal }) =>
      http.get<Behind>(path(contract, "/contacts"), {
        query: { period, objective, day, part, after: pageParam, limit: 50 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="ag-contacts">
      <div className="ag-h" style={{ padding: 0 }}>
        <h3 id="ag-contacts">{t("contactsBehind")}</h3>
        <span className="jt-fill" />
        <Segments
          label={t("contactsBehind")}
          value={part}
          choose={setPart}
          options={[
            ["numerator", t("numerator")],
            ["denominator", t("denominator")],
          ]}
        />
      </div>
      {query.isPending ? <p role="status">{w("loading")}</p> : null}
      {query.error ? <Empty kind="lost">{worded(query.error)}</Empty> : null}
      {query.isSuccess && items.length === 0 ? <Empty kind="none">{t("noContactsBehind")}</Empty> : null}
      {items.length > 0 ? (
        <div className="ag-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col" className="l">
                  {t("arrived")}
                </th>
                <th scope="col" className="l">
                  {t("agent")}
                </th>
                <th scope="col">{t("wait")}</th>
                <th scope="col" className="l">
                  {t("outcome")}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.id}>
                  <td className="l">
                    <Link to={`/contacts/${encodeURIComponent(one.id)}`}>
                      <Time at={one.arrived} style="moment" />
                    </Link>
                  </td>
                  <td className="l">{one.agent ? names.agent(one.agent) : <span className="jt-nodata">–</span>}</td>
                  <td>
                    <Length ms={one.wait_s === null ? null : one.wait_s * 1000} />
                  </td>
                  <td className="l">
                    {one.outcome ? (w as (key: string) => string)(`outcome.${one.outcome}`) : "–"}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {query.hasNextPage ? (
        <Button kind="quiet" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("more")}
        </Button>
      ) : null}
    </section>
  );
}
