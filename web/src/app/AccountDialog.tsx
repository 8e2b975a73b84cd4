import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Modal } from "antd";
import { type ReactNode, useId, useState } from "react";
import { http } from "../api/http";
import type { Schema } from "../api/types";
import { account as area } from "../i18n/account";
import { instant } from "../i18n/format";
import { useLanguage } from "../i18n/language";
import { useWords } from "../i18n/messages";
import { worded } from "../i18n/problems";
import { Button } from "../ui/Button";
import { useNotice } from "../ui/notices";
import "./account.css";

/** One's own password, second factor and open sessions. */
export default function AccountDialog({ close }: { close: () => void }) {
  const t = useWords(area);
  return (
    <Modal open title={t("security")} footer={null} width={520} onCancel={close} destroyOnHidden>
      <div className="jt-account">
        <Factor />
        <ChangePassword />
        <Sessions />
      </div>
    </Modal>
  );
}

type Me = Schema<"Me">;

function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: ({ signal }) => http.get<Me>("/api/session", { signal }),
    staleTime: 0,
  });
}

/** Off → the password → a code to scan and to confirm → recovery codes, once. On → the password → off. */
function Factor() {
  const t = useWords(area);
  const notice = useNotice();
  const queries = useQueryClient();
  const me = useMe();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [pending, setPending] = useState<Schema<"TotpSecret"> | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const on = me.data?.account.totp ?? false;
  const done = async (said: string) => {
    notice.done(said);
    setPassword("");
    setCode("");
    setPending(null);
    await queries.invalidateQueries({ queryKey: ["me"] });
  };
  const begin = useMutation({
    mutationFn: () => http.post<Schema<"TotpSecret">>("/api/me/totp", { body: { password } }),
    onSuccess: setPending,
  });
  const confirm = useMutation({
    mutationFn: () => http.post<Schema<"RecoveryCodes">>("/api/me/totp/confirm", { body: { code } }),
    onSuccess: (answer) => {
      setCodes(answer.recovery_codes);
      return done(t("turnedOn"));
    },
  });
  const end = useMutation({
    mutationFn: () => http.delete("/api/me/totp", { body: { password } }),
    onSuccess: () => {
      setCodes(null);
      return done(t("turnedOff"));
    },
  });
  if (!me.data) return null;
  return (
    <section>
      <h3>{t("factor")}</h3>
      <p className="jt-note">{on ? t("factorOn") : t("factorOff")}</p>
      {codes ? (
        <div className="jt-once" role="status">
          <p>{t("codes")}</p>
          <ul>
            {codes.map((one) => (
              <li key={one}>
                <code>{one}</code>
              </li>
            ))}
          </ul>
          <Button
            size="small"
            onClick={() =>
              void navigator.clipboard
                .writeText(codes.join("\n"))
                .then(() => notice.done(t("copied")))
                .catch(notice.failed)
            }
          >
            {t("copyCodes")}
          </Button>
        </div>
      ) : null}
      {pending ? (
        <Form
          key="code"
          act={t("confirm")}
          busy={confirm.isPending}
          failure={confirm.error}
          go={() => confirm.mutate()}
          ready={code.replace(/\D/g, "").length === 6}
        >
          <p>{t("scan")}</p>
          <img className="jt-qr" alt={t("qr")} src={`data:image/svg+xml;utf8,${encodeURIComponent(pending.qr)}`} />
          <code className="jt-secret">{pending.secret}</code>
          <Line label={t("code")} value={code} change={setCode} kind="one-time-code" />
        </Form>
      ) : (
        <Form
          key="password"
          act={on ? t("turnOff") : t("setUp")}
          busy={begin.isPending || end.isPending}
          failure={on ? end.error : begin.error}
          go={() => (on ? end : begin).mutate()}
          ready={password !== ""}
        >
          <Line label={t("confirmPassword")} value={password} change={setPassword} kind="current-password" />
        </Form>
      )}
    </section>
  );
}

function ChangePassword() {
  const t = useWords(area);
  const notice = useNotice();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => http.patch("/api/me", { body: { password: { old, new: next } } }),
    onSuccess: () => {
      setOld("");
      setNext("");
      notice.done(t("changed"));
    },
  });
  return (
    <section>
      <h3>{t("password")}</h3>
      <Form
        act={t("change")}
        busy={change.isPending}
        failure={change.error}
        go={() => change.mutate()}
        ready={old !== "" && next !== ""}
      >
        <Line label={t("oldPassword")} value={old} change={setOld} kind="current-password" />
        <Line label={t("newPassword")} value={next} change={setNext} kind="new-password" />
        <p className="jt-note">{t("passwordHint")}</p>
      </Form>
    </section>
  );
}

function Sessions() {
  const t = useWords(area);
  const lang = useLanguage();
  const notice = useNotice();
  const queries = useQueryClient();
  const open = useQuery({
    queryKey: ["me", "sessions"],
    queryFn: ({ signal }) => http.get<Schema<"OpenSessions">>("/api/sessions", { signal }),
    staleTime: 0,
  });
  const end = (id: string) =>
    http
      .delete(`/api/sessions/${encodeURIComponent(id)}`)
      .then(() => {
        notice.done(t("ended"));
        return queries.invalidateQueries({ queryKey: ["me", "sessions"] });
      })
      .catch(notice.failed);
  return (
    <section>
      <h3>{t("sessions")}</h3>
      <ul className="jt-sessions">
        {(open.data?.items ?? []).map((one) => (
          <li key={one.id}>
            <span className="jt-clip">
              {one.address} <span className="jt-note">{one.browser}</span>
            </span>
            <span className="jt-note">{t("seen", { when: instant(Date.parse(one.seen_at), "moment", lang) })}</span>
            {one.here ? (
              <span className="jt-tag">{t("here")}</span>
            ) : (
              <Button size="small" onClick={() => void end(one.id)}>
                {t("endSession")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Form({
  act,
  busy,
  ready,
  failure,
  go,
  children,
}: {
  act: string;
  busy: boolean;
  ready: boolean;
  failure: unknown;
  go: () => void;
  children: ReactNode;
}) {
  const lang = useLanguage();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) go();
      }}
    >
      {children}
      {failure ? (
        <p className="jt-account-fault" role="alert">
          {worded(failure, lang)}
        </p>
      ) : null}
      <Button type="submit" disabled={!ready || busy}>
        {act}
      </Button>
    </form>
  );
}

function Line({
  label,
  value,
  change,
  kind,
}: {
  label: string;
  value: string;
  change: (value: string) => void;
  kind: "current-password" | "new-password" | "one-time-code";
}) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={kind === "one-time-code" ? "text" : "password"}
        inputMode={kind === "one-time-code" ? "numeric" : undefined}
        autoComplete={kind}
        value={value}
        onChange={(event) => change(event.target.value)}
      />
    </>
  );
}
