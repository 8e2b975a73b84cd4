import { Checkbox, Dropdown, Popover, Select } from "antd";
import { useState } from "react";
import { contacts as contactWords } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { reports } from "../../i18n/reports";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import {
  AGAINST,
  type Against,
  type Comparison,
  EVERY,
  type Every,
  FACETS,
  type Facet,
  type Period,
  RELATIVE,
} from "./model";
import { FACET_BY, useChoices } from "./names";

/** A period in words: “last 14 days”, “1 Nov – 7 Nov”. */
export function usePeriodName(): (period: Period) => string {
  const t = useWords(reports);
  const lang = useLanguage();
  return (period) => {
    if (period.kind === "absolute") {
      const day = (text: string | null | undefined) =>
        text
          ? new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
              month: "short",
              day: "numeric",
              year: "numeric",
              timeZone: "UTC",
            }).format(new Date(`${text}T00:00:00Z`))
          : "…";
      return period.first === period.last ? day(period.first) : `${day(period.first)} – ${day(period.last)}`;
    }
    if (period.kind === "last_days" || period.kind === "last_weeks" || period.kind === "last_months") {
      return t(`period.${period.kind}`, { n: period.n ?? "…" });
    }
    return t(`period.${period.kind}`);
  };
}

const WORDS = RELATIVE.filter((kind) => !["last_days", "last_weeks", "last_months", "absolute"].includes(kind));
const COUNTED = ["last_days", "last_weeks", "last_months"] as const;

/** Relative words, counted days, or dates, both included; all in the site's zone. */
export function PeriodPicker({
  value,
  own,
  onChange,
}: {
  value: Period;
  own?: Period | null; // what it goes back to
  onChange: (period: Period | null) => void;
}) {
  const t = useWords(reports);
  const c = useWords(contactWords);
  const w = useWords(core);
  const name = usePeriodName();
  const [open, setOpen] = useState(false);
  const done = (period: Period | null) => {
    onChange(period);
    setOpen(false);
  };
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      placement="bottomLeft"
      destroyOnHidden
      content={
        <div className="rp-period">
          <div className="rp-period-words">
            {WORDS.map((kind) => (
              <Button
                key={kind}
                kind={kind === value.kind ? "plain" : "quiet"}
                aria-pressed={kind === value.kind}
                onClick={() => done({ kind })}
              >
                {name({ kind })}
              </Button>
            ))}
          </div>
          <form
            className="rp-period-last"
            aria-label={t("period.counted")}
            onSubmit={(event) => {
              event.preventDefault();
              const given = new FormData(event.currentTarget);
              const kind = COUNTED.find((one) => one === given.get("kind")) ?? "last_days";
              done({ kind, n: Number(given.get("n")) });
            }}
          >
            <span>{t("period.last")}</span>
            <input
              type="number"
              name="n"
              min={1}
              max={366}
              required
              defaultValue={value.n ?? 7}
              aria-label={t("period.howMany")}
            />
            <select
              name="kind"
              defaultValue={COUNTED.find((one) => one === value.kind) ?? "last_days"}
              aria-label={t("period.unit")}
            >
              {COUNTED.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`period.unit.${kind}`)}
                </option>
              ))}
            </select>
            <Button type="submit">{w("confirm")}</Button>
          </form>
          <form
            className="rp-period-days"
            aria-label={t("period.absolute")}
            onSubmit={(event) => {
              event.preventDefault();
              const given = new FormData(event.currentTarget);
              const [first, last] = [String(given.get("from")), String(given.get("to"))].sort();
              if (first && last) done({ kind: "absolute", first, last });
            }}
          >
            <label>
              {c("from")}
              <input type="date" name="from" required defaultValue={value.first ?? ""} />
            </label>
            <label>
              {c("to")}
              <input type="date" name="to" required defaultValue={value.last ?? ""} />
            </label>
            <Button type="submit">{w("confirm")}</Button>
          </form>
          {own ? (
            <button type="button" className="jt-link" onClick={() => done(null)}>
              {t("backTo", { name: name(own) })}
            </button>
          ) : null}
        </div>
      }
    >
      <button type="button" className="rp-select" aria-haspopup="dialog" aria-expanded={open}>
        <span>{c("period")}</span>
        {name(value)}
        <Icon name="down" size={14} />
      </button>
    </Popover>
  );
}

