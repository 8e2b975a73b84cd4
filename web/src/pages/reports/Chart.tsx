import { useCallback, useMemo } from "react";
import { type Drawing, type Picked, useChart } from "../../ui/charts";
import { drawing, type Words } from "./drawing";
import type { Target } from "./model";
import type { Plot } from "./plot";

/** One plot, drawn. Loaded only where a chart is: the library is large. */
export default function Chart({
  plot,
  drawn,
  stacked,
  gap,
  targets,
  words,
  label,
  height,
  onPick,
}: {
  plot: Plot;
  drawn: "line" | "bar";
  stacked: boolean;
  gap: boolean;
  targets: readonly (Target & { name: string })[];
  words: Words;
  label: string;
  height: number;
  onPick: (picked: Picked) => void;
}) {
  const draw = useMemo<Drawing>(
    () => drawing({ plot, drawn, stacked, gap, targets, words }),
    [plot, drawn, stacked, gap, targets, words],
  );
  const box = useChart(draw, useCallback(onPick, [onPick]));
  return <div ref={box} className="rp-chart" style={{ height }} role="img" aria-label={label} />;
}
