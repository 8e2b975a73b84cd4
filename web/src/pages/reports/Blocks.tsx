import { useState } from "react";
import { localProblem } from "../../api/problem";
import { contacts as contactWords } from "../../i18n/contacts";
import { core } from "../../i18n/core";
import { inLanguage } from "../../i18n/language";
import { useWords } from "../../i18n/messages";
import { worded } from "../../i18n/problems";
import { reports } from "../../i18n/reports";
import { Button } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { MetricName } from "../../ui/metric";
import type { Outcome, Result } from "./api";
import { ChartBlock } from "./ChartBlock";
import { FigureDrawer, type Opened } from "./FigureDrawer";
import { FigureTable } from "./FigureTable";
import { daysText } from "./figures";
import { Headline } from "./Headline";
import { HeatCalendar } from "./HeatCalendar";
import { FACETS } from "./model";
import { columnName, FACET_BY, useWording, type Wording } from "./names";

/** A result, block by block, and beneath them the definitions that it was computed by. */
export function Blocks({ result, narrowed, clear }: { result: Result; narrowed: boolean; clear?: () => void }) {
  const t = useWords(reports);
  const wording = useWording(result.labels);
  const [opened, setOpened] = useState<Opened | null>(null);
  return (
    <>
      {result.outcomes.map((outcome, i) => (
        <Block
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no other name than their place
          key={i}
          n={i}
          outcome={outcome}
          result={result}
          wording={wording}
          narrowed={narrowed}
          clear={clear}
          open={(column, line) => setOpened({ outcome, column, line })}
        />
      ))}
      {result.definitions.length > 0 ? (
        <footer className="rp-defined">
          <h2>{t("defined")}</h2>
          <ul>
            {result.definitions.map((used) => (
              <li key={used.key}>
                <MetricName id={used.id}>{columnName(used, wording.lang)}</MetricName>
                <span className="jt-note">
                  {inLanguage(used.formula, wording.lang)} · {t("definedVersion", { id: used.id, n: used.version })}
                </span>
              </li>
            ))}
          </ul>
          <p className="jt-note">{t("attribution", { zone: result.zone })}</p>
        </footer>
      ) : null}
      {opened ? (
        <FigureDrawer opened={opened} result={result} wording={wording} onClose={() => setOpened(null)} />
      ) : null}
    </>
  );
}

function Block({
  n,
  outcome,
  result,
  wording,
  narrowed,
  clear,
  open,
}: {
  n: number;
  outcome: Outcome;
  result: Result;
  wording: Wording;
  narrowed: boolean;
  clear?: () => void;
  open: (column: number, line: Outcome["lines"][number]) => void;
}) {
  const t = useWords(reports);
  const c = useWords(contactWords);
  const { lang } = wording;
  const title = inLanguage(outcome.title, lang) || outcome.columns.map((one) => columnName(one, lang)).join(", ");
  const own =
    outcome.window.start !== result.window.start || outcome.window.end !== result.window.end
      ? daysText(outcome.window.start, outcome.window.end, result.zone, lang)
      : "";
  const filters = FACETS.filter((facet) => (outcome.filter[facet]?.length ?? 0) > 0).map(
    (facet) =>
      `${t(`by.${FACET_BY[facet]}`)} ${(outcome.filter[facet] ?? []).map((id) => wording.key(FACET_BY[facet], id)).join(", ")}`,
  );
  const compared =
    outcome.before && !sameBefore(result)
      ? t("comparedWith", { when: daysText(outcome.before.start, outcome.before.end, result.zone, lang) })
      : "";
  const note = [own, ...filters, compared].filter(Boolean).join(" · ");
  const empty = outcome.kind !== "text" && outcome.columns.length > 0 && outcome.lines.length === 0;
  return (
    <section className="rp-block" data-kind={outcome.kind} aria-label={title || undefined} id={`block-${n}`}>
      {title ? (
        <h2>
          {title}
          {note ? <span className="jt-note">{note}</span> : null}
        </h2>
      ) : null}
      {outcome.note ? <Note code={outcome.note} /> : null}
      {empty && !outcome.note ? (
        narrowed && clear ? (
          <Empty
            kind="filtered"
            inline
            action={
              <Button size="small" onClick={clear}>
                {c("clearFilters")}
              </Button>
            }
          >
            {t("filteredOut")}
          </Empty>
        ) : (
          <Empty kind="none" inline>
            {t("nothingHappened")}
          </Empty>
        )
      ) : null}
      {empty || (outcome.columns.length === 0 && outcome.kind !== "text") ? null : (
        <Content outcome={outcome} zone={result.zone} wording={wording} title={title} open={open} />
      )}
    </section>
  );
}

function Content({
  outcome,
  zone,
  wording,
  title,
  open,
}: {
  outcome: Outcome;
  zone: string;
  wording: Wording;
  title: string;
  open: (column: number, line: Outcome["lines"][number]) => void;
}) {
  if (outcome.kind === "text") return <p className="rp-text">{inLanguage(outcome.text, wording.lang)}</p>;
  if (outcome.kind === "figures") return <Headline outcome={outcome} wording={wording} onPress={open} />;
  if (outcome.kind === "table") {
    return <FigureTable outcome={outcome} zone={zone} wording={wording} label={title} onPress={open} />;
  }
  if (outcome.drawn === "heat") {
    return <HeatCalendar outcome={outcome} zone={zone} wording={wording} label={title} onPress={open} />;
  }
  return <ChartBlock outcome={outcome} zone={zone} wording={wording} title={title} onPress={open} />;
}

/** What all blocks are compared with, if it is the same. */
export function sameBefore(result: Result): Result["window"] | null {
  const told = result.outcomes.filter((one) => one.kind !== "text").map((one) => one.before);
  const [first] = told;
  if (!first) return null;
  return told.every((one) => one?.start === first.start && one.end === first.end) ? first : null;
}

/** Why figures are missing. */
function Note({ code }: { code: string }) {
  const t = useWords(reports);
  const w = useWords(core);
  if (code === "agent_time_hidden") {
    return (
      <Empty kind="permission" inline>
        {t("agentTimeHidden")}
      </Empty>
    );
  }
  return (
    <Empty kind="lost" inline icon="info">
      {worded(localProblem(code, w("noData")))}
    </Empty>
  );
}
