import { App, Dropdown } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useActions } from "../../app/actions";
import { core } from "../../i18n/core";
import { inLanguage, LANGUAGES, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { reports } from "../../i18n/reports";
import { useMay } from "../../session/session";
import { Button, ButtonLink } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Time } from "../../ui/figures";
import { useNotice } from "../../ui/notices";
import { type Asked, type Result, type Stored, useReport, useReportActions, useRun } from "./api";
import { Blocks, sameBefore } from "./Blocks";
import { AgainstPicker, EveryPicker, FacetChips, PeriodPicker } from "./Controls";
import { ExportMenu } from "./ExportMenu";
import { daysText } from "./figures";
import type { Every, Report } from "./model";
import { ShareDialog } from "./ShareDialog";
import { narrowed, overrides, useView } from "./view";

const LIVE_MS = 15_000;
const UNDER_WAY_MS = 60_000;

/** One report with its figures: period, interval, comparison and filters above, all of them in the address. */
export function ReportPage({ id }: { id: string }) {
  const w = useWords(core);
  const stored = useReport(id);
  if (stored.isPending) {
    return (
      <p className="rp-wait jt-note" role="status">
        {w("loading")}
      </p>
    );
  }
  if (stored.error) {
    return (
      <Empty kind="lost" action={<Button onClick={() => void stored.refetch()}>{w("retry")}</Button>}>
        {worded(stored.error)}
      </Empty>
    );
  }
  return <Shown stored={stored.data} />;
}

function Shown({ stored }: { stored: Stored }) {
  const t = useWords(reports);
  const w = useWords(core);
  const lang = useLanguage();
  const { view, change, clear } = useView();
  const { report } = stored;
  const asked: Asked = { id: stored.id, ...overrides(view) };
  const [refresh, setRefresh] = useState<number | false>(report.live ? LIVE_MS : false);
  const run = useRun(asked, refresh);
  const result = run.data;
  const underWay = result !== undefined && result.as_of < result.window.end;
  const wanted = report.live ? LIVE_MS : underWay ? UNDER_WAY_MS : false;
  if (wanted !== refresh) setRefresh(wanted);
  const every = view.every ?? everyOf(report);
  useActions([
    {
      id: "report-refresh",
      label: t("refresh"),
      group: t("title"),
      keys: { code: "KeyR", alt: true },
      run: () => void run.refetch(),
    },
  ]);
  return (
    <div className="rp">
      <header className="rp-bar">
        <h1>
          <Link to="/reports">{t("title")}</Link>
          <span aria-hidden="true"> / </span>
          {inLanguage(report.title, lang)}
        </h1>
        <PeriodPicker
          value={view.period ?? report.period}
          own={view.period ? report.period : null}
          onChange={(period) => change({ period })}
        />
        {every ? <EveryPicker value={every} onChange={(next) => change({ every: next })} /> : null}
        <AgainstPicker
          value={view.comparison ?? report.comparison}
          onChange={(comparison) => change({ comparison })}
        />
        <FacetChips
          facets={view.facets}
          onChange={(facet, values) => change({ facet: [facet, values] })}
          onClear={clear}
        />
        <span className="jt-fill" />
        <Tools stored={stored} asked={asked} />
      </header>
      {result && run.error ? (
        <p className="jt-banner" data-level="look" role="alert">
          {t("stale")} <Time at={run.dataUpdatedAt} style="second" /> {worded(run.error)}
          <Button size="small" onClick={() => void run.refetch()}>
            {w("retry")}
          </Button>
        </p>
      ) : null}
      {result ? (
        <>
          <About result={result} underWay={underWay} refreshing={run.isFetching} again={() => void run.refetch()} />
          <div className="rp-body" data-stale={run.isPlaceholderData || run.isError}>
            <Blocks result={result} narrowed={narrowed(view)} clear={clear} />
          </div>
        </>
      ) : run.error ? (
        <Empty kind="lost" action={<Button onClick={() => void run.refetch()}>{w("retry")}</Button>}>
          {worded(run.error)}
        </Empty>
      ) : (
        <p className="rp-wait jt-note" role="status">
          {t("computing")}
        </p>
      )}
    </div>
  );
}

