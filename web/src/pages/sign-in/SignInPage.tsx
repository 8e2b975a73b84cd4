import { type FormEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { http } from "../../api/http";
import { isProblem } from "../../api/problem";
import { core } from "../../i18n/core";
import { LANGUAGE_NAMES, LANGUAGES, type Language, setLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { signIn as area } from "../../i18n/signIn";
import { Button, IconButton } from "../../ui/Button";
import { Icon, Mark } from "../../ui/Icon";
import { CodeField } from "./CodeField";
import { DemoAccounts, useDemo } from "./DemoAccounts";
import "./sign-in.css";

/** Called when the session is open; `chosen`: the language, if it was chosen on this page. */
export type Arrived = (chosen: Language | null) => Promise<void>;

/**
 * Two steps: account and password, then, where the account asks for it, a code. A wrong code keeps the first
 * step; a lock-out says how long. `arrived` is called when the session is open, with
 * the language if it was chosen here (it then goes before the account's own); `why` says why one is here again.
 */
export function SignInPage({ arrived, why }: { arrived: Arrived; why: string | null }) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  const demo = useDemo();
  const form = useSignIn(arrived);
  useEffect(() => {
    document.title = `${t("title")} · ${w("product")}`;
  }, [t, w]);

  return (
    <div className="jt-signin" data-demo={demo !== null}>
      <section className="jt-ink jt-signin-art" aria-hidden="true">
        <svg className="jt-signin-big" viewBox="0 0 24 24" fill="var(--jt-ink-raised)" aria-hidden="true">
          <path d="M10.3 2h4v6.5c0 8-4.3 13-12.3 13v-3.9c5.5 0 8.3-3.2 8.3-9.1Z" />
          <path d="M15.8 10.8c.7 4.5 2.8 6.8 6.2 6.8v3.9c-4.2 0-7.2-1.8-8.9-5 1.4-1.6 2.3-3.5 2.7-5.7Z" />
        </svg>
        <div className="jt-signin-word">
          <Mark size={28} />
          {w("product")}
        </div>
        <p className="jt-signin-say">{t("slogan")}</p>
      </section>
      <main className="jt-signin-form">
        <div className="jt-signin-top">
          <div className="jt-switch" role="group" aria-label={w("language")}>
            {LANGUAGES.map((one) => (
              <button key={one} type="button" lang={one} aria-pressed={one === lang} onClick={() => form.choose(one)}>
                {LANGUAGE_NAMES[one].long}
              </button>
            ))}
          </div>
        </div>
        <h1>{t("title")}</h1>
        <p className="jt-signin-sub">{form.step === "account" ? t("subOne") : t("subTwo")}</p>
        {why ? (
          <p className="jt-signin-why" role="status">
            <Icon name="info" />
            {t("why.session_ended")}
          </p>
        ) : null}
        {form.step === "account" ? <AccountStep form={form} /> : <CodeStep form={form} />}
        {form.step === "code" ? <p className="jt-note jt-signin-foot">{t("noCode")}</p> : null}
      </main>
      {demo ? <DemoAccounts demo={demo} chosen={form.login} choose={form.fill} /> : null}
    </div>
  );
}

type Form = ReturnType<typeof useSignIn>;

function useSignIn(arrived: Arrived) {
  const t = useWords(area);
  const lang = useLanguage();
  const [step, setStep] = useState<"account" | "code">("account");
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [recovery, setRecovery] = useState(false);
  const [trust, setTrust] = useState(false);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<"login" | "password" | "code" | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const field = useRef<HTMLInputElement>(null);
  const chosen = useRef<Language | null>(null);
  const choose = (next: Language) => {
    chosen.current = next;
    setLanguage(next);
  };

  const submit = async (typed = code) => {
    if (busy) return;
    const lacking = !login.trim()
      ? "login"
      : !password
        ? "password"
        : step === "code" && !(recovery ? typed.trim() : /^\d{6}$/.test(typed))
          ? "code"
          : null;
    setMissing(lacking);
    setFailure(null);
    if (lacking) return;
    setBusy(true);
    try {
      const second =
        step === "code" ? (recovery ? { recovery_code: typed.trim(), trust } : { code: typed, trust }) : {};
      await http.post("/api/session", { body: { login: login.trim(), password, ...second } });
      await arrived(chosen.current);
    } catch (error) {
      if (isProblem(error, "totp_required")) {
        setName(typeof error.problem.name === "string" ? error.problem.name : "");
        setStep("code");
      } else {
        setFailure(error);
        if (isProblem(error, "bad_code")) setCode("");
        if (isProblem(error, "bad_credentials")) setStep("account");
        field.current?.focus();
      }
    } finally {
      setBusy(false);
    }
  };
  const back = () => {
    setStep("account");
    setCode("");
    setFailure(null);
  };
  const fill = (demoLogin: string, demoPassword: string) => {
    back();
    setLogin(demoLogin);
    setPassword(demoPassword);
    setMissing(null);
  };
  const wordsFor = {
    login: t("loginMissing"),
    password: t("passwordMissing"),
    code: recovery ? t("recoveryMissing") : t("codeMissing"),
  };
  const error = missing ? wordsFor[missing] : failure ? worded(failure, lang) : null;
  return {
    step,
    login,
    setLogin,
    password,
    setPassword,
    code,
    setCode,
    recovery,
    setRecovery,
    trust,
    setTrust,
    name,
    busy,
    missing,
    error,
    submit,
    back,
    fill,
    choose,
    field,
  };
}

function AccountStep({ form }: { form: Form }) {
  const t = useWords(area);
  const [shown, setShown] = useState(false);
  const errorId = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void form.submit();
  };
  return (
    <form className="jt-signin-fields" onSubmit={onSubmit} noValidate>
      <label className="jt-field">
        <span>{t("login")}</span>
        <input
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the page is a form, its first field is where one begins
          autoFocus
          value={form.login}
          aria-invalid={form.missing === "login"}
          aria-describedby={form.error ? errorId : undefined}
          onChange={(event) => form.setLogin(event.target.value)}
        />
      </label>
      <label className="jt-field">
        <span>{t("password")}</span>
        <span className="jt-field-in">
          <input
            ref={form.field}
            name="password"
            type={shown ? "text" : "password"}
            autoComplete="current-password"
            value={form.password}
            aria-invalid={form.missing === "password"}
            aria-describedby={form.error ? errorId : undefined}
            onChange={(event) => form.setPassword(event.target.value)}
          />
          <IconButton
            icon="eye"
            label={shown ? t("hidePassword") : t("showPassword")}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          />
        </span>
      </label>
      <ErrorLine id={errorId} error={form.error} />
      <Button kind="main" size="large" type="submit" className="jt-wide" aria-disabled={form.busy}>
        {form.busy ? t("working") : t("signIn")}
      </Button>
    </form>
  );
}

