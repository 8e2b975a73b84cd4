import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { http } from "../../api/http";
import { agreements } from "../../i18n/agreements";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Empty } from "../../ui/Empty";
import { Icon, type IconName } from "../../ui/Icon";
import { KEY, path, useDeliveries, useLevers } from "./api";
import { dayName, inUnit, money, share } from "./figures";
import type { Objective, Standing } from "./model";

/** What would have met the target: the month's own calls run again with one thing changed. */
export function LeverPanel({ id, period, main }: { id: string; period: string; main: Objective | undefined }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const query = useLevers(id, period);
  const queries = useQueryClient();
  const levers = query.data;
  const begun = useRef("");
  // Not computed yet for these data: begin, once for each period opened.
  useEffect(() => {
    const key = `${id} ${period}`;
    if (levers?.state !== "none" || begun.current === key) return;
    begun.current = key;
    http
      .post(path(id, `/levers?period=${encodeURIComponent(period)}`))
      .catch(() => undefined)
      .finally(() => void queries.invalidateQueries({ queryKey: [KEY, id, "levers", period] }));
  }, [id, period, levers?.state, queries]);
  const target = main ? inUnit(main.target, main.figure.unit, lang) : "–";
  return (
    <section aria-labelledby="ag-levers">
      <div className="ag-h">
        <h2 id="ag-levers">{t("levers")}</h2>
        <span className="jt-note">{t("leversNote", { target })}</span>
      </div>
      {query.error ? (
        <Empty kind="lost" inline>
          {worded(query.error)}
        </Empty>
      ) : null}
      {levers?.state === "running" ? (
        <div role="status">
          <p className="ag-sum">{t("leversRunning", { n: Math.round(levers.progress * 100) })}</p>
        </div>
      ) : null}
      {levers && levers.state !== "running" && levers.items.length === 0 ? (
        <Empty kind="none" inline>
          {levers.error || inLanguage(levers.texts, lang) || t("leversNone")}
        </Empty>
      ) : null}
      {levers && levers.items.length > 0 ? (
        <table className="ag-lv" aria-labelledby="ag-levers">
          <thead>
            <tr>
              <td className="l" aria-hidden="true" />
              <th scope="col">{main?.variant || levers.metric}</th>
              <th scope="col">{t("accessShort")}</th>
              <th scope="col">{t("cost")}</th>
            </tr>
          </thead>
          <tbody>
            {levers.items.map((one) => (
              <tr key={one.id} title={inLanguage(one.texts, lang) || undefined}>
                <td className="l">{inLanguage(one.names, lang)}</td>
                <td className="jt-num">
                  {one.meets ? (
                    <span className="ok">
                      <Icon name="check" size={14} label={t("meets")} />
                    </span>
                  ) : null}
                  {share(one.value)}
                </td>
                <td className="jt-num">{share(one.access)}</td>
                <td className="jt-num">
                  {one.cost === null ? <span className="jt-nodata">–</span> : money(one.cost, { whole: true })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {levers && levers.items.length > 0 && inLanguage(levers.texts, lang) ? (
        <p className="ag-sum">{inLanguage(levers.texts, lang)}</p>
      ) : null}
    </section>
  );
}

const WAYS: Record<string, IconName> = {
  email: "mail",
  mail: "mail",
  portal: "web",
  web: "web",
  sftp: "server",
  webdav: "server",
  http: "server",
  ipp: "print",
  printer: "print",
  fax: "doc",
};

/** Which agreed reports arrived, and when: whether they came on time is itself a measure. */
export function DeliveryPanel({ id, period }: { id: string; period: string }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const query = useDeliveries(id, period);
  const data = query.data;
  return (
    <section aria-labelledby="ag-deliveries">
      <div className="ag-h">
        <h2 id="ag-deliveries">{t("deliveries")}</h2>
        {data && data.denominator > 0 ? (
          <span className="jt-note">{t("onTime", { on: data.numerator, all: data.denominator })}</span>
        ) : null}
      </div>
      {query.error ? (
        <Empty kind="lost" inline>
          {worded(query.error)}
        </Empty>
      ) : null}
      {data && data.items.length === 0 ? (
        <Empty kind="none" inline>
          {t("noDeliveries")}
        </Empty>
      ) : null}
      <ul>
        {data?.items.slice(0, 8).map((one) => {
          const late = one.late_s !== null && one.late_s > 0;
          return (
            <li key={one.id} className="ag-rp">
              <Icon name={WAYS[one.way] ?? "send"} />
              <span className="jt-clip" title={`${one.report} → ${one.to}`}>
                {one.report} → {one.to}
              </span>
              <span className="r">
                {instant(one.at ?? one.due, "moment", lang)}
                {late ? `　${t("lateBy", { n: Math.max(1, Math.round((one.late_s ?? 0) / 60)) })}` : ""}
                <Icon
                  name={one.at === null ? "clock" : late ? "missed" : "check"}
                  size={14}
                  label={one.note || one.state}
                />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What comes next in the month's course, and who has promised to do what. */
export function NextPanel({ standing }: { standing: Standing }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const open = standing.actions.filter((one) => one.done_at === null);
  return (
    <section aria-labelledby="ag-next" style={{ paddingBottom: 12 }}>
      <div className="ag-h">
        <h2 id="ag-next">{t("next")}</h2>
      </div>
      {standing.next.length + open.length === 0 ? (
        <Empty kind="none" inline>
          {t("nothingNext")}
        </Empty>
      ) : null}
      <ul>
        {standing.next.map((one) => (
          <li key={`${one.day} ${one.code}`} className="ag-nx">
            <span className="jt-note jt-num">{dayName(one.day, lang)}</span>
            <span>{inLanguage(one.texts, lang)}</span>
          </li>
        ))}
        {open.map((one) => (
          <li key={one.id} className="ag-nx">
            <span className="jt-note jt-num">{one.due ? dayName(one.due, lang) : ""}</span>
            <span>
              {inLanguage(one.texts, lang)}
              {one.owner ? <span className="jt-note"> {one.owner}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