/** What the figures tell of and how fresh they are. */
function About({
  result,
  underWay,
  refreshing,
  again,
}: {
  result: Result;
  underWay: boolean;
  refreshing: boolean;
  again: () => void;
}) {
  const t = useWords(reports);
  const lang = useLanguage();
  const before = sameBefore(result);
  return (
    <p className="rp-about">
      <b>{daysText(result.window.start, result.window.end, result.zone, lang)}</b>
      {before ? (
        <span>{t("comparedWith", { when: daysText(before.start, before.end, result.zone, lang) })}</span>
      ) : null}
      <span>{inLanguage(result.description, lang)}</span>
      <span className="jt-fill" />
      <span className="jt-note">{t("zone", { zone: result.zone })}</span>
      <span className="jt-note" role="status">
        {underWay ? t("underWay") : t("asOf")} <Time at={result.as_of} style="second" />
      </span>
      <button type="button" className="jt-link" disabled={refreshing} onClick={again}>
        {t("refresh")}
      </button>
    </p>
  );
}

function Tools({ stored, asked }: { stored: Stored; asked: Asked }) {
  const t = useWords(reports);
  const w = useWords(core);
  const { modal } = App.useApp();
  const notice = useNotice();
  const go = useNavigate();
  const lang = useLanguage();
  const builds = useMay("report.edit");
  const { copy, remove } = useReportActions();
  const [sharing, setSharing] = useState(false);
  const copied = () => {
    const title = Object.fromEntries(
      LANGUAGES.filter((one) => stored.report.title[one]).map((one) => [
        one,
        COPY[one](stored.report.title[one] ?? ""),
      ]),
    );
    copy.mutate(
      { id: stored.id, title },
      {
        onSuccess: (made) => {
          notice.done(t("copied"));
          void go(`/reports/${encodeURIComponent(made.id)}/edit`);
        },
        onError: notice.failed,
      },
    );
  };
  const removed = () =>
    modal.confirm({
      title: t("deleteTitle", { name: inLanguage(stored.report.title, lang) }),
      content: t("deleteText"),
      okText: w("delete"),
      okButtonProps: { danger: true },
      cancelText: w("cancel"),
      onOk: () =>
        remove.mutateAsync({ id: stored.id, version: stored.version }).then(
          () => void go("/reports"),
          (error: unknown) => notice.failed(error),
        ),
    });
  const items = [
    { key: "copy", label: t("copy"), onClick: copied },
    ...(stored.yours || stored.ready !== null
      ? [{ key: "share", label: t("share"), onClick: () => setSharing(true) }]
      : []),
    ...(stored.yours ? [{ key: "delete", label: w("delete"), danger: true, onClick: removed }] : []),
  ];
  return (
    <>
      {builds ? (
        <Dropdown trigger={["click"]} placement="bottomRight" menu={{ items }}>
          <Button kind="quiet" icon="more" aria-haspopup="menu">
            {w("more")}
          </Button>
        </Dropdown>
      ) : null}
      {builds && stored.yours ? (
        <ButtonLink to={`/reports/${encodeURIComponent(stored.id)}/edit`} icon="edit">
          {w("edit")}
        </ButtonLink>
      ) : null}
      <ExportMenu asks={[asked]} />
      {sharing ? <ShareDialog stored={stored} onClose={() => setSharing(false)} /> : null}
    </>
  );
}

const COPY = {
  "zh-Hans": (title: string) => `${title}（副本）`,
  "zh-Hant": (title: string) => `${title}（副本）`,
  en: (title: string) => `${title} (copy)`,
};

/** The interval that the report's blocks have, if any; the first one's. */
function everyOf(report: Report): Every | null {
  return report.blocks.find((block) => block.every !== "all")?.every ?? null;
}
