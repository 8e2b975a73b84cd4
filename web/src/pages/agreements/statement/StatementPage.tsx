import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Dropdown, Input, Modal } from "antd";
import { useId, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { http } from "../../../api/http";
import { core } from "../../../i18n/core";
import { count } from "../../../i18n/format";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { statements } from "../../../i18n/statements";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/Icon";
import { useNotice } from "../../../ui/notices";
import { KEY, path, sla } from "../api";
import { Decide } from "../Decide";
import { digestWords } from "../figures";
import type { Statement, Verified } from "../model";
import { Sheet } from "./Sheet";
import "./statement.css";

/** /agreements/statements/<number>: the sheet, and what can be done with it. /agreements/<id>/preview: as it would be now. */
export default function StatementPage() {
  const t = useWords(statements);
  const w = useWords(core);
  const { statement, id } = useParams();
  const [params] = useSearchParams();
  const period = params.get("month");
  const query = useQuery({
    queryKey: statement ? [KEY, "statement", statement] : [KEY, id, "preview", period],
    queryFn: ({ signal }) =>
      statement
        ? http.get<Statement>(sla.one("statements", statement), { signal })
        : http.get<Statement>(path(id ?? "", "/preview"), { query: { period }, signal }),
  });
  const one = query.data;
  const back = `/agreements/${encodeURIComponent(one?.contract ?? id ?? "")}`;
  return (
    <div className="sm">
      <section className="sm-bar" aria-label={t("title")}>
        <Link className="back" to={one || id ? back : "/agreements"}>
          <Icon name="left" size={14} />
          {t("back")}
        </Link>
        <span className="jt-fill" />
        {one && statement ? <Doings one={one} /> : null}
      </section>
      {query.isPending ? (
        <p className="ag-wait jt-note" role="status">
          {w("loading")}
        </p>
      ) : null}
      {query.error && !one ? (
        <Empty kind="lost" action={<Button onClick={() => void query.refetch()}>{w("retry")}</Button>}>
          {worded(query.error)}
        </Empty>
      ) : null}
      {one ? <Sheet one={one} preview={!statement} /> : null}
    </div>
  );
}

/** Sign, refuse, correct, check, download. */
function Doings({ one }: { one: Statement }) {
  const t = useWords(statements);
  const lang = useLanguage();
  const [signing, setSigning] = useState<"approved" | "rejected" | null>(null);
  const [restating, setRestating] = useState(false);
  const [checking, setChecking] = useState(false);
  const address = (format: string) => `${sla.one("statements", one.id, "/download")}?format=${format}&lang=${lang}`;
  const who = inLanguage(one.side === "theirs" ? one.client_names : one.our_names, lang);
  const decided = one.approvals.some((each) => each.side === one.side);
  return (
    <>
      <Button kind="quiet" icon="check" onClick={() => setChecking(true)}>
        {t("verify")}
      </Button>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: (["pdf", "xlsx", "json"] as const).map((format) => ({
            key: format,
            label: (
              <a href={address(format)} download>
                {format.toUpperCase()}
              </a>
            ),
          })),
        }}
      >
        <Button icon="download" aria-haspopup="menu">
          {t("download")}
        </Button>
      </Dropdown>
      {one.may.includes("restate") ? <Button onClick={() => setRestating(true)}>{t("restate")}</Button> : null}
      {one.may.includes("approve") && !decided && one.state === "draft" ? (
        <>
          <Button onClick={() => setSigning("rejected")}>{t("refuse")}</Button>
          <Button kind="main" onClick={() => setSigning("approved")}>
            {t("sign")}
          </Button>
        </>
      ) : null}
      {signing ? (
        <Decide
          to={sla.one("statements", one.id, "/decide")}
          decision={signing}
          digest={one.digest}
          title={`${t(signing === "approved" ? "sign" : "refuse")}: ${one.number}`}
          onClose={() => setSigning(null)}
        >
          {`${t("youSign", { who })}\n${inLanguage(one.signs, lang) || inLanguage(one.headline, lang)}\n${digestWords(one.digest)}\n${t("signedNote")}`}
        </Decide>
      ) : null}
      {restating ? <Restate one={one} onClose={() => setRestating(false)} /> : null}
      {checking ? <Verify one={one} onClose={() => setChecking(false)} /> : null}
    </>
  );
}

function Restate({ one, onClose }: { one: Statement; onClose: () => void }) {
  const t = useWords(statements);
  const notice = useNotice();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const field = useId();
  const [reason, setReason] = useState("");
  const making = useMutation({
    mutationFn: () =>
      http.post<Statement>(sla.one("statements", one.id, "/restate"), { body: { reason: reason.trim() } }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: [KEY] });
      notice.done(t("restated", { number: made.number }));
      onClose();
      void navigate(`/agreements/statements/${encodeURIComponent(made.number)}`);
    },
    onError: notice.failed,
  });
  return (
    <Modal
      open
      title={t("restateTitle", { number: one.number })}
      okText={t("restate")}
      cancelText={t("cancel")}
      okButtonProps={{ disabled: reason.trim().length < 3 }}
      confirmLoading={making.isPending}
      onOk={() => making.mutate()}
      onCancel={onClose}
    >
      <div className="ag-fields">
        <p>{t("restateAsk")}</p>
        <div>
          <label htmlFor={field}>{t("restateReason")}</label>
          <Input.TextArea
            id={field}
            autoFocus
            rows={3}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </div>
    </Modal>
  );
}

/** Recomputes the statement from the ledger's events, on the server, and says what it found. */
function Verify({ one, onClose }: { one: Statement; onClose: () => void }) {
  const t = useWords(statements);
  const lang = useLanguage();
  const query = useQuery({
    queryKey: [KEY, "verify", one.id],
    queryFn: ({ signal }) => http.get<Verified>(sla.one("statements", one.id, "/verify"), { signal }),
    gcTime: 0,
    staleTime: 0,
  });
  const found = query.data;
  return (
    <Modal open title={`${t("verify")}: ${one.number}`} footer={null} onCancel={onClose}>
      <div className="ag-fields" role="status">
        {query.isPending ? <p>{t("verifying")}</p> : null}
        {query.error ? <Empty kind="lost">{worded(query.error)}</Empty> : null}
        {found?.sound ? (
          <p className="ag-verdict">
            <Icon name="check" size={14} />
            {t("sound", { n: count(found.events, lang) })}
          </p>
        ) : null}
        {found && !found.sound ? <p className="jt-over">{t("notSound")}</p> : null}
        {found && found.differences.length > 0 ? (
          <ul>
            {found.differences.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        ) : null}
        {found && found.facts.length > 0 ? (
          <>
            <p className="jt-strong">{t("factsDiffer")}</p>
            <ul>
              {found.facts.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </>
        ) : null}
        <p className="jt-note">{t("howToCheck")}</p>
        <code style={{ overflowWrap: "anywhere" }}>{digestWords(one.digest)}</code>
      </div>
    </Modal>
  );
}
