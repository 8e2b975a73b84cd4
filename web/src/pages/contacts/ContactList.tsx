import { type KeyboardEvent, useEffect, useRef } from "react";
import { contacts } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { count } from "../../i18n/format";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Length, Since, Time } from "../../ui/figures";
import { type Contact, type useContactList, useCount } from "./api";
import { type Filters, narrowed } from "./filters";
import { useNames } from "./names";
import { useWindow } from "./windowed";

const ROW = 32;

/** The list of contacts, latest first. Arrow keys move the choice; the next page comes as one nears the end. */
export function ContactList({
  filters,
  chosen,
  choose,
  clear,
  list,
}: {
  filters: Filters;
  chosen: string | null;
  choose: (id: string) => void;
  clear: () => void;
  list: ReturnType<typeof useContactList>;
}) {
  const t = useWords(contacts);
  const w = useWords(core);
  const counted = useCount(filters);
  const box = useRef<HTMLDivElement>(null);
  const { items, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const { first, last } = useWindow(box, items.length, ROW);
  const wantsMore = hasNextPage && !isFetchingNextPage && last >= items.length - 20;
  useEffect(() => {
    if (wantsMore && last > 40) void fetchNextPage();
  }, [wantsMore, last, fetchNextPage]);

  const at = items.findIndex((one) => one.id === chosen);
  const move = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const next = to === undefined ? undefined : items[Math.min(Math.max(to, 0), items.length - 1)];
    if (!next) return;
    event.preventDefault();
    choose(next.id);
  };
  useEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    const top = at * ROW;
    const head = 28;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW + head > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + ROW + head - element.clientHeight;
    }
  }, [at]);

  const n = counted.data;
  return (
    <section className="jt-contacts-list" aria-label={t("list")}>
      <div className="jt-contacts-h" role="status">
        {n ? t(n.more ? "foundMore" : "found", { n: count(n.count) }) : w("loading")}
        <span className="jt-note">{t("latestFirst")}</span>
      </div>
      <div className="jt-contacts-scroll" ref={box}>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are chosen by arrow keys
          role="grid"
          tabIndex={0}
          aria-label={t("list")}
          aria-rowcount={n && !n.more ? n.count + 1 : -1}
          aria-activedescendant={at >= first && at < last ? `contact-${chosen}` : undefined}
          onKeyDown={move}
        >
          <colgroup>
            <col style={{ width: 58 }} />
            <col />
            <col style={{ width: 84 }} />
            <col style={{ width: 50 }} />
            <col style={{ width: 56 }} />
            <col style={{ width: 54 }} />
          </colgroup>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" className="l">
                {t("start")}
              </th>
              <th scope="col" className="l">
                {t("customer")}
              </th>
              <th scope="col" className="l">
                {t("answeredBy")}
              </th>
              <th scope="col">{t("wait")}</th>
              <th scope="col">{t("length")}</th>
              <th scope="col">{t("score")}</th>
            </tr>
          </thead>
          <tbody>
            {first > 0 ? (
              <tr>
                <td colSpan={6} style={{ height: first * ROW }} className="jt-contacts-gap" />
              </tr>
            ) : null}
            {items.slice(first, last).map((one, i) => (
              <Row
                key={one.id}
                contact={one}
                index={first + i + 2}
                on={one.id === chosen}
                choose={choose}
                withDay={filters.from !== filters.to}
              />
            ))}
            {last < items.length ? (
              <tr>
                <td colSpan={6} style={{ height: (items.length - last) * ROW }} className="jt-contacts-gap" />
              </tr>
            ) : null}
          </tbody>
        </table>
        {list.isPending ? <p className="jt-contacts-wait jt-note">{w("loading")}</p> : null}
        {list.error ? (
          <Empty kind="lost" action={<Button onClick={() => void list.refetch()}>{w("retry")}</Button>}>
            {worded(list.error)}
          </Empty>
        ) : null}
        {list.isSuccess && items.length === 0 ? (
          narrowed(filters) ? (
            <Empty kind="filtered" action={<Button onClick={clear}>{t("clearFilters")}</Button>}>
              {t("filteredOut")}
            </Empty>
          ) : (
            <Empty kind="none">{t("noneYet")}</Empty>
          )
        ) : null}
      </div>
      <footer className="jt-contacts-foot">
        <span>{t(hasNextPage ? "loadedOf" : "allLoaded", { n: count(items.length) })}</span>
        <span className="jt-fill" />
        {hasNextPage ? (
          <Button size="small" kind="quiet" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("loadMore")}
          </Button>
        ) : null}
      </footer>
    </section>
  );
}

function Row({
  contact,
  index,
  on,
  choose,
  withDay,
}: {
  contact: Contact;
  index: number;
  on: boolean;
  choose: (id: string) => void;
  withDay: boolean;
}) {
  const w = useWords(core);
  const names = useNames();
  return (
    <tr
      id={`contact-${contact.id}`}
      aria-rowindex={index}
      aria-selected={on}
      data-on={on}
      onClick={() => choose(contact.id)}
    >
      <td className="l">
        {withDay ? <Time at={contact.arrived} style="day" /> : <Time at={contact.arrived} style="clock" />}
      </td>
      <td className="l jt-clip">
        {contact.customer_name || <span className="jt-zero">{w("anonymous")}</span>}
        {contact.simulated ? <Simulated /> : null}
        {contact.imported ? <Imported /> : null}
      </td>
      <td className="l jt-contacts-2">
        {contact.agent ? names.agent(contact.agent) : <span className="jt-nodata">–</span>}
      </td>
      <td>
        {contact.ended === null && contact.agents.length === 0 ? (
          <Since since={contact.arrived} />
        ) : (
          <Length ms={contact.wait_ms} />
        )}
      </td>
      <td>
        {contact.ended === null ? <Since since={contact.arrived} /> : <Length ms={contact.ended - contact.arrived} />}
      </td>
      <td>{contact.csat ?? <span className="jt-nodata">–</span>}</td>
    </tr>
  );
}

function Imported() {
  const t = useWords(contacts);
  return (
    <abbr className="jt-contacts-sim" title={t("importedNote")}>
      {t("impShort")}
    </abbr>
  );
}

function Simulated() {
  const t = useWords(contacts);
  const w = useWords(core);
  return (
    <abbr className="jt-contacts-sim" title={w("simulated")}>
      {t("simShort")}
    </abbr>
  );
}
