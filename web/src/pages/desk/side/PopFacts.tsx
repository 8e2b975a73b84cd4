import { desk as area } from "../../../i18n/desk";
import { instant } from "../../../i18n/format";
import { useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { Icon } from "../../../ui/Icon";
import { useDesk } from "../context";
import { usePop } from "./pop";

/** On the offer card: what one should know before saying hello. */
export function PopFacts({ customer, contact }: { customer: string; contact: string }) {
  const t = useWords(area);
  const lang = useLanguage();
  const { agentId } = useDesk();
  const { data: pop } = usePop(customer, contact);
  if (!pop) return null;
  const last = pop.contacts[0];
  return (
    <>
      {pop.customer.customer_class ? (
        <>
          <Icon name="star" />
          <span>{pop.customer.customer_class}</span>
        </>
      ) : null}
      <Icon name="repeat" />
      <span>
        {pop.contacts_90_days > 0 && last
          ? t("pastContacts", { n: pop.contacts_90_days, date: instant(last.at, "day", lang) })
          : t("firstContact")}
      </span>
      {pop.last_agent ? (
        <>
          <Icon name="headset" />
          <span>
            {pop.last_agent === agentId ? t("lastWithYou") : t("lastWith", { name: pop.last_agent_name ?? "" })}
          </span>
        </>
      ) : null}
      {pop.open_matters.length > 0 ? (
        <>
          <Icon name="case" />
          <span>{t("openMatters", { n: pop.open_matters.length })}</span>
        </>
      ) : null}
    </>
  );
}
