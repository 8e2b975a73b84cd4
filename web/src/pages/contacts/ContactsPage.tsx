import { useCallback, useMemo } from "react";
import { useLocation, useNavigate } from "react-router";
import { contacts } from "../../i18n/contacts";
import { useWords } from "../../i18n/messages";
import { Empty } from "../../ui/Empty";
import { useContactList } from "./api";
import { ContactList } from "./ContactList";
import { FilterBar } from "./FilterBar";
import { useFilters } from "./filters";
import { OpenContact } from "./OpenContact";
import "./contacts.css";

/** The contacts explorer. Filter and open contact are both in the address: /contacts/<id>?queue=…&had=… */
export default function ContactsPage() {
  const t = useWords(contacts);
  const { filters, change, clear } = useFilters();
  const list = useContactList(filters);
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const chosen = decodeURIComponent(pathname.replace(/^\/contacts\/?/, "")) || null;
  const choose = useCallback(
    (id: string) => void navigate({ pathname: `/contacts/${encodeURIComponent(id)}`, search }, { replace: true }),
    [navigate, search],
  );
  const at = list.items.findIndex((one) => one.id === chosen);
  const step = useMemo(() => {
    const to = (i: number) => {
      const next = at < 0 ? undefined : list.items[i];
      return next ? () => choose(next.id) : null;
    };
    return { later: to(at - 1), earlier: to(at + 1) };
  }, [list.items, at, choose]);
  return (
    <div className="jt-contacts">
      <FilterBar filters={filters} change={change} clear={clear} />
      <ContactList filters={filters} chosen={chosen} choose={choose} clear={clear} list={list} />
      <main className="jt-contacts-open">
        {chosen ? (
          <OpenContact id={chosen} earlier={step.earlier} later={step.later} />
        ) : (
          <Empty kind="none" icon="list">
            {t("choose")}
          </Empty>
        )}
      </main>
    </div>
  );
}
