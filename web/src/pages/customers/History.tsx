import { Link } from "react-router";
import { core } from "../../i18n/core";
import { customers as area } from "../../i18n/customers";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useMay } from "../../session/session";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { type Pop, useDirectory } from "./api";

/** The latest contacts, newest first; each leads to its record for those who may see it. */
export function History({ pop }: { pop: Pop | undefined }) {
  const t = useWords(area);
  const c = useWords(core);
  const lang = useLanguage();
  const sees = useMay("contacts.view");
  const directory = useDirectory().data;
  if (!pop) return null;
  const reason = (id: string | null) => inLanguage(directory?.reasons.find((one) => one.id === id)?.name, lang);
  const queue = (id: string | null) => inLanguage(directory?.queues.find((one) => one.id === id)?.name, lang);
  return (
    <section>
      <h3>
        {t("contacts")}
        {pop.open_matters.length ? (
          <span className="jt-note">{t("openMatters", { n: pop.open_matters.length })}</span>
        ) : null}
      </h3>
      {pop.contacts.length === 0 ? (
        <Empty kind="none" inline>
          {t("noContacts")}
        </Empty>
      ) : null}
      <ol>
        {pop.contacts.map((one) => {
          const what = reason(one.reason) || queue(one.queue);
          const end =
            one.resolved === null
              ? one.outcome
                ? c(`outcome.${one.outcome as "handled"}`)
                : c("place.talk")
              : t(one.resolved ? "solved" : "unsolved");
          return (
            <li className="cu-past" key={one.id}>
              <Icon name={one.channel === "chat" ? "chat" : one.channel === "message" ? "mail" : "phone"} />
              <span className="jt-note jt-num">{instant(one.at, "moment", lang)}</span>
              <span className="jt-clip">{sees ? <Link to={`/contacts/${one.id}`}>{what}</Link> : what}</span>
              <span className="jt-note">{end}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
