import { useEffect, useState } from "react";
import { http } from "../../api/http";
import { core } from "../../i18n/core";
import { useWords } from "../../i18n/messages";
import { signIn as area } from "../../i18n/signIn";
import { Button } from "../../ui/Button";
import { Icon, type IconName } from "../../ui/Icon";

export type Demo = { password: string; accounts: { login: string; name: string; roles: string[] }[] };

/** The accounts of a demonstration centre; null on a real one, where the route answers 404. */
export function useDemo(): Demo | null {
  const [demo, setDemo] = useState<Demo | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    http
      .get<Demo>("/api/demo", { signal: stop.signal })
      .then((answer) => setDemo(answer.accounts?.length ? answer : null))
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
  const roleOf = (roles: string[]) => leading(roles);
  return (
    <aside className="jt-demo" aria-label={t("demoTitle")}>
      <h2>{t("demoTitle")}</h2>
      <p className="jt-demo-text">{t("demoText")}</p>
      <ul>
        {demo.accounts.map((account) => {
          const role = roleOf(account.roles);
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
                <span className="jt-note">{t(`about.${role}` as "about.admin")}</span>
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

/** Of several roles, the one that tells most about the person. */
const LEADING = [
  "admin",
  "manager",
  "supervisor",
  "planner",
  "qa",
  "trainer",
  "support",
  "client",
  "finance",
  "solver",
  "callback",
  "answerer",
];
function leading(roles: string[]): string {
  return LEADING.find((role) => roles.includes(role)) ?? roles[0] ?? "answerer";
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
