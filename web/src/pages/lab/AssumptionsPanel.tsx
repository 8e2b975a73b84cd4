import { Select } from "antd";
import { useId, useState } from "react";
import { count } from "../../i18n/format";
import { Button, IconButton } from "../../ui/Button";
import { type Assumption, type Edits, edited, GROUPS, type Group, OPTIONAL, type Shown, UNITS } from "./model";
import { dayName, useLabWords } from "./words";

/** What every scenario stands on: typed over here, kept as a further version; what differs from the first is marked. */
export function AssumptionsPanel({
  shown,
  mayEdit,
  busy,
  onClose,
  onVersion,
  onSave,
  onRunAll,
}: {
  shown: Shown;
  mayEdit: boolean;
  busy: boolean;
  onClose: () => void;
  onVersion: (n: number | null) => void;
  onSave: (edits: Edits, run: boolean) => Promise<void>;
  onRunAll: () => void;
}) {
  const { t, lang } = useLabWords();
  const [typed, setTyped] = useState<Partial<Record<Assumption, string>>>({});
  const latest = shown.versions.at(-1)?.n ?? 1;
  const old = shown.version !== latest;
  const changedNow = shown.versions.find((one) => one.n === shown.version)?.changed.length ?? 0;
  const read: Edits = {};
  const wrong = new Set<Assumption>();
  for (const [name, text] of Object.entries(typed) as [Assumption, string][]) {
    const value = stored(name, text, shown);
    if (value === undefined) wrong.add(name);
    else read[name] = value;
  }
  const edits = edited(shown.assumptions, read);
  const some = Object.keys(edits).length > 0;
  const save = (run: boolean) =>
    void onSave(edits, run)
      .then(() => setTyped({}))
      .catch(() => undefined); // told already
  const sources = (group: Group) => {
    const names = GROUPS[group];
    if (group === "people") {
      const source = shown.sources.absent ?? "unknown";
      return [source === "recorded" || source === "fitted" ? t(`source.people.${source}`) : t(`source.${source}`)];
    }
    if (group === "handling") return [t("source.shape")];
    const own = [...new Set(names.map((name) => shown.sources[name]).filter((one) => one !== undefined))];
    return own.length === 1 ? own.map((one) => t(`source.${one}`)) : [];
  };
  return (
    <aside className="lab-side" aria-label={t("assumptions")}>
      <div className="lab-h">
        <h2>{t("assumptions")}</h2>
        {shown.versions.length > 1 ? (
          <Select
            size="small"
            variant="borderless"
            aria-label={t("chooseVersion")}
            value={shown.version}
            options={shown.versions.map((one) => ({ value: one.n, label: t("versionOf", { n: one.n }) }))}
            onChange={(n) => onVersion(n === latest ? null : n)}
          />
        ) : (
          <span className="jt-note">{t("versionOf", { n: shown.version })}</span>
        )}
        {changedNow > 0 ? <span className="jt-note">{t("changedOf", { n: changedNow })}</span> : null}
        <span className="jt-fill" />
        <IconButton icon="close" label={t("close")} onClick={onClose} />
      </div>
      <div className="lab-groups">
        {(Object.keys(GROUPS) as Group[]).map((group) => (
          <section key={group} className="lab-grp">
            <h3>{t(`group.${group}`)}</h3>
            <dl>
              {group === "calls" && shown.measured ? (
                <>
                  <Fact label={t("reaching")} value={count(shown.measured.attempts, lang)} />
                  <Fact label={t("asking")} value={count(shown.measured.asked, lang)} />
                </>
              ) : null}
              {group === "people" ? (
                <>
                  <Fact label={t("agents")} value={count(shown.agents, lang)} />
                  <Fact label={t("partTimers")} value={count(shown.part_timers, lang)} />
                </>
              ) : null}
              {GROUPS[group].map((name) => (
                <Line
                  key={name}
                  name={name}
                  shown={shown}
                  text={typed[name]}
                  wrong={wrong.has(name)}
                  locked={!mayEdit || old}
                  onType={(text) => setTyped((before) => ({ ...before, [name]: text }))}
                />
              ))}
            </dl>
            {sources(group).map((text) => (
              <p key={text} className="jt-note">
                {text}
              </p>
            ))}
          </section>
        ))}
        <section className="lab-grp">
          <h3>{t("notIn")}</h3>
          <p className="lab-not">{t("notInText")}</p>
          {shown.study.queues.length > 0 || shown.study.client !== "*" ? (
            <p className="lab-not">{t("notInShared")}</p>
          ) : null}
          {shown.notes.includes("simulated_contacts") ? <p className="lab-not">{t("note_simulated")}</p> : null}
          <p className="jt-note">{dayName(shown.study.date, lang)}</p>
        </section>
      </div>
      {mayEdit && !old ? (
        <div className="lab-act">
          <Button kind="main" disabled={busy || wrong.size > 0} onClick={() => (some ? save(true) : onRunAll())}>
            {t(some ? "saveAndRun" : "runAll")}
          </Button>
          <Button disabled={busy || !some || wrong.size > 0} onClick={() => save(false)}>
            {t("saveVersion", { n: latest + 1 })}
          </Button>
          {Object.keys(typed).length > 0 ? (
            <Button kind="quiet" onClick={() => setTyped({})}>
              {t("putBack")}
            </Button>
          ) : null}
        </div>
      ) : null}
    </aside>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="jt-num">{value}</dd>
    </div>
  );
}

