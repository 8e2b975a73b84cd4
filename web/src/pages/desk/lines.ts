import { desk as area } from "../../i18n/desk";
import type { Language } from "../../i18n/language";
import { type Params, words } from "../../i18n/messages";
import type { Message } from "../../live/types";

/** Words of a system line. The server sends a code; one that is not known yet reads as plain "system message". */
export function systemLine(message: Message, length: (ms: number) => string, lang: Language): string {
  const t = words(area, lang) as (key: string, params?: Params) => string;
  const agent = message.agent_name ?? "";
  const waited = message.params?.waited_s;
  switch (message.code) {
    case "agent_joined":
      return typeof waited === "number" && waited > 0
        ? t("sys.agent_joined_waited", { agent, time: length(waited * 1000) })
        : t("sys.agent_joined", { agent });
    case "transferred":
      return agent ? t("sys.transferred_to", { agent }) : t("sys.transferred");
    case "ended":
      return t(ENDED[String(message.params?.by)] ?? "sys.ended_system");
    default: {
      const key = `sys.${message.code}`;
      return key in area[lang] ? t(key, { agent }) : message.text || t("sys.other");
    }
  }
}

const ENDED: Record<string, string> = {
  customer: "sys.ended_customer",
  agent: "sys.ended_agent",
  supervisor: "sys.ended_supervisor",
};
