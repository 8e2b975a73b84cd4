import { Drawer, Input } from "antd";
import { type ReactNode, useState } from "react";
import { core } from "../../i18n/core";
import { inLanguage, LANGUAGE_NAMES, type Language, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { settings } from "../../i18n/settings";
import { faultWords } from "../../i18n/setupFaults";
import { useMay } from "../../session/session";
import { Button, IconButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import {
  type Doc,
  type Faults,
  faultsOf,
  type HoursSpec,
  idFor,
  NO_NAMES,
  type Period,
  useDocuments,
  useDraft,
  useSaveDocument,
} from "./documents";
import { faultText, NamesField, SaveBar, Section, SelectField, SwitchField } from "./form";
import { parsed, weekMinutes, written } from "./hours";
import { listed } from "./list";

const WORKDAY = [{ start: 540, end: 1080 }];
const BLANK: Doc<HoursSpec> = {
  id: "",
  version: 0,
  spec: {
    id: "",
    name: NO_NAMES,
    zone: "Asia/Shanghai",
    week: [WORKDAY, WORKDAY, WORKDAY, WORKDAY, WORKDAY, [], []],
    holidays: [],
    active: true,
  },
};

export default function HoursPage() {
  const t = useWords(settings);
  const lang = useLanguage();
  const edits = useMay("setup.edit");
  const hours = useDocuments("hours");
  const queues = useDocuments("queues");
  const [open, setOpen] = useState<Doc<HoursSpec> | null>(null);
  return (
    <>
      <div className="st-head">
        <h2>{t("hours")}</h2>
        <span className="jt-fill" />
        {edits ? (
          <Button kind="main" icon="plus" onClick={() => setOpen(BLANK)}>
            {t("newHours")}
          </Button>
        ) : (
          <span className="jt-note">{t("readOnly")}</span>
        )}
      </div>
      <div className="st-list">
        {hours.data?.length === 0 ? <Empty kind="none">{t("noneYet")}</Empty> : null}
        <table className="st-table">
          <thead>
            <tr>
              <th scope="col">{t("name")}</th>
              <th scope="col">{t("zone")}</th>
              <th scope="col" className="r">
                {t("week")}
              </th>
              <th scope="col" className="r">
                {t("holidays")}
              </th>
              <th scope="col">{t("usedBy")}</th>
            </tr>
          </thead>
          <tbody>
            {(hours.data ?? []).map((doc) => (
              <tr key={doc.id} data-off={!doc.spec.active}>
                <td>
                  <button type="button" className="jt-link" onClick={() => setOpen(doc)}>
                    {inLanguage(doc.spec.name, lang)}
                  </button>
                </td>
                <td>{doc.spec.zone}</td>
                <td className="r">{t("perWeek", { n: Math.round(weekMinutes(doc.spec.week) / 6) / 10 })}</td>
                <td className="r">{doc.spec.holidays.length}</td>
                <td>
                  {listed(
                    (queues.data ?? [])
                      .filter((queue) => queue.spec.active && queue.spec.hours === doc.id)
                      .map((queue) => inLanguage(queue.spec.name, lang)),
                    lang,
                  ) || "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open ? (
        <HoursDrawer
          key={open.id}
          stored={open}
          taken={(hours.data ?? []).map((doc) => doc.id)}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

function HoursDrawer({ stored, taken, onClose }: { stored: Doc<HoursSpec>; taken: string[]; onClose: () => void }) {
  const t = useWords(settings);
  const lang = useLanguage();
  const notice = useNotice();
  const edits = useMay("setup.edit");
  const save = useSaveDocument("hours");
  const { draft, set, changes, faults, setFaults } = useDraft(stored.spec);
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  const isNew = stored.version === 0;
  const mark = (line: string, bad: boolean) =>
    setUnread((before) => {
      const next = new Set(before);
      if (bad) next.add(line);
      else next.delete(line);
      return next;
    });
  const store = () => {
    if (unread.size) return notice.warn(t("badPeriods"));
    save.mutate(
      {
        version: isNew ? null : stored.version,
        spec: isNew ? { ...draft, id: idFor(draft.name, taken) } : draft,
      },
      {
        onSuccess: () => {
          notice.done(t("saved"));
          onClose();
        },
        onError: (error) => {
          setFaults(faultsOf(error));
          notice.failed(error);
        },
      },
    );
  };
  return (
    <Drawer
      open
      size={900}
      title={inLanguage(stored.spec.name, lang) || t("newHours")}
      onClose={onClose}
      styles={{ body: { padding: "0 24px" } }}
      footer={
        edits ? (
          <SaveBar changes={changes} isNew={isNew} saving={save.isPending} onDiscard={onClose} onSave={store} />
        ) : null
      }
    >
      <Section title={t("basics")}>
        <NamesField label={t("name")} value={draft.name} onChange={(name) => set({ name })} faults={faults} />
        <SelectField
          label={t("zone")}
          value={draft.zone}
          options={Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone }))}
          onChange={(zone) => zone && set({ zone })}
          fault={faults.zone}
        />
        <SwitchField
          label={t("active")}
          value={draft.active}
          onChange={(active) => set({ active })}
          fault={faults.active}
        />
      </Section>
      <Section title={t("week")} note={t("periodsHint")}>
        <Week
          week={draft.week}
          faults={faults}
          lang={lang}
          onChange={(week) => set({ week })}
          onUnread={(day, bad) => mark(`week.${day}`, bad)}
        />
      </Section>
      <Section title={t("holidays")} note={t("holidayHint")}>
        <Holidays
          value={draft.holidays}
          faults={faults}
          onChange={(holidays) => set({ holidays })}
          onUnread={(n, bad) => mark(`holiday.${n}`, bad)}
        />
      </Section>
    </Drawer>
  );
}

function Week({
  week,
  faults,
  lang,
  onChange,
  onUnread,
}: {
  week: HoursSpec["week"];
  faults: Faults;
  lang: Language;
  onChange: (week: HoursSpec["week"]) => void;
  onUnread: (day: number, bad: boolean) => void;
}) {
  const t = useWords(settings);
  const wrong = useWords(faultWords);
  // 1 January 2024 was a Monday.
  const day = (n: number) =>
    new Intl.DateTimeFormat(lang, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + n));
  const put = (n: number, periods: Period[]) => onChange(week.map((one, i) => (i === n ? periods : one)));
  return (
    <div className="st-week">
      <span />
      <span />
      <span className="st-scale" aria-hidden="true">
        <span>0</span>
        <span>6</span>
        <span>12</span>
        <span>18</span>
        <span>24</span>
      </span>
      <span />
      {week.map((periods, n) => {
        const fault = Object.entries(faults).find(([path]) => path === `week.${n}` || path.startsWith(`week.${n}.`));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a weekday is its place
          <FragmentRow key={n}>
            <span>{day(n)}</span>
            <PeriodsInput
              label={`${day(n)}, ${t("periods")}`}
              value={periods}
              onChange={(next) => put(n, next)}
              onUnread={(bad) => onUnread(n, bad)}
            />
            <span className="bar" aria-hidden="true">
              {periods.map((period) => (
                <i
                  key={period.start}
                  style={{
                    left: `${(period.start / 1440) * 100}%`,
                    width: `${((Math.min(period.end, 1440) - period.start) / 1440) * 100}%`,
                  }}
                />
              ))}
            </span>
            {n === 0 ? (
              <Button
                size="small"
                kind="quiet"
                onClick={() => onChange(week.map((one, i) => (i < 5 ? periods : one)))}
              >
                {t("copyDown")}
              </Button>
            ) : (
              <span />
            )}
            {fault ? (
              <p className="st-fault fault" role="alert">
                {faultText(wrong, fault[1])}
              </p>
            ) : null}
          </FragmentRow>
        );
      })}
    </div>
  );
}

function FragmentRow({ children }: { children: ReactNode }) {
  return children;
}

/** A line of periods: read as it is typed, put into its proper form when it is left. */
function PeriodsInput({
  label,
  value,
  onChange,
  onUnread,
}: {
  label: string;
  value: readonly Period[];
  onChange: (periods: Period[]) => void;
  onUnread: (bad: boolean) => void;
}) {
  const t = useWords(settings);
  const [typed, setTyped] = useState<string | null>(null);
  const bad = typed !== null && parsed(typed) === null;
  return (
    <span>
      <Input
        aria-label={label}
        value={typed ?? written(value)}
        placeholder={t("closedDay")}
        status={bad ? "error" : undefined}
        onChange={(event) => {
          const periods = parsed(event.target.value);
          setTyped(event.target.value);
          onUnread(periods === null);
          if (periods) onChange(periods);
        }}
        onBlur={() => {
          if (!bad) setTyped(null);
        }}
      />
      {bad ? (
        <span className="st-fault" role="alert">
          {t("badPeriods")}
        </span>
      ) : null}
    </span>
  );
}

function Holidays({
  value,
  faults,
  onChange,
  onUnread,
}: {
  value: HoursSpec["holidays"];
  faults: Faults;
  onChange: (value: HoursSpec["holidays"]) => void;
  onUnread: (n: number, bad: boolean) => void;
}) {
  const t = useWords(settings);
  const c = useWords(core);
  const wrong = useWords(faultWords);
  const put = (n: number, fields: Partial<HoursSpec["holidays"][number]>) =>
    onChange(value.map((one, i) => (i === n ? { ...one, ...fields } : one)));
  return (
    <div>
      {value.map((holiday, n) => {
        const own = Object.entries(faults).filter(([path]) => path.startsWith(`holidays.${n}.`));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: holidays are edited in place
          <div key={n}>
            <div className="st-holiday">
              <Input
                type="date"
                aria-label={t("date")}
                value={holiday.date}
                onChange={(event) => put(n, { date: event.target.value })}
              />
              {(["zh-Hans", "zh-Hant", "en"] as const).map((language) => (
                <Input
                  key={language}
                  lang={language}
                  aria-label={`${t("name")}, ${LANGUAGE_NAMES[language].long}`}
                  value={holiday.name[language] ?? ""}
                  onChange={(event) => put(n, { name: { ...holiday.name, [language]: event.target.value } })}
                />
              ))}
              <PeriodsInput
                label={`${holiday.date}, ${t("periods")}`}
                value={holiday.periods}
                onChange={(periods) => put(n, { periods })}
                onUnread={(bad) => onUnread(n, bad)}
              />
              <IconButton
                icon="close"
                label={c("remove")}
                onClick={() => {
                  onUnread(n, false);
                  onChange(value.filter((_, i) => i !== n));
                }}
              />
            </div>
            {own.map(([path, fault]) => (
              <p className="st-fault" role="alert" key={path}>
                {faultText(wrong, fault)}
              </p>
            ))}
          </div>
        );
      })}
      <Button
        size="small"
        icon="plus"
        onClick={() => onChange([...value, { date: "", name: { ...NO_NAMES }, periods: [] }])}
      >
        {t("addHoliday")}
      </Button>
    </div>
  );
}
