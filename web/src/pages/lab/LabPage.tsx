import { App, Dropdown, Select } from "antd";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { core } from "../../i18n/core";
import { inLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded, wordedCode } from "../../i18n/problems";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { useDirectory } from "../contacts/api";
import { Tabs } from "../schedule/Tabs";
import { AssumptionsPanel } from "./AssumptionsPanel";
import { exportPath, useChange, useDelete, useStudies, useStudy } from "./api";
import { CheckLine } from "./CheckLine";
import { Columns } from "./Columns";
import { LeverTable } from "./LeverTable";
import { type Kind, type Shown, type Study, tally } from "./model";
import { NewScenario } from "./NewScenario";
import { NewStudy } from "./NewStudy";
import { SecondSkill } from "./SecondSkill";
import { changeName, dayName, useLabWords } from "./words";
import "./lab.css";

/** /schedule/lab?study=…&version=…: a day of the centre, what would have been, and what to try before a head is added. */
export function LabPage() {
  const { t, lang } = useLabWords();
  const w = useWords(core);
  const mayEdit = useMay("plan.edit");
  const [params, setParams] = useSearchParams();
  const studies = useStudies();
  const items = studies.data?.items ?? [];
  const id = params.get("study") ?? items[0]?.id ?? null;
  const version = Number(params.get("version")) || null;
  const study = useStudy(id, version);
  const [dialog, setDialog] = useState<"study" | Kind | null>(null);
  const shown = study.data;
  const go = (next: string | null, n: number | null = null) =>
    setParams(next === null ? {} : { study: next, ...(n === null ? {} : { version: String(n) }) });
  const body = () => {
    if (studies.isPending || (id !== null && study.isPending)) {
      return (
        <p className="lab-wait jt-note" role="status">
          {w("loading")}
        </p>
      );
    }
    const error = studies.error ?? study.error;
    if (error && !shown) {
      return (
        <Empty
          kind="lost"
          action={
            <Button
              onClick={() => {
                if (study.error) go(null);
                void studies.refetch();
                void study.refetch();
              }}
            >
              {w("retry")}
            </Button>
          }
        >
          {study.error && !studies.error ? t("lostStudy") : worded(error, lang)}
        </Empty>
      );
    }
    if (!shown) {
      return (
        <Empty
          kind="none"
          action={
            mayEdit ? (
              <Button kind="main" onClick={() => setDialog("study")}>
                {t("makeFirst")}
              </Button>
            ) : undefined
          }
        >
          {t(mayEdit ? "noneYet" : "noneYetRead")}
        </Empty>
      );
    }
    if (shown.study.state !== "ready") return <Preparing shown={shown} />;
    return (
      <Ready
        shown={shown}
        mayEdit={mayEdit}
        onVersion={(n) => go(shown.study.id, n)}
        onNew={(kind) => setDialog(kind)}
      />
    );
  };
  return (
    <div className="pl-page">
      <Tabs />
      <div className="lab">
        <Bar
          studies={items}
          shown={shown}
          mayEdit={mayEdit}
          go={go}
          onStudy={() => setDialog("study")}
          onScenario={() => setDialog("callback")}
        />
        {body()}
        {dialog === "study" ? (
          <NewStudy
            onClose={() => setDialog(null)}
            onMade={(made) => {
              setDialog(null);
              go(made);
            }}
          />
        ) : null}
        {dialog !== null && dialog !== "study" && shown ? (
          <Adding shown={shown} start={dialog} onClose={() => setDialog(null)} />
        ) : null}
      </div>
    </div>
  );
}

function Adding({ shown, start, onClose }: { shown: Shown; start: Kind; onClose: () => void }) {
  const change = useChange(shown.study.id);
  return <NewScenario shown={shown} start={start} onClose={onClose} onAdd={change.add} />;
}

