import { desk as area } from "../../../i18n/desk";
import { useWords } from "../../../i18n/messages";
import { Empty } from "../../../ui/Empty";
import { useContact, useDesk } from "../context";
import { CustomerCard } from "./CustomerCard";
import { Knowledge } from "./Knowledge";

/** Right: the customer, what is open, what was before; below it the knowledge base. */
export function Side() {
  const t = useWords(area);
  const { open } = useDesk();
  const contact = useContact(open);
  return (
    <aside className="desk-side" aria-label={t("customer")}>
      {contact?.customer ? (
        <CustomerCard key={contact.customer} customer={contact.customer} contact={contact.id} />
      ) : contact ? (
        <section className="desk-sec">
          <Empty kind="none" inline icon="person">
            {t("noCustomer")}
          </Empty>
        </section>
      ) : null}
      <Knowledge />
    </aside>
  );
}