function CodeStep({ form }: { form: Form }) {
  const t = useWords(area);
  const errorId = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void form.submit();
  };
  return (
    <form className="jt-steps" onSubmit={onSubmit} noValidate>
      <div className="jt-step" data-step="done">
        <span className="jt-step-dot">
          <Icon name="check" size={14} />
        </span>
        <div>
          <div className="jt-step-title">{t("accountStep")}</div>
          <div className="jt-step-account">
            <Icon name="person" />
            {form.name ? <span className="jt-strong">{form.name}</span> : null}
            <span className="jt-note jt-clip">{form.login}</span>
            <span className="jt-fill" />
            <button type="button" className="jt-link" onClick={form.back}>
              {t("change")}
            </button>
          </div>
        </div>
      </div>
      <div className="jt-step" data-step="now">
        <span className="jt-step-dot">2</span>
        <div>
          {form.recovery ? (
            <label className="jt-field">
              <span className="jt-step-title">{t("recovery")}</span>
              <input
                ref={form.field}
                // biome-ignore lint/a11y/noAutofocus: the one field of this step
                autoFocus
                autoComplete="off"
                spellCheck={false}
                value={form.code}
                aria-describedby={form.error ? errorId : undefined}
                onChange={(event) => form.setCode(event.target.value)}
              />
              <span className="jt-note">{t("recoveryHint")}</span>
            </label>
          ) : (
            <CodeField
              field={form.field as RefObject<HTMLInputElement | null>}
              value={form.code}
              change={form.setCode}
              complete={(code) => void form.submit(code)}
              describedBy={form.error ? errorId : undefined}
            />
          )}
          <ErrorLine id={errorId} error={form.error} />
          <Button kind="main" size="large" type="submit" className="jt-wide" aria-disabled={form.busy}>
            {form.busy ? t("working") : t("confirm")}
          </Button>
          <label className="jt-check">
            <input type="checkbox" checked={form.trust} onChange={(event) => form.setTrust(event.target.checked)} />
            {t("trust")}
          </label>
          <button
            type="button"
            className="jt-link"
            onClick={() => {
              form.setCode("");
              form.setRecovery(!form.recovery);
            }}
          >
            {form.recovery ? t("useCode") : t("useRecovery")}
          </button>
        </div>
      </div>
    </form>
  );
}

function ErrorLine({ id, error }: { id: string; error: string | null }) {
  return (
    <p id={id} role="alert" className="jt-signin-error">
      {error ? (
        <>
          <Icon name="missed" />
          {error}
        </>
      ) : null}
    </p>
  );
}
