import { Checkbox, Dropdown, Popover } from "antd";
import { type ReactNode, useState } from "react";
import { address } from "../../api/http";
import { contacts } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { useCollator } from "../../i18n/format";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { useMay } from "../../session/session";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { apiQuery, type Change, FACETS, type Facet, type Filters, narrowed, PERIODS } from "./filters";
import { type NameOf, useNames } from "./names";

/** Period, filters as chips, search and export. Every change goes into the address. */
export function FilterBar({
  filters,
  change,
  clear,
}: {
  filters: Filters;
  change: (change: Change) => void;
  clear: () => void;
}) {
  const t = useWords(contacts);
  const names = useNames();
  const [adding, setAdding] = useState<Facet | null>(null);
  const shown = FACETS.filter((facet) => filters.facets[facet] !== undefined || facet === adding);
  return (
    <section className="jt-contacts-bar" aria-label={t("addFilter")}>
      <h1>{t("title")}</h1>
      <PeriodChoice filters={filters} change={change} />
      {shown.map((facet) => (
        <FacetChip
          key={facet}
          facet={facet}
          values={filters.facets[facet] ?? []}
          names={names}
          fresh={facet === adding}
          set={(values) => change({ facet: [facet, values] })}
          done={() => setAdding(null)}
        />
      ))}
      <Dropdown
        trigger={["click"]}
        menu={{
          items: FACETS.filter((facet) => !shown.includes(facet)).map((facet) => ({
            key: facet,
            label: t(`facet.${facet}`),
          })),
          onClick: ({ key }) => setAdding(key as Facet),
        }}
      >
        <Button kind="quiet" icon="plus" aria-haspopup="menu">
          {t("addFilter")}
        </Button>
      </Dropdown>
      {narrowed(filters) ? (
        <Button kind="quiet" onClick={clear}>
          {t("clearFilters")}
        </Button>
      ) : null}
      <span className="jt-fill" />
      <SearchField key={filters.q} q={filters.q} set={(q) => change({ q })} />
      <Exports filters={filters} />
    </section>
  );
}

function PeriodChoice({ filters, change }: { filters: Filters; change: (change: Change) => void }) {
  const t = useWords(contacts);
  const w = useWords(core);
  const [open, setOpen] = useState(false);
  const name =
    filters.period === "days"
      ? filters.from === filters.to
        ? filters.from
        : `${filters.from} – ${filters.to}`
      : t(`period.${filters.period}`);
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      placement="bottomLeft"
      content={
        <div className="jt-contacts-period">
          {PERIODS.map((one) => (
            <Button
              key={one}
              kind={one === filters.period ? "plain" : "quiet"}
              aria-pressed={one === filters.period}
              onClick={() => {
                change({ period: one });
                setOpen(false);
              }}
            >
              {t(`period.${one}`)}
            </Button>
          ))}
          <form
            className="jt-contacts-days"
            aria-label={t("period.days")}
            onSubmit={(event) => {
              event.preventDefault();
              const days = new FormData(event.currentTarget);
              const [from, to] = [String(days.get("from")), String(days.get("to"))].sort();
              if (from && to) change({ from, to });
              setOpen(false);
            }}
          >
            <label>
              {t("from")}
              <input type="date" name="from" required defaultValue={filters.from} />
            </label>
            <label>
              {t("to")}
              <input type="date" name="to" required defaultValue={filters.to} />
            </label>
            <Button type="submit">{w("confirm")}</Button>
          </form>
        </div>
      }
    >
      <button type="button" className="jt-contacts-select" aria-haspopup="dialog" aria-expanded={open}>
        <span>{t("period")}</span>
        {name}
        <Icon name="down" size={14} />
      </button>
    </Popover>
  );
}

