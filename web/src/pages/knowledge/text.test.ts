import { describe, expect, it } from "vitest";
import { blocks } from "./text";

describe("an article's text", () => {
  it("keeps paragraphs and makes steps of numbered lines", () => {
    expect(blocks("先关机。\n1. 拔插头\n2. 擦干\n\n还漏就报修。")).toEqual([
      { steps: false, first: 0, lines: ["先关机。"] },
      { steps: true, first: 1, lines: ["拔插头", "擦干"] },
      { steps: false, first: 0, lines: ["还漏就报修。"] },
    ]);
  });

  it("starts anew where the numbering does, and leaves figures alone", () => {
    expect(blocks("1. a\n1. b").map((one) => one.lines)).toEqual([["a"], ["b"]]);
    expect(blocks("3.5 metres of pipe are free")[0]?.steps).toBe(false);
    expect(blocks("80 元起")[0]?.steps).toBe(false);
  });
});