function Line({
  name,
  shown,
  text,
  wrong,
  locked,
  onType,
}: {
  name: Assumption;
  shown: Shown;
  text: string | undefined;
  wrong: boolean;
  locked: boolean;
  onType: (text: string) => void;
}) {
  const { t } = useLabWords();
  const field = useId();
  const { sign } = UNITS[name];
  const value = inField(name, shown.assumptions[name]);
  const first = inField(name, shown.first[name]);
  const differs = value !== first;
  const source = shown.sources[name];
  const [low, high] = shown.limits[name] ?? [0, 0];
  return (
    <div data-changed={differs}>
      <dt>
        <label htmlFor={field} title={source ? t(`source.${source}`) : undefined}>
          {t(`assume.${name}`)}
        </label>
      </dt>
      <dd>
        {differs ? (
          <del className="jt-num" title={t("was", { value: first || t("empty") })}>
            {first || t("empty")}
          </del>
        ) : null}
        {sign === "¥" ? <span className="lab-sign">¥</span> : null}
        <input
          id={field}
          className="jt-num"
          inputMode="decimal"
          value={text ?? value}
          placeholder={t("empty")}
          readOnly={locked}
          aria-invalid={wrong}
          aria-describedby={wrong ? `${field}-why` : undefined}
          onChange={(event) => onType(event.target.value)}
        />
        {sign && sign !== "¥" ? <span className="lab-sign">{sign}</span> : null}
        {wrong ? (
          <span id={`${field}-why`} role="alert" className="lab-why">
            {t("outOfRange", { low: inField(name, low), high: inField(name, high) })}
          </span>
        ) : null}
      </dd>
    </div>
  );
}

/** As it stands in its field: per cent, minutes …; nothing for none. */
export function inField(name: Assumption, value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  const { times, digits } = UNITS[name];
  return String(Number((value * times).toFixed(digits)));
}

/** What was typed, as it is stored; `undefined`: not a number that may stand there. */
export function stored(name: Assumption, text: string, shown: Pick<Shown, "limits" | "assumptions">) {
  const trimmed = text.trim().replace(/[,，\s]/g, "");
  if (trimmed === "") return OPTIONAL.has(name) ? null : undefined;
  if (trimmed === inField(name, shown.assumptions[name])) return shown.assumptions[name];
  const number = Number(trimmed);
  if (!Number.isFinite(number)) return undefined;
  const value = number / UNITS[name].times;
  const [low, high] = shown.limits[name] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return value >= low - 1e-9 && value <= high + 1e-9 ? value : undefined;
}
