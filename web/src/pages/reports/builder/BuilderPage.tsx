import { App, Dropdown } from "antd";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Link, useBeforeUnload, useNavigate } from "react-router";
import { isProblem } from "../../../api/problem";
import { useActions } from "../../../app/actions";
import { core } from "../../../i18n/core";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { reports } from "../../../i18n/reports";
import { Button, IconButton } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import { begun, committed, type History, redo, undo } from "../../flows/history";
import { type Stored, useReport, useRun, useSaveReport } from "../api";
import { Blocks } from "../Blocks";
import { AgainstPicker, FacetChips, PeriodPicker } from "../Controls";
import { emptyReport, type Facet, KINDS, type Report } from "../model";
import { BlockEditor, Toggle } from "./BlockEditor";
import {
  addBlock,
  duplicateBlock,
  type Faults,
  faultAt,
  faultsOf,
  gapsOf,
  moveBlock,
  removeBlock,
  showable,
} from "./edit";
import { FaultText, TextsField } from "./fields";
import { useOrder } from "./order";
import "./builder.css";

/** Builds a report: its parts on the left, the report itself on the right as it will be. */
export default function BuilderPage({ id }: { id: string | null }) {
  const t = useWords(reports);
  const w = useWords(core);
  const stored = useReport(id);
  if (id === null) return <Builder stored={null} reload={() => undefined} />;
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
  if (!stored.data.yours) {
    return (
      <Empty kind="permission" action={<Link to={`/reports/${encodeURIComponent(id)}`}>{w("back")}</Link>}>
        {t("notYours")}
      </Empty>
    );
  }
  return <Builder key={stored.data.version} stored={stored.data} reload={() => void stored.refetch()} />;
}

const PREVIEW_MS = 400;

