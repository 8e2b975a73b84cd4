import type { ReactNode } from "react";
import { agreements } from "../../i18n/agreements";
import { instant } from "../../i18n/format";
import { inLanguage, useLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { channels, linesOf, parted, pressOfLevel, turnedAway } from "./capacity";
import type { Capacity, Standing, Trap } from "./model";

/** Whether the lines carry the callers, and what in the agreement tells less than the truth (D6). */
export function CapacityPanel({ standing }: { standing: Standing }) {
  const t = useWords(agreements);
  return (
    <section aria-labelledby="ag-lines">
      <div className="ag-h">
        <h2 id="ag-lines">{t("lines")}</h2>
        <span className="jt-fill" />
        <LevelMark level={standing.capacity.level} />
      </div>
      <CapacityFigures capacity={standing.capacity} />
      <Traps traps={standing.traps} />
    </section>
  );
}

export function LevelMark({ level }: { level: Capacity["level"] }) {
  const t = useWords(agreements);
  const press = pressOfLevel(level);
  return (
    <span className="ag-verdict" data-press={press}>
      <Icon name={level === "unknown" ? "help" : press === "act" ? "alarm" : press ? "missed" : "check"} size={14} />
      {t(`lines.${level}`)}
    </span>
  );
}

/** Trunks, the load of the busiest half-hour, and who was turned away; a sentence where the load is not known. */
export function CapacityFigures({ capacity }: { capacity: Capacity }) {
  const t = useWords(agreements);
  const lang = useLanguage();
  const lines = linesOf(capacity, lang);
  const turned = turnedAway(capacity, lang);
  const unknown = <span className="jt-nodata">{t("unknown")}</span>;
  return (
    <div className="ag-lines">
      {capacity.trunks.length > 0 ? (
        <dl>
          {capacity.trunks.map((one) => (
            <Row key={one.id} head={inLanguage(one.names, lang) || one.id}>
              {one.channels === null ? (
                <span className="jt-nodata">{t("trunkGone")}</span>
              ) : (
                t("channels", { n: channels(one.channels, lang) })
              )}
            </Row>
          ))}
          {lines ? (
            <>
              <Row head={t("offeredLoad")} note={capacity.busiest ? instant(capacity.busiest, "moment", lang) : ""}>
                {t("erlang", { n: lines.load })}
              </Row>
              <Row head={t("withRetries")}>{t("erlang", { n: lines.offered })}</Row>
              <Row head={t("erlangB")} note={t("linesNeeded", { n: lines.needed })}>
                {lines.blocking}
              </Row>
              <Row head={t("allBusy")} note={lines.busy ? t("daysWatched", { days: lines.busy.days }) : ""}>
                {lines.busy ? lines.busy.time : unknown}
              </Row>
              <Row head={t("turnedAway")}>
                {turned ? t("turnedSeen", { n: turned.seen }) : unknown}
                {turned?.estimated ? ` ${t("turnedEstimated", { n: turned.estimated })}` : null}
              </Row>
            </>
          ) : null}
        </dl>
      ) : null}
      {lines ? null : <p className="ag-why">{inLanguage(capacity.texts, lang)}</p>}
    </div>
  );
}

function Row({ head, note = "", children }: { head: string; note?: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        {head} {note ? <span className="jt-note jt-num">{note}</span> : null}
      </dt>
      <dd className="jt-num">{children}</dd>
    </div>
  );
}

/** Alarms stand open; the rest is folded behind them. */
export function Traps({ traps }: { traps: readonly Trap[] }) {
  const t = useWords(agreements);
  const { alarms, warnings } = parted(traps);
  return (
    <>
      {alarms.length > 0 ? <TrapList traps={alarms} /> : null}
      {warnings.length > 0 ? (
        <details className="ag-decided">
          <summary>
            {t("trapsFurther")} <span className="jt-note">{warnings.length}</span>
          </summary>
          <TrapList traps={warnings} />
        </details>
      ) : null}
    </>
  );
}

export function TrapList({ traps }: { traps: readonly Trap[] }) {
  const lang = useLanguage();
  return (
    <ul className="ag-traps">
      {traps.map((one) => (
        <li key={`${one.code} ${one.field}`}>
          <Icon name={one.level === "alarm" ? "alarm" : "missed"} size={14} />
          <span>{inLanguage(one.texts, lang)}</span>
        </li>
      ))}
    </ul>
  );
}