/** A choice from few, as a button that opens a menu. */
export function Menu<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
}) {
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: options.map((one) => ({ key: one.value, label: one.label })),
        selectable: true,
        selectedKeys: [value],
        onClick: ({ key }) => onChange(key as V),
      }}
    >
      <button type="button" className="rp-select" aria-haspopup="menu">
        <span>{label}</span>
        {options.find((one) => one.value === value)?.label ?? value}
        <Icon name="down" size={14} />
      </button>
    </Dropdown>
  );
}

export function EveryPicker({
  value,
  onChange,
  all = false,
}: {
  value: Every;
  onChange: (every: Every) => void;
  all?: boolean;
}) {
  const t = useWords(reports);
  const options = EVERY.filter((one) => all || one !== "all").map((one) => ({
    value: one,
    label: t(`every.${one}`),
  }));
  return <Menu label={t("interval")} value={value} options={options} onChange={onChange} />;
}

export function AgainstPicker({
  value,
  onChange,
}: {
  value: Comparison;
  onChange: (comparison: Comparison) => void;
}) {
  const t = useWords(reports);
  const options = AGAINST.map((one) => ({ value: one, label: t(`against.${one}`, { n: value.weeks ?? 4 }) }));
  return (
    <Menu<Against>
      label={t("compare")}
      value={value.against}
      options={options}
      onChange={(against) => onChange(against === "weeks" ? { against, weeks: value.weeks ?? 4 } : { against })}
    />
  );
}

/** Filters as chips: each says what it lets through; a new one is chosen from the list and then filled. */
export function FacetChips({
  facets,
  onChange,
  onClear,
}: {
  facets: Partial<Record<Facet, readonly string[] | null>>;
  onChange: (facet: Facet, values: readonly string[]) => void;
  onClear?: () => void;
}) {
  const t = useWords(reports);
  const c = useWords(contactWords);
  const choices = useChoices(facets);
  const [adding, setAdding] = useState<Facet | null>(null);
  const set = FACETS.filter((facet) => (facets[facet]?.length ?? 0) > 0);
  const shown = FACETS.filter((facet) => set.includes(facet) || facet === adding);
  const left = FACETS.filter((facet) => !shown.includes(facet) && (facet === "entries" || choices[facet].length > 0));
  return (
    <>
      {shown.map((facet) => {
        const values = facets[facet] ?? [];
        const head = t(`by.${FACET_BY[facet]}`);
        const said = values
          .map((value) => choices[facet].find((one) => one.value === value)?.label ?? value)
          .join(", ");
        return (
          <span key={facet} className="rp-chip">
            <Popover
              trigger="click"
              placement="bottomLeft"
              defaultOpen={facet === adding}
              onOpenChange={(open) => (open ? undefined : setAdding(null))}
              content={
                <fieldset className="rp-values">
                  <legend className="jt-note">{head}</legend>
                  {facet === "entries" ? (
                    <Select
                      mode="tags"
                      className="rp-tags"
                      aria-label={head}
                      value={[...values]}
                      placeholder={t("typeIds")}
                      tokenSeparators={[",", " "]}
                      onChange={(next: string[]) => onChange(facet, next)}
                    />
                  ) : (
                    <Checkbox.Group
                      value={[...values]}
                      options={choices[facet]}
                      onChange={(next) => onChange(facet, next)}
                    />
                  )}
                </fieldset>
              }
            >
              <button
                type="button"
                className="jt-bare"
                aria-haspopup="dialog"
                aria-label={c("changeFilter", { name: `${head} ${said}` })}
              >
                <span>{head}</span> {said || "…"}
              </button>
            </Popover>
            <button
              type="button"
              className="jt-bare rp-x"
              aria-label={c("removeFilter", { name: head })}
              onClick={() => {
                onChange(facet, []);
                setAdding(null);
              }}
            >
              <Icon name="close" size={14} />
            </button>
          </span>
        );
      })}
      <Dropdown
        trigger={["click"]}
        menu={{
          items: left.map((facet) => ({ key: facet, label: t(`by.${FACET_BY[facet]}`) })),
          onClick: ({ key }) => setAdding(key as Facet),
        }}
      >
        <Button kind="quiet" icon="plus" aria-haspopup="menu">
          {c("addFilter")}
        </Button>
      </Dropdown>
      {onClear && set.length > 0 ? (
        <Button kind="quiet" onClick={onClear}>
          {c("clearFilters")}
        </Button>
      ) : null}
    </>
  );
}
