import { useEffect, useState } from "react";
import { http } from "../../api/http";
import type { Schema } from "../../api/types";
import { core } from "../../i18n/core";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { signIn as area } from "../../i18n/signIn";
import { Button } from "../../ui/Button";
import { Icon, type IconName } from "../../ui/Icon";

export type Demo = { password: string; accounts: Schema<"DemoAccount">[] };

/** The accounts of a demonstration centre; null on a real one. */
export function useDemo(): Demo | null {
  const [demo, setDemo] = useState<Demo | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    http
      .get<Schema<"Demo">>("/api/demo", { signal: stop.signal })
      .then(({ password, accounts }) => setDemo(password && accounts.length > 0 ? { password, accounts } : null))
      .catch(() => setDemo(null));
    return () => stop.abort();
  }, []);
  return demo;
}

export function DemoAccounts({
  demo,
  chosen,
  choose,
}: {
  demo: Demo;
  chosen: string;
  choose: (login: string, password: string) => void;
}) {
  const t = useWords(area);
  const w = useWords(core);
  const lang = useLanguage();
  return (
    <aside className="jt-demo" aria-label={t("demoTitle")}>
      <h2>{t("demoTitle")}</h2>
      <p className="jt-demo-text">{t("demoText")}</p>
      <ul>
        {demo.accounts.map((account) => {
          const { role } = account;
          const word = w(`role.${role}` as Parameters<typeof w>[0]);
          const on = account.login === chosen;
          return (
            <li key={account.login} data-on={on}>
              <Icon name={ICONS[role] ?? "person"} />
              <span className="jt-clip">
                <b>
                  {word}
                  <span>{account.name}</span>
                </b>
                <span className="jt-note">{inLanguage(account.about, lang)}</span>
              </span>
              {on ? (
                <span className="jt-demo-on">
                  <Icon name="check" size={14} />
                  {t("demoChosen")}
                </span>
              ) : (
                <Button
                  aria-label={t("demoUseAs", { role: word, name: account.name })}
                  onClick={() => choose(account.login, demo.password)}
                >
                  {t("demoUse")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      <dl>
        <dt>{t("demoPassword")}</dt>
        <dd>{demo.password}</dd>
      </dl>
      <p className="jt-note jt-demo-off">
        <Icon name="info" />
        {t("demoOff")}
      </p>
    </aside>
  );
}

const ICONS: Record<string, IconName> = {
  answerer: "headset",
  solver: "headset",
  callback: "callback",
  supervisor: "list",
  qa: "scale",
  trainer: "training",
  planner: "clock",
  support: "tools",
  manager: "scale",
  client: "case",
  finance: "ledger",
  admin: "settings",
};
