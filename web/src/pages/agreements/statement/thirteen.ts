import type { StatementMonth } from "../model";

/** Two lines over the months, with the space between them filled: what the contract's figure does not see. Pure. */
export type Lines = {
  level: string; // path of the contract's figure
  access: string;
  gap: string; // closed path between the two, where both are known
  y: (value: number) => number;
  x: (index: number) => number;
  ticks: number[]; // shares
  ends: { level: number | null; access: number | null }; // y of the last known points
};

export type Frame = { left: number; top: number; width: number; height: number };

export function linesOf(months: readonly StatementMonth[], target: number | null, frame: Frame): Lines {
  const known = months.flatMap((one) => [one.value, one.access]).filter((one): one is number => one !== null);
  if (target !== null) known.push(target);
  const low = Math.max(0, Math.floor((Math.min(1, ...known) - 0.005) * 20) / 20);
  const high = Math.min(1, Math.max(low + 0.1, Math.ceil((Math.max(0, ...known) + 0.005) * 20) / 20));
  const step = high - low > 0.4 ? 0.2 : high - low > 0.2 ? 0.1 : 0.05;
  const x = (i: number) =>
    frame.left + (months.length > 1 ? (i / (months.length - 1)) * frame.width : frame.width / 2);
  const y = (value: number) => frame.top + ((high - value) / (high - low)) * frame.height;
  const ticks: number[] = [];
  for (let at = low; at <= high + 1e-9; at += step) ticks.push(Math.round(at * 1000) / 1000);
  const lineOf = (of: (one: StatementMonth) => number | null) => {
    let pen = "M";
    return months
      .map((one, i) => {
        const value = of(one);
        if (value === null) {
          pen = "M";
          return "";
        }
        const text = `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
        pen = "L";
        return text;
      })
      .join("");
  };
  return {
    level: lineOf((one) => one.value),
    access: lineOf((one) => one.access),
    gap: stretches(months)
      .map((stretch) => {
        const over = stretch.map((i) => `${x(i).toFixed(1)} ${y(months[i]?.value ?? 0).toFixed(1)}`);
        const under = [...stretch].reverse().map((i) => `${x(i).toFixed(1)} ${y(months[i]?.access ?? 0).toFixed(1)}`);
        return `M${[...over, ...under].join("L")}Z`;
      })
      .join(""),
    x,
    y,
    ticks,
    ends: {
      level: endOf(months, (one) => one.value, y),
      access: endOf(months, (one) => one.access, y),
    },
  };
}

/** Runs of at least two months in which both figures are known. */
function stretches(months: readonly StatementMonth[]): number[][] {
  const out: number[][] = [[]];
  months.forEach((one, i) => {
    if (one.value !== null && one.access !== null) out.at(-1)?.push(i);
    else out.push([]);
  });
  return out.filter((one) => one.length > 1);
}

function endOf(
  months: readonly StatementMonth[],
  of: (one: StatementMonth) => number | null,
  y: (value: number) => number,
): number | null {
  const last = months.at(-1);
  const value = last ? of(last) : null;
  return value === null ? null : y(value);
}
