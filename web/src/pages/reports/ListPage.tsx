import { type Dispatch, type SetStateAction, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { core } from "../../i18n/core";
import { deliveries } from "../../i18n/deliveries";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { reports } from "../../i18n/reports";
import { useMay } from "../../session/session";
import { Button, ButtonLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Time } from "../../ui/figures";
import { Icon } from "../../ui/Icon";
import { useCatalogue } from "../metrics/catalogue";
import { type Stored, useReportList } from "./api";
import { usePeriodName } from "./Controls";
import { ExportMenu } from "./ExportMenu";
import { grouped, matching } from "./list";
import { named, parsed } from "./names";

/** All reports that one may run: ready-made ones by group, one's own, those shared with one. Several make a bundle. */
export function ListPage() {
  const t = useWords(reports);
  const w = useWords(core);
  const d = useWords(deliveries);
  const lang = useLanguage();
  const builds = useMay("report.edit");
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const list = useReportList();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const items = matching(list.data?.items ?? [], q, lang);
  const groups = grouped(items);
  const order = items.filter((one) => chosen.includes(one.id));
  return (
    <div className="rp rp-listpage">
      <header className="rp-bar">
        <h1>{t("title")}</h1>
        <label className="rp-search">
          <Icon name="search" size={14} />
          <input
            type="search"
            value={q}
            aria-label={t("search")}
            placeholder={t("search")}
            onChange={(event) => setParams(event.target.value ? { q: event.target.value } : {}, { replace: true })}
          />
        </label>
        <Link className="rp-side" to="/metrics">
          {t("toDefinitions")}
        </Link>
        <Link className="rp-side" to="/reports/deliveries">
          {d("title")}
        </Link>
        <span className="jt-fill" />
        {order.length > 0 ? (
          <>
            <span role="status" className="jt-note">
              {t("chosen", { n: order.length })}
            </span>
            <Button kind="quiet" onClick={() => setChosen([])}>
              {t("chooseNone")}
            </Button>
            <ExportMenu asks={order.map((one) => ({ id: one.id }))} title={TITLE} />
          </>
        ) : null}
        {builds ? (
          <ButtonLink to="/reports/new" kind="main" icon="plus">
            {t("new")}
          </ButtonLink>
        ) : null}
      </header>
      {list.isPending ? (
        <p className="rp-wait jt-note" role="status">
          {w("loading")}
        </p>
      ) : null}
      {list.error ? (
        <Empty kind="lost" action={<Button onClick={() => void list.refetch()}>{w("retry")}</Button>}>
          {worded(list.error)}
        </Empty>
      ) : null}
      {list.isSuccess && items.length === 0 ? (
        q ? (
          <Empty
            kind="filtered"
            action={<Button onClick={() => setParams({}, { replace: true })}>{t("clearSearch")}</Button>}
          >
            {t("noneFound")}
          </Empty>
        ) : (
          <Empty kind="none">{t("noneShared")}</Empty>
        )
      ) : null}
      <div className="rp-groups">
        {groups.map((group) => (
          <section key={group.key} aria-labelledby={`group-${group.key}`}>
            <h2 id={`group-${group.key}`}>{t(`group.${group.key}`)}</h2>
            <table className="rp-list">
              <colgroup>
                <col className="rp-c1" />
                <col className="rp-c2" />
                <col />
                <col className="rp-c4" />
                <col className="rp-c5" />
              </colgroup>
              <thead className="jt-hidden">
                <tr>
                  <th scope="col">{t("choose")}</th>
                  <th scope="col">{t("name")}</th>
                  <th scope="col">{t("shows")}</th>
                  <th scope="col">{t("periodHead")}</th>
                  <th scope="col">{t("changed")}</th>
                </tr>
              </thead>
              <tbody>
                {group.items.map((one) => (
                  <Row key={one.id} one={one} chosen={chosen.includes(one.id)} choose={setChosen} />
                ))}
              </tbody>
            </table>
          </section>
        ))}
        {list.isSuccess && builds && q === "" && !groups.some((group) => group.key === "mine") ? (
          <section aria-labelledby="group-mine">
            <h2 id="group-mine">{t("group.mine")}</h2>
            <Empty kind="none" inline>
              {t("noneYet")}
            </Empty>
          </section>
        ) : null}
      </div>
    </div>
  );
}

const TITLE = { "zh-Hans": "报表合集", "zh-Hant": "報表合集", en: "Reports" };

function Row({
  one,
  chosen,
  choose,
}: {
  one: Stored;
  chosen: boolean;
  choose: Dispatch<SetStateAction<readonly string[]>>;
}) {
  const t = useWords(reports);
  const lang = useLanguage();
  const periodName = usePeriodName();
  const { catalogue } = useCatalogue();
  const title = inLanguage(one.report.title, lang);
  const keys = [...new Set(one.report.blocks.flatMap((block) => block.metrics))];
  const names = keys.slice(0, 4).map((key) => named(catalogue?.byId.get(parsed(key).id), key, lang));
  const more = keys.length - names.length;
  const between = lang === "en" ? ", " : "、";
  return (
    <tr data-on={chosen}>
      <td>
        <input
          type="checkbox"
          checked={chosen}
          aria-label={t("chooseOne", { name: title })}
          onChange={(event) =>
            choose((now) => (event.target.checked ? [...now, one.id] : now.filter((id) => id !== one.id)))
          }
        />
      </td>
      <th scope="row">
        <Link to={`/reports/${encodeURIComponent(one.id)}`}>{title}</Link>
      </th>
      <td className="rp-shows">
        {names.join(between)}
        {more > 0 ? ` ${t("andMore", { n: more })}` : ""}
      </td>
      <td className="rp-when">{periodName(one.report.period)}</td>
      <td className="rp-who">
        {one.ready === null ? (
          <>
            {one.owner_name} <Time at={one.changed_at} style="day" />
          </>
        ) : null}
      </td>
    </tr>
  );
}