function Bar({
  studies,
  shown,
  mayEdit,
  go,
  onStudy,
  onScenario,
}: {
  studies: readonly Study[];
  shown: Shown | undefined;
  mayEdit: boolean;
  go: (id: string | null) => void;
  onStudy: () => void;
  onScenario: () => void;
}) {
  const { t, lang } = useLabWords();
  const directory = useDirectory();
  const ready = shown?.study.state === "ready";
  const counted = shown ? tally(shown.scenarios) : null;
  const change = useChange(shown?.study.id ?? null);
  const { modal } = App.useApp();
  const remove = useDelete();
  const day = (one: Study) =>
    one.kind === "forecast" ? t("forecastOf", { day: dayName(one.date, lang) }) : dayName(one.date, lang);
  const client = directory.data?.clients?.find((one) => one.id === shown?.study.client);
  const what = shown?.scenarios.filter((one) => one.contingency && one.run.state === "none") ?? [];
  return (
    <section className="lab-bar" aria-label={t("filters")}>
      <h1>{t("title")}</h1>
      {shown ? (
        <>
          <Select
            aria-label={t("chooseStudy")}
            value={shown.study.id}
            popupMatchSelectWidth={false}
            options={studies.map((one) => ({ value: one.id, label: one.title || day(one) }))}
            onChange={(id) => go(id)}
            prefix={<span className="jt-note">{t("day")}</span>}
          />
          <span className="lab-of">
            <span className="jt-note">{t("client")}</span>{" "}
            {shown.study.client === "*" ? t("allClients") : inLanguage(client?.name, lang) || shown.study.client}
          </span>
          <span className="lab-of">
            <span className="jt-note">{t("queues")}</span>{" "}
            {shown.study.queues.length === 0 ? t("allClients") : t("someQueues", { n: shown.study.queues.length })}
          </span>
        </>
      ) : null}
      <span className="jt-note lab-lead">{t("lead")}</span>
      <span className="jt-fill" />
      {counted && ready ? (
        <span className="jt-note" role="status">
          {t("status", counted)}
        </span>
      ) : null}
      {shown && counted && counted.running + counted.queued > 0 && mayEdit ? (
        <Button kind="quiet" onClick={() => void change.cancel([]).catch(() => undefined)}>
          {t("stop")}
        </Button>
      ) : null}
      {ready && shown ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: (["xlsx", "csv"] as const).map((format) => ({
              key: format,
              label: (
                <a href={exportPath(shown.study.id, format, shown.version)} download>
                  {t(format === "xlsx" ? "exportXlsx" : "exportCsv")}
                </a>
              ),
            })),
          }}
        >
          <Button kind="quiet" icon="download" aria-haspopup="menu">
            {t("exportIt")}
          </Button>
        </Dropdown>
      ) : null}
      {mayEdit && ready && what.length > 0 ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: what.map((one) => ({
              key: one.id,
              label: changeName(t, one.change),
              onClick: () => void change.run([one.id]).catch(() => undefined),
            })),
          }}
        >
          <Button aria-haspopup="menu">{t("contingency")}</Button>
        </Dropdown>
      ) : null}
      {mayEdit && shown ? (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              { key: "new", label: t("newStudy"), onClick: onStudy },
              {
                key: "delete",
                label: t("deleteStudy"),
                danger: true,
                onClick: () =>
                  modal.confirm({
                    title: t("deleteSure", { day: day(shown.study) }),
                    okText: t("delete"),
                    cancelText: t("cancel"),
                    okButtonProps: { danger: true },
                    onOk: () => remove.mutateAsync(shown.study.id).then(() => go(null)),
                  }),
              },
            ],
          }}
        >
          <Button aria-haspopup="menu">{t("day")} …</Button>
        </Dropdown>
      ) : null}
      {mayEdit && ready ? (
        <Button icon="plus" onClick={onScenario}>
          {t("newScenario")}
        </Button>
      ) : null}
    </section>
  );
}

function Preparing({ shown }: { shown: Shown }) {
  const { t, lang } = useLabWords();
  if (shown.study.state === "failed") {
    const reason = wordedCode(shown.study.error, {}, lang) ?? shown.study.error;
    return <Empty kind="lost">{t("prepareFailed", { reason })}</Empty>;
  }
  return (
    <div className="lab-preparing" role="status">
      <p>{t("preparing")}</p>
      <span className="lab-prog">
        <i style={{ width: `${Math.round((shown.preparing ?? 0) * 100)}%` }} />
      </span>
    </div>
  );
}

function Ready({
  shown,
  mayEdit,
  onVersion,
  onNew,
}: {
  shown: Shown;
  mayEdit: boolean;
  onVersion: (n: number | null) => void;
  onNew: (kind: Kind) => void;
}) {
  const { t, name } = useLabWords();
  const notice = useNotice();
  const change = useChange(shown.study.id);
  const navigate = useNavigate();
  const [open, setOpen] = useState(true);
  const quiet = (work: Promise<unknown>) => void work.catch(() => undefined); // told already
  return (
    <div className="lab-body" data-open={open}>
      <div className="lab-work">
        <Columns
          shown={shown}
          acts={
            mayEdit
              ? {
                  run: (id) => quiet(change.run([id])),
                  stop: (id) => quiet(change.cancel([id])),
                  drop: (id) => quiet(change.drop(id)),
                }
              : null
          }
        />
        <CheckLine shown={shown} />
        <LeverTable
          shown={shown}
          mayEdit={mayEdit}
          busy={change.busy}
          run={(id) => quiet(change.run([id]))}
          plan={(one, planned) =>
            quiet(
              change.plan(one.id, planned).then(() => {
                if (planned)
                  notice.undoable(t("planDone", { name: name(one, shown) }), () => quiet(change.plan(one.id, false)));
              }),
            )
          }
          add={(lever) => quiet(change.add({ change: lever.change, name: "", run: true }))}
          draft={(one) =>
            quiet(
              change.draft(one.id).then((made) => {
                notice.done(t("drafted", { n: made.moved }));
                navigate(`/schedule?${new URLSearchParams({ view: "day", day: made.day, draft: made.draft })}`);
              }),
            )
          }
          addHeads={() => onNew("heads")}
        />
        <SecondSkill
          path={`/api/planning/lab/studies/${encodeURIComponent(shown.study.id)}/second-skill`}
          version={shown.version}
          mayStart={shown.version === shown.versions.at(-1)?.n}
        />
      </div>
      {open ? (
        <AssumptionsPanel
          key={`${shown.study.id} ${shown.version}`}
          shown={shown}
          mayEdit={mayEdit}
          busy={change.busy}
          onClose={() => setOpen(false)}
          onVersion={onVersion}
          onSave={async (edits, run) => {
            const saved = await change.save(edits as Record<string, number | null>, "");
            notice.done(t("saved", { n: saved.version }));
            if (run) await change.run([]);
          }}
          onRunAll={() => quiet(change.run([]))}
        />
      ) : (
        <div className="lab-reopen">
          <Button kind="quiet" icon="left" onClick={() => setOpen(true)}>
            {t("open")}
          </Button>
        </div>
      )}
    </div>
  );
}
