import { Popover } from "antd";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { reports } from "../../../i18n/reports";
import { Button } from "../../../ui/Button";
import { Icon } from "../../../ui/Icon";
import { type Definition, found, useCatalogue } from "../../metrics/catalogue";
import { useThemeName } from "../../metrics/words";

/** Chooses figures from the catalogue: searched in three languages, grouped by theme, by keys alone if one likes. */
export function MetricPicker({ chosen, add }: { chosen: readonly string[]; add: (id: string) => void }) {
  const t = useWords(reports);
  const [open, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={<Choice chosen={chosen} add={add} close={() => setOpen(false)} />}
    >
      <Button icon="plus" size="small" aria-haspopup="dialog" aria-expanded={open}>
        {t("addMetric")}
      </Button>
    </Popover>
  );
}

function Choice({ chosen, add, close }: { chosen: readonly string[]; add: (id: string) => void; close: () => void }) {
  const t = useWords(reports);
  const lang = useLanguage();
  const themeName = useThemeName();
  const { catalogue } = useCatalogue();
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const items = found(catalogue?.items ?? [], asked, lang).filter((one) => one.how !== "now");
  const themes = catalogue?.themes ?? [];
  const inOrder = asked.trim() ? items : themes.flatMap((theme) => items.filter((one) => one.theme === theme));
  const here = Math.min(at, Math.max(0, inOrder.length - 1));
  const take = (one: Definition | undefined) => {
    if (one && !chosen.includes(one.id)) add(one.id);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = Math.min(Math.max(here + (event.key === "ArrowDown" ? 1 : -1), 0), inOrder.length - 1);
      setAt(next);
      list.current?.querySelector(`[data-n="${next}"]`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(inOrder[here]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  };
  return (
    <div className="rp-picker">
      <label className="rp-search">
        <Icon name="search" size={14} />
        <input
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={inOrder[here] ? `${id}-${here}` : undefined}
          aria-label={t("findMetric")}
          placeholder={t("findMetric")}
          // biome-ignore lint/a11y/noAutofocus: opened in order to search
          autoFocus
          value={asked}
          onChange={(event) => {
            setAsked(event.target.value);
            setAt(0);
          }}
          onKeyDown={keys}
        />
      </label>
      <div className="rp-picker-list" id={id} role="listbox" aria-label={t("metricsHead")} ref={list} tabIndex={-1}>
        {inOrder.map((one, n) => (
          <div key={one.id} role="presentation">
            {!asked.trim() && inOrder[n - 1]?.theme !== one.theme ? (
              <p className="jt-note" role="presentation">
                {themeName(one.theme)}
              </p>
            ) : null}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above holds the focus and its keys */}
            <div
              id={`${id}-${n}`}
              data-n={n}
              role="option"
              tabIndex={-1}
              className="rp-picker-row"
              aria-selected={chosen.includes(one.id)}
              data-here={n === here}
              onClick={() => {
                setAt(n);
                take(one);
              }}
            >
              <span className="jt-clip">{inLanguage(one.names, lang)}</span>
              <span className="jt-note jt-clip">{inLanguage(one.formula, lang)}</span>
              <span className="jt-note">{chosen.includes(one.id) ? t("added") : one.id}</span>
            </div>
          </div>
        ))}
        {inOrder.length === 0 ? <p className="jt-note">{t("noMetric")}</p> : null}
      </div>
    </div>
  );
}