function Builder({ stored, reload }: { stored: Stored | null; reload: () => void }) {
  const t = useWords(reports);
  const w = useWords(core);
  const lang = useLanguage();
  const go = useNavigate();
  const notice = useNotice();
  const { modal } = App.useApp();
  const kept = useMemo(() => stored?.report ?? { ...emptyReport() }, [stored]);
  const [history, setHistory] = useState<History<Report>>(() => begun(kept));
  const report = history.present;
  const save = useSaveReport();
  const [open, setOpen] = useState<number | null>(0);
  const settled = useSettled(report, PREVIEW_MS);
  const shown = useMemo(() => showable(settled), [settled]);
  const run = useRun(shown && { report: shown });
  const [refused, setRefused] = useState<{ of: Report; faults: Faults } | null>(null);
  const [tried, setTried] = useState(false);
  const found = run.error && isProblem(run.error, "invalid_report") ? faultsOf(errorsOf(run.error)) : {};
  const touched = report !== kept;
  const faults = { ...(tried ? gapsOf(report) : {}), ...(refused?.of === report ? refused.faults : found) };
  const changes = history.done.length;
  const leaving = useRef(false);
  useBeforeUnload((event) => {
    if (touched && !leaving.current) event.preventDefault();
  });

  const change = (next: Report, what: string, group: string | null = null) =>
    setHistory((now) => committed(now, next, what, Date.now(), group));
  const saved = (asCopy = false) => {
    setTried(true);
    if (Object.keys(gapsOf(report)).length > 0) {
      const wrong = report.blocks.findIndex((_, i) => faultAt(gapsOf(report), `blocks.${i}`, true) !== null);
      if (wrong >= 0) setOpen(wrong);
      return;
    }
    save.mutate(
      { id: asCopy ? null : (stored?.id ?? null), version: stored?.version ?? 0, report },
      {
        onSuccess: (made) => {
          leaving.current = true;
          notice.done(w("saved"));
          void go(`/reports/${encodeURIComponent(made.id)}`);
        },
        onError: (error) => {
          if (isProblem(error, "invalid_report")) setRefused({ of: report, faults: faultsOf(errorsOf(error)) });
          else if (!isProblem(error, "stale_version")) notice.failed(error);
        },
      },
    );
  };
  const leave = () => {
    const to = stored ? `/reports/${encodeURIComponent(stored.id)}` : "/reports";
    if (!touched) {
      void go(to);
      return;
    }
    modal.confirm({
      title: t("leaveTitle"),
      okText: t("leave"),
      cancelText: t("stay"),
      onOk: () => {
        leaving.current = true;
        void go(to);
      },
    });
  };
  useActions([
    {
      id: "report-undo",
      label: t("undoIt"),
      group: t("title"),
      keys: { code: "KeyZ", mod: true },
      run: () => setHistory(undo),
    },
    {
      id: "report-redo",
      label: t("redoIt"),
      group: t("title"),
      keys: { code: "KeyZ", mod: true, shift: true },
      run: () => setHistory(redo),
    },
    {
      id: "report-save",
      label: t("saveIt"),
      group: t("title"),
      keys: { code: "KeyS", mod: true },
      run: () => saved(),
    },
  ]);
  const order = useOrder(
    report.blocks.length,
    (from, to) => {
      change(moveBlock(report, from, to), "move");
      setOpen(open === from ? to : open);
    },
    (i) => nameOf(report, i),
  );
  function nameOf(of: Report, i: number): string {
    const block = of.blocks[i];
    return block ? inLanguage(block.title, lang) || t(`kind.${block.kind}`) : "";
  }
  return (
    <div className="rp rp-builder">
      <header className="rp-bar">
        <h1>
          <Link
            to="/reports"
            onClick={(event) => {
              if (!touched) return;
              event.preventDefault();
              leave();
            }}
          >
            {t("title")}
          </Link>
          <span aria-hidden="true"> / </span>
          {stored ? t("build") : t("buildNew")}
        </h1>
        <IconButton
          icon="undo"
          label={t("undoIt")}
          disabled={history.done.length === 0}
          onClick={() => setHistory(undo)}
        />
        <IconButton
          icon="redo"
          label={t("redoIt")}
          disabled={history.undone.length === 0}
          onClick={() => setHistory(redo)}
        />
        <span role="status" className="jt-note">
          {touched ? t("unsaved", { n: Math.max(1, changes) }) : stored ? t("allSaved") : ""}
        </span>
        <span className="jt-fill" />
        <Button kind="quiet" onClick={leave}>
          {w("cancel")}
        </Button>
        <Button kind="main" disabled={save.isPending || (stored !== null && !touched)} onClick={() => saved()}>
          {t("saveIt")}
        </Button>
      </header>
      {save.error && isProblem(save.error, "stale_version") ? (
        <p className="jt-banner" data-level="act" role="alert">
          <span className="jt-grow">{t("conflict")}</span>
          <Button size="small" onClick={reload}>
            {t("reload")}
          </Button>
          <Button size="small" onClick={() => saved(true)}>
            {t("saveAsCopy")}
          </Button>
        </p>
      ) : null}
      <div className="rp-desk">
        <form className="rp-form" aria-label={t("build")} onSubmit={(event) => event.preventDefault()}>
          <section>
            <h2>{t("whole")}</h2>
            <TextsField
              label={t("titleField")}
              value={report.title}
              fault={faultAt(faults, "title", true)}
              onChange={(title) => change({ ...report, title }, "title", "title")}
            />
            <TextsField
              label={t("descriptionField")}
              rows={2}
              value={report.description}
              fault={faultAt(faults, "description", true)}
              onChange={(description) => change({ ...report, description }, "description", "description")}
            />
            <div className="rp-chips">
              <PeriodPicker
                value={report.period}
                onChange={(period) => period && change({ ...report, period }, "period")}
              />
              <AgainstPicker
                value={report.comparison}
                onChange={(comparison) => change({ ...report, comparison }, "comparison")}
              />
            </div>
            {faultAt(faults, "period", true) ? <FaultText code={faultAt(faults, "period", true) ?? ""} /> : null}
            <div className="rp-field">
              <span className="rp-label">{t("filterHead")}</span>
              <div className="rp-chips">
                <FacetChips
                  facets={report.filter}
                  onChange={(facet: Facet, values) =>
                    change(
                      { ...report, filter: { ...report.filter, [facet]: values.length > 0 ? values : null } },
                      "filter",
                    )
                  }
                />
              </div>
            </div>
            <Toggle
              label={t("withoutTests")}
              value={report.filter.simulated === false}
              onChange={(on) =>
                change({ ...report, filter: { ...report.filter, simulated: on ? false : null } }, "filter")
              }
            />
            <Toggle
              label={t("liveField")}
              value={report.live}
              onChange={(live) => change({ ...report, live }, "live")}
            />
          </section>
          <section>
            <h2>{t("blocks")}</h2>
            {faultAt(faults, "blocks") ? <FaultText code={faultAt(faults, "blocks") ?? ""} /> : null}
            <ol className="rp-blocks">
              {report.blocks.map((block, i) => {
                const name = t("block", { n: i + 1, name: nameOf(report, i) });
                const wrong = faultAt(faults, `blocks.${i}`, true) !== null;
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no other name than their place
                  <li key={i} {...order.row(i)} data-open={open === i}>
                    <div className="rp-blockhead">
                      {order.handle(i)}
                      <button
                        type="button"
                        className="jt-bare jt-clip"
                        aria-expanded={open === i}
                        onClick={() => setOpen(open === i ? null : i)}
                      >
                        <Icon name={open === i ? "down" : "right"} size={14} />
                        {name}
                      </button>
                      {wrong ? <Icon name="alarm" size={14} label={t("faultsIn", { n: i + 1 })} /> : null}
                      <IconButton
                        icon="up"
                        label={`${t("up")}: ${name}`}
                        disabled={i === 0}
                        onClick={() => order.step(i, i - 1)}
                      />
                      <IconButton
                        icon="down"
                        label={`${t("down")}: ${name}`}
                        disabled={i === report.blocks.length - 1}
                        onClick={() => order.step(i, i + 1)}
                      />
                    </div>
                    {open === i ? (
                      <BlockEditor
                        block={block}
                        n={i}
                        faults={faults}
                        change={(next, group) =>
                          change({ ...report, blocks: report.blocks.with(i, next) }, "block", group ?? null)
                        }
                        duplicate={() => change(duplicateBlock(report, i), "duplicate")}
                        remove={() => {
                          change(removeBlock(report, i), "remove");
                          setOpen(null);
                        }}
                      />
                    ) : null}
                  </li>
                );
              })}
            </ol>
            <p className="jt-hidden" aria-live="polite">
              {order.spoken}
            </p>
            <Dropdown
              trigger={["click"]}
              menu={{
                items: KINDS.map((kind) => ({ key: kind, label: t(`kind.${kind}`) })),
                onClick: ({ key }) => {
                  const kind = KINDS.find((one) => one === key) ?? "table";
                  change(addBlock(report, kind), "add");
                  setOpen(report.blocks.length);
                },
              }}
            >
              <Button icon="plus" aria-haspopup="menu">
                {t("addBlock")}
              </Button>
            </Dropdown>
          </section>
        </form>
        <section className="rp-preview" aria-label={t("preview")} aria-busy={run.isFetching}>
          <Preview
            stale={run.isPlaceholderData || run.isError || settled !== report}
            note={
              Object.keys(found).length > 0 ? (
                t("previewFaults")
              ) : run.error && !isProblem(run.error, "invalid_report") ? (
                worded(run.error)
              ) : shown === null ? (
                t("previewEmpty")
              ) : run.data ? null : (
                <span role="status">{w("loading")}</span>
              )
            }
          >
            {run.data && shown !== null ? <Blocks result={run.data} narrowed={false} /> : null}
          </Preview>
        </section>
      </div>
    </div>
  );
}

function Preview({ stale, note, children }: { stale: boolean; note: ReactNode; children: ReactNode }) {
  return (
    <>
      {note ? (
        <Empty kind="none" inline>
          {note}
        </Empty>
      ) : null}
      <div className="rp-body" data-stale={stale && note !== null}>
        {children}
      </div>
    </>
  );
}

/** A value once it has stood still for a while. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

function errorsOf(error: { problem: object }): unknown {
  return "errors" in error.problem ? error.problem.errors : null;
}
