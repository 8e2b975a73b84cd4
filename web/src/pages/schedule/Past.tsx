import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { type Axis, within } from "./axis";

/** What is past: greyed over the rows and the curve; and the line of now. */
export function Past({
  axis,
  now,
  shown,
  clock,
}: {
  axis: Axis;
  now: number;
  shown: number;
  clock: (at: number) => string;
}) {
  const t = useWords(schedule);
  const first = axis.stretches[0];
  const last = axis.stretches.at(-1);
  if (!first || !last || now <= first.from) return null;
  const stretch = [...axis.stretches].reverse().find((one) => one.from <= now) ?? first;
  const x = stretch.x + within(stretch, now);
  const inside = shown >= stretch.from && shown < stretch.to;
  const line = stretch.x + within(stretch, shown);
  return (
    <>
      <div className="sc-past" style={{ width: x }} title={t("lockedBefore")} />
      {inside ? (
        <>
          <div className="sc-now" style={{ left: `calc(var(--sc-names) + ${line}px)` }} />
          {axis.stretches.length === 1 ? ( // over several days it would lie on their names
            <span className="sc-nowlabel" style={{ left: `calc(var(--sc-names) + ${Math.max(20, line)}px)` }}>
              {clock(shown)}
            </span>
          ) : null}
        </>
      ) : null}
    </>
  );
}
