import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Input, Modal } from "antd";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { http } from "../../../api/http";
import { isProblem } from "../../../api/problem";
import { useActions } from "../../../app/actions";
import { editorWords } from "../../../i18n/agreementEditor";
import { core } from "../../../i18n/core";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { useMay } from "../../../session/session";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import { KEY, path, useContract } from "../api";
import type { Path } from "../document";
import type { Checked, Contract, FullVersion } from "../model";
import { Checks } from "./Checks";
import { type Form, FormContext } from "./fields";
import { Sections } from "./Sections";
import { TextPane } from "./TextPane";
import { lineOf, read, write } from "./text";
import { Versions } from "./Versions";
import "./editor.css";

/** /agreements/new and /agreements/<id>/edit[?version=n]: the text to begin with, read from the server, then edited. */
export default function EditorPage() {
  const { id } = useParams();
  return id ? <Existing key={id} id={id} /> : <Fresh />;
}

function Fresh() {
  const w = useWords(core);
  const query = useQuery({
    queryKey: [KEY, "template"],
    queryFn: ({ signal }) => http.get<Checked>("/api/sla/template", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.error) return <Empty kind="lost">{worded(query.error)}</Empty>;
  if (!query.data) return <p className="ag-wait jt-note">{w("loading")}</p>;
  return <Editor contract={null} version={null} begin={query.data.yaml} />;
}

function Existing({ id }: { id: string }) {
  const w = useWords(core);
  const [params] = useSearchParams();
  const contract = useContract(id);
  const asked = Number(params.get("version")) || null;
  const n = asked ?? contract.data?.open ?? contract.data?.current ?? contract.data?.versions.at(-1)?.n ?? null;
  const version = useQuery({
    queryKey: [KEY, id, "version", n],
    queryFn: ({ signal }) => http.get<FullVersion>(path(id, `/versions/${n}`), { signal }),
    enabled: n !== null,
  });
  const error = contract.error ?? version.error;
  if (error) return <Empty kind="lost">{worded(error)}</Empty>;
  if (!contract.data || !version.data) return <p className="ag-wait jt-note">{w("loading")}</p>;
  return <Editor key={version.data.n} contract={contract.data} version={version.data} begin={version.data.yaml} />;
}

function Editor({
  contract,
  version,
  begin,
}: {
  contract: Contract | null;
  version: FullVersion | null;
  begin: string;
}) {
  const t = useWords(editorWords);
  const c = useWords(core);
  const lang = useLanguage();
  const notice = useNotice();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { modal } = App.useApp();
  const mayEdit = useMay("contract.edit");
  const edits = contract ? contract.may.includes("edit") : mayEdit;
  const [next, setNext] = useState(false); // the next version is being drafted from one that stands
  const readOnly = !edits || (version !== null && version.state !== "draft" && !next);
  const [text, setText] = useState(begin);
  const [saved, setSaved] = useState(begin);
  const [base, setBase] = useState(version?.state === "draft" ? version.digest : null);
  const [working, setWorking] = useState(false);
  const [proposing, setProposing] = useState(false);
  const [comparing, setComparing] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const changed = contract === null || text !== saved || next;

  const local = useMemo(() => read(text), [text]);
  const lastGood = useRef(local.doc ?? {});
  if (local.doc) lastGood.current = local.doc;
  const settled = useSettled(text, 400);
  const check = useQuery({
    queryKey: [KEY, "check", settled],
    queryFn: ({ signal }) => http.post<Checked>("/api/sla/check", { body: { yaml: settled }, signal }),
    placeholderData: (before) => before,
    enabled: edits || (contract?.may.includes("approve") ?? false),
    gcTime: 60_000,
  });
  const faults = check.data?.errors ?? [];
  const sound = check.data !== undefined && settled === text && !check.isPlaceholderData && faults.length === 0;

  const form: Form = {
    doc: lastGood.current,
    faults,
    readOnly: readOnly || local.doc === null,
    put: (at: Path, value: unknown) => setText((now) => write(now, at, value)),
  };
  const show = (line: number) => {
    const field = area.current;
    if (!field) return;
    const start =
      text
        .split("\n")
        .slice(0, line - 1)
        .join("\n").length + (line > 1 ? 1 : 0);
    const end = text.indexOf("\n", start);
    field.focus();
    field.setSelectionRange(start, end < 0 ? text.length : end);
    field.parentElement?.scrollTo({ top: Math.max(0, (line - 6) * 18) });
  };

  const save = async (): Promise<FullVersion | Contract | null> => {
    setWorking(true);
    try {
      if (!contract) {
        const made = await http.post<Contract>("/api/sla/contracts", { body: { yaml: text } });
        await queries.invalidateQueries({ queryKey: [KEY] });
        notice.done(t("saved"));
        setSaved(text);
        void navigate(`/agreements/${encodeURIComponent(made.id)}/edit`, { replace: true });
        return made;
      }
      const made = await http.put<FullVersion>(path(contract.id, "/draft"), { body: { yaml: text, base } });
      setSaved(text);
      setBase(made.digest);
      setNext(false);
      notice.done(t("saved"));
      if (made.n !== version?.n)
        void navigate(`/agreements/${encodeURIComponent(contract.id)}/edit`, { replace: true });
      await queries.invalidateQueries({ queryKey: [KEY] });
      return made;
    } catch (error) {
      if (isProblem(error, "stale_version")) notice.warn(t("keptFromStale"));
      else notice.failed(error);
      return null;
    } finally {
      setWorking(false);
    }
  };
  const drop = () =>
    modal.confirm({
      title: t("dropAsk"),
      okText: t("drop"),
      cancelText: c("cancel"),
      okButtonProps: { danger: true },
      onOk: async () => {
        if (!contract) return;
        try {
          await http.delete(path(contract.id, "/draft"));
          await queries.invalidateQueries({ queryKey: [KEY] });
          void navigate(contract.current === null ? "/agreements" : `/agreements/${encodeURIComponent(contract.id)}`);
        } catch (error) {
          notice.failed(error);
        }
      },
    });
  useActions([
    {
      id: "ag-save",
      label: t("save"),
      group: t("form"),
      keys: { code: "KeyS", mod: true },
      enabled: !readOnly && changed && !working,
      run: () => void save(),
    },
  ]);
  useEffect(() => {
    if (!changed || readOnly) return undefined;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", stay);
    return () => window.removeEventListener("beforeunload", stay);
  }, [changed, readOnly]);

  const title = contract ? inLanguage(contract.names, lang) : t("newContract");
  return (
    <div className="ag ed">
      <section className="ed-top" aria-label={title}>
        <Link to={contract ? `/agreements/${encodeURIComponent(contract.id)}` : "/agreements"}>
          <Icon name="left" size={14} />
          {t("back")}
        </Link>
        <h1>{title}</h1>
        {version ? (
          <span className="jt-tag">
            {readOnly
              ? t("readOnly", { v: version.n, state: t(`vs.${version.state}`) })
              : t(`vs.${next ? "draft" : version.state}`)}
          </span>
        ) : null}
        <span role="status" className="jt-note">
          {readOnly ? null : changed ? t("unsaved") : t("allSaved")}
        </span>
        <span className="jt-fill" />
        {contract ? (
          <Button kind="quiet" onClick={() => setComparing(true)}>
            {t("versions")}
          </Button>
        ) : null}
        {edits &&
        version &&
        version.state !== "draft" &&
        version.state !== "proposed" &&
        contract?.open === null &&
        !next ? (
          <Button onClick={() => setNext(true)}>{t("nextDraft")}</Button>
        ) : null}
        {!readOnly && version?.state === "draft" ? (
          <Button kind="quiet" onClick={drop}>
            {t("drop")}
          </Button>
        ) : null}
        {readOnly ? null : (
          <Button
            kind={changed ? "main" : "plain"}
            disabled={!changed || working || !sound}
            onClick={() => void save()}
          >
            {t("save")}
          </Button>
        )}
        {!readOnly && version?.state === "draft" ? (
          <Button
            kind={changed ? "plain" : "main"}
            disabled={changed || working || !sound}
            onClick={() => setProposing(true)}
          >
            {t("propose")}
          </Button>
        ) : null}
      </section>
      <div className="ed-form" data-stale={local.doc === null} tabIndex={-1}>
        {local.doc === null ? (
          <div className="jt-banner" data-level="look" role="status">
            <Icon name="missed" />
            <span className="jt-grow">{t("badText")}</span>
          </div>
        ) : null}
        <FormContext value={form}>
          <Sections isNew={contract === null} />
        </FormContext>
      </div>
      <div className="ed-right">
        <TextPane
          text={text}
          setText={setText}
          readOnly={readOnly}
          area={area}
          wrong={[
            ...local.faults.map((one) => one.line),
            ...faults.flatMap((one) => (one.line === null ? [] : [one.line])),
          ]}
        />
        <Checks
          checked={check.data}
          checking={check.isFetching}
          failure={check.error}
          local={local.faults}
          text={text}
          sound={sound}
          contract={contract}
          version={version}
          show={show}
          showField={(at) => show(lineOf(text, at))}
        />
      </div>
      {comparing && contract ? (
        <Versions contract={contract} text={text} onClose={() => setComparing(false)} />
      ) : null}
      {proposing && contract && version ? (
        <Propose contract={contract} n={version.n} onClose={() => setProposing(false)} />
      ) : null}
    </div>
  );
}

function Propose({ contract, n, onClose }: { contract: Contract; n: number; onClose: () => void }) {
  const t = useWords(editorWords);
  const c = useWords(core);
  const notice = useNotice();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const field = useId();
  const [note, setNote] = useState("");
  const [working, setWorking] = useState(false);
  const go = async () => {
    setWorking(true);
    try {
      await http.post(path(contract.id, `/versions/${n}/propose`), { body: { note: note.trim() } });
      await queries.invalidateQueries({ queryKey: [KEY] });
      notice.done(t("proposed"));
      void navigate(`/agreements/${encodeURIComponent(contract.id)}`);
    } catch (error) {
      notice.failed(error);
      setWorking(false);
    }
  };
  return (
    <Modal
      open
      title={t("propose")}
      okText={t("propose")}
      cancelText={c("cancel")}
      confirmLoading={working}
      onOk={() => void go()}
      onCancel={onClose}
    >
      <div className="ag-fields">
        <p>{t("proposeAsk")}</p>
        <div>
          <label htmlFor={field}>{t("note")}</label>
          <Input.TextArea
            id={field}
            autoFocus
            rows={3}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </div>
      </div>
    </Modal>
  );
}

/** A value once it has stood still for a while. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), ms);
    return () => window.clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
