import { useMutation, useQuery } from "@tanstack/react-query";
import { http } from "../../../api/http";
import { editorWords } from "../../../i18n/agreementEditor";
import { inLanguage, useLanguage } from "../../../i18n/language";
import { useWords } from "../../../i18n/messages";
import { worded } from "../../../i18n/problems";
import { Button } from "../../../ui/Button";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/Icon";
import { KEY, path } from "../api";
import { CapacityFigures, LevelMark, TrapList } from "../CapacityPanel";
import { type Path, steps } from "../document";
import { money, monthName, share } from "../figures";
import type { Backtest, Checked, Contract, Formulas, FullVersion } from "../model";
import type { LocalFault } from "./text";

/** What the checks say while one writes: errors at their line, traps (D6), the formulas to sign, the test on history. */
export function Checks({
  checked,
  checking,
  failure,
  local,
  text,
  sound,
  contract,
  version,
  show,
  showField,
}: {
  checked: Checked | undefined;
  checking: boolean;
  failure: unknown;
  local: readonly LocalFault[];
  text: string;
  sound: boolean;
  contract: Contract | null;
  version: FullVersion | null;
  show: (line: number) => void;
  showField: (path: Path) => void;
}) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const errors = checked?.errors ?? [];
  const n = Math.max(errors.length, local.length);
  return (
    <div className="ed-checks" tabIndex={-1}>
      {checked || checking ? (
        <h2>
          <span role="status">{checking ? t("checking") : n > 0 ? t("errors", { n }) : t("noErrors")}</span>
        </h2>
      ) : null}
      {failure ? (
        <Empty kind="lost" inline>
          {worded(failure)}
        </Empty>
      ) : null}
      <ul>
        {errors.map((one) => (
          <li key={`${one.line} ${one.column} ${one.field} ${one.code}`}>
            <Icon name="alarm" />
            <button
              type="button"
              className="jt-link"
              title={t("shownIn")}
              onClick={() => (one.line === null ? showField(steps(one.field)) : show(one.line))}
            >
              {one.line !== null ? `${t("atLine", { line: one.line, column: one.column ?? 1 })}: ` : ""}
              {one.field ? `${one.field}: ` : ""}
              {inLanguage(one.texts, lang) || one.message}
            </button>
          </li>
        ))}
        {errors.length === 0
          ? local.map((one) => (
              <li key={`${one.line} ${one.column}`}>
                <Icon name="alarm" />
                <button type="button" className="jt-link" onClick={() => show(one.line)}>
                  {t("atLine", { line: one.line, column: one.column })}: {one.message}
                </button>
              </li>
            ))
          : null}
      </ul>
      {n === 0 && checked ? (
        <>
          <h2>{t("traps")}</h2>
          {checked.warnings.length === 0 ? <p className="jt-note">{t("noTraps")}</p> : null}
          <ul>
            {checked.warnings.map((one) => (
              <li key={`${one.code} ${one.field}`}>
                <Icon name={one.level === "alarm" ? "alarm" : "missed"} />
                <button type="button" className="jt-link" onClick={() => showField(steps(one.field))}>
                  {inLanguage(one.texts, lang)}
                </button>
              </li>
            ))}
          </ul>
          {checked.capacity ? (
            <>
              <h2>
                {t("lines")} <span className="jt-note">{t("linesNote")}</span>
                <span className="jt-fill" />
                <span className="jt-note">
                  <LevelMark level={checked.capacity.level} />
                </span>
              </h2>
              <CapacityFigures capacity={checked.capacity} />
            </>
          ) : null}
          {contract?.may.includes("edit") || contract === null ? <BackTest text={text} sound={sound} /> : null}
        </>
      ) : null}
      {n === 0 ? <FormulaTexts text={text} sound={sound} contract={contract} version={version} /> : null}
    </div>
  );
}

function FormulaTexts({
  text,
  sound,
  contract,
  version,
}: {
  text: string;
  sound: boolean;
  contract: Contract | null;
  version: FullVersion | null;
}) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const stored = contract !== null && version !== null && version.yaml === text;
  const query = useQuery({
    queryKey: [KEY, "formulas", stored ? `${contract.id} ${version.n}` : text],
    queryFn: ({ signal }) =>
      stored
        ? http.get<Formulas>(path(contract.id, `/versions/${version.n}/formulas`), { signal })
        : http.post<Formulas>("/api/sla/formulas", { body: { yaml: text }, signal }),
    enabled: stored || sound,
    placeholderData: (before) => before,
  });
  return (
    <>
      <h2>
        {t("formulas")} <span className="jt-note">{t("formulasNote")}</span>
      </h2>
      {query.error ? (
        <Empty kind="lost" inline>
          {worded(query.error)}
        </Empty>
      ) : null}
      {query.data?.items.map((one) => (
        <div key={one.objective} style={{ paddingBottom: 8 }}>
          <p className="jt-strong">
            {inLanguage(one.names, lang)} <span className="jt-note">{one.metric}</span>
          </p>
          <p>{inLanguage(one.formula, lang)}</p>
          <p className="jt-note">{inLanguage(one.example, lang)}</p>
        </div>
      ))}
    </>
  );
}

function BackTest({ text, sound }: { text: string; sound: boolean }) {
  const t = useWords(editorWords);
  const lang = useLanguage();
  const running = useMutation({
    mutationFn: () => http.post<Backtest>("/api/sla/backtest", { body: { yaml: text, months: 12 } }),
  });
  const found = running.data;
  return (
    <>
      <h2>
        {t("backtest")}
        <span className="jt-fill" />
        <Button size="small" disabled={!sound || running.isPending} onClick={() => running.mutate()}>
          {t(running.isPending ? "backtestRunning" : "backtestRun")}
        </Button>
      </h2>
      {running.error ? (
        <Empty kind="lost" inline>
          {worded(running.error)}
        </Empty>
      ) : null}
      {found && found.judged === 0 ? <p className="jt-note">{t("backtestNone")}</p> : null}
      {found ? <p>{inLanguage(found.texts, lang)}</p> : null}
      {found && found.judged > 0 ? (
        <div className="ed-back">
          {found.months.map((one) => {
            const word = t(!one.data || one.met === null ? "noData" : one.met ? "met" : "missed");
            return (
              <div key={one.key}>
                <i data-met={one.met === null ? "unknown" : one.met ? "yes" : "no"} />
                <span className="jt-note">
                  {lang === "en" ? monthName(one.key, lang).slice(0, 3) : `${Number(one.key.slice(5, 7))} 月`}
                  <br />
                  {word}
                  <br />
                  <span className="jt-num">
                    {one.money ? money(one.money.net, { signed: true, whole: true }) : "–"}
                  </span>
                </span>
              </div>
            );
          })}
        </div>
      ) : null}
      {found && found.traps.length > 0 ? <TrapList traps={found.traps} /> : null}
      {found?.months.some((one) => one.data) ? (
        <details className="ed-months-told">
          <summary>{t("backtestMonths")}</summary>
          {found.months
            .filter((one) => one.data)
            .map((one) => (
              <div key={one.key}>
                <p>
                  <b>{monthName(one.key, lang, true)}</b> {t("backtestAccess")}{" "}
                  {one.access && one.access.figure.value !== null
                    ? `${share(one.access.figure.value)} %`
                    : t("unknown")}
                </p>
                {one.capacity ? <p className="jt-note">{inLanguage(one.capacity.texts, lang)}</p> : null}
                <TrapList traps={one.traps} />
              </div>
            ))}
        </details>
      ) : null}
    </>
  );
}
