import { expect, test } from "vitest";
import { linesOf } from "./thirteen";

const frame = { left: 26, top: 8, width: 222, height: 90 };
const month = (n: number, value: number | null, access: number | null) => ({
  key: `2026-${String(n).padStart(2, "0")}`,
  value,
  access,
  final: true,
});

test("a month without data breaks the lines and the fill between them", () => {
  const lines = linesOf(
    [month(1, 0.86, 0.85), month(2, 0.87, 0.84), month(3, null, null), month(4, 0.85, 0.78)],
    0.85,
    frame,
  );
  expect(lines.level.match(/M/g)).toHaveLength(2);
  expect(lines.gap.match(/M/g)).toHaveLength(1);
  expect(lines.ticks[0]).toBeLessThanOrEqual(0.78);
  expect(lines.ticks.at(-1)).toBeGreaterThanOrEqual(0.87);
});

test("no data at all draws nothing, and breaks nothing", () => {
  const lines = linesOf([month(1, null, null)], null, frame);
  expect([lines.level, lines.access, lines.gap]).toEqual(["", "", ""]);
  expect(lines.ends).toEqual({ level: null, access: null });
});