function FacetChip({
  facet,
  values,
  names,
  fresh,
  set,
  done,
}: {
  facet: Facet;
  values: string[];
  names: NameOf;
  fresh: boolean;
  set: (values: string[]) => void;
  done: () => void;
}) {
  const t = useWords(contacts);
  const [open, setOpen] = useState(fresh);
  const options = useOptions(facet, names, values);
  const head = t(`facet.${facet}`);
  const said = values.map((v) => names.value(facet, v)).join(facet === "had" ? " + " : ", ");
  return (
    <span className="jt-contacts-chip">
      <Popover
        trigger="click"
        placement="bottomLeft"
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          if (!next) done();
        }}
        content={
          <fieldset className="jt-contacts-values">
            <legend className="jt-note">{head}</legend>
            <Checkbox.Group value={values} options={options} onChange={(next) => set(next as string[])} />
          </fieldset>
        }
      >
        <button
          type="button"
          className="jt-bare"
          aria-haspopup="dialog"
          aria-expanded={open}
          aria-label={t("changeFilter", { name: `${head} ${said}` })}
        >
          <span>{head}</span> {said || "…"}
        </button>
      </Popover>
      <button
        type="button"
        className="jt-bare jt-contacts-x"
        aria-label={t("removeFilter", { name: head })}
        onClick={() => {
          set([]);
          done();
        }}
      >
        <Icon name="close" size={14} />
      </button>
    </span>
  );
}

const CODES: Partial<Record<Facet, readonly string[]>> = {
  channel: ["voice", "chat", "email", "sms", "fax", "voicemail", "message"],
  outcome: [
    "open",
    "handled",
    "abandoned",
    "timed_out",
    "refused_full",
    "refused_closed",
    "callback_failed",
    "callback",
    "blocked",
    "lost_in_flow",
    "self_served",
    "voicemail",
    "transferred_out",
    "unreached",
    "switch_lost",
    "cancelled",
  ],
  had: [
    "missed_offer",
    "declined_offer",
    "transfer",
    "hold",
    "consult",
    "three_way",
    "flow",
    "callback",
    "outbound",
    "overflow",
    "moved",
    "lost_desk",
  ],
  resolved: ["yes", "no"],
  csat: ["5", "4", "3", "2", "1"],
  simulated: ["only", "without"],
};

/** What can be chosen: codes in their own order, names in the reader's; what is no longer in use only while chosen. */
function useOptions(facet: Facet, names: NameOf, chosen: string[]): { value: string; label: ReactNode }[] {
  const collate = useCollator();
  const codes = CODES[facet];
  if (codes) return codes.map((value) => ({ value, label: names.value(facet, value) }));
  const d = names.directory;
  const all =
    facet === "queue"
      ? d?.queues
      : facet === "agent"
        ? d?.agents
        : d?.reasons.filter((reason) => reason.kind === "contact");
  return (all ?? [])
    .filter((one) => one.active || chosen.includes(one.id))
    .map((one) => ({ value: one.id, label: names.value(facet, one.id) }))
    .sort((a, b) => collate.compare(a.label, b.label));
}

function SearchField({ q, set }: { q: string; set: (q: string) => void }) {
  const t = useWords(contacts);
  const [text, setText] = useState(q);
  return (
    <search className="jt-contacts-search">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set(text.trim());
        }}
      >
        <Icon name="search" size={14} />
        <input
          type="search"
          value={text}
          maxLength={200}
          placeholder={t("search")}
          aria-label={t("search")}
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value === "") set("");
          }}
        />
      </form>
    </search>
  );
}

function Exports({ filters }: { filters: Filters }) {
  const t = useWords(contacts);
  const lang = useLanguage();
  const may = useMay("contacts.export");
  if (!may) return null;
  const link = (format: string) => address("/api/contacts/export", { ...apiQuery(filters), format, lang });
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items: [
          {
            key: "xlsx",
            label: (
              <a href={link("xlsx")} download>
                {t("exportXlsx")}
              </a>
            ),
          },
          {
            key: "csv",
            label: (
              <a href={link("csv")} download>
                {t("exportCsv")}
              </a>
            ),
          },
          { type: "divider" },
          { key: "note", disabled: true, label: <span className="jt-note">{t("exportNote")}</span> },
        ],
      }}
    >
      <Button kind="quiet" icon="download" aria-haspopup="menu">
        {t("export")}
      </Button>
    </Dropdown>
  );
}
