import { describe, expect, it } from "vitest";
import { contrast, palette, READABLE } from "./colour";

const SURFACES = { light: "#ffffff", dark: "#131d20" } as const;

describe("the client's colour", () => {
  it("stays as it is when white can be read on it", () => {
    expect(palette("#A0431B").brand).toBe("#a0431b");
    expect(palette("#00585F").brand).toBe("#00585f");
  });

  it("is darkened when white cannot be read on it, and no further than needed", () => {
    for (const pale of ["#ffcc00", "#7fd0d8", "#ff9f96", "#ffffff"]) {
      const { brand } = palette(pale);
      expect(brand).not.toBe(pale);
      expect(contrast(brand, "#ffffff")).toBeGreaterThanOrEqual(READABLE);
      expect(contrast(brand, "#ffffff")).toBeLessThan(READABLE + 0.35);
    }
  });

  it("is readable everywhere, whatever the colour and the theme", () => {
    let seed = 20_260_101;
    const byte = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (seed >> 8) % 256;
    };
    for (let round = 0; round < 2_000; round += 1) {
      const colour = `#${[byte(), byte(), byte()].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
      for (const theme of ["light", "dark"] as const) {
        const made = palette(colour, theme);
        expect(contrast(made.onBrand, made.brand), `${colour} header`).toBeGreaterThanOrEqual(READABLE);
        expect(contrast(made.text, SURFACES[theme]), `${colour} words, ${theme}`).toBeGreaterThanOrEqual(READABLE);
        expect(contrast(made.text, made.tint), `${colour} words on tint, ${theme}`).toBeGreaterThanOrEqual(READABLE);
        const speech = theme === "light" ? "#edf2f2" : "#202e32";
        expect(contrast(made.text, speech), `${colour} links, ${theme}`).toBeGreaterThanOrEqual(READABLE);
        const body = theme === "light" ? "#0f1d20" : "#e4eced";
        expect(contrast(body, made.tint), `${colour} bubble, ${theme}`).toBeGreaterThanOrEqual(READABLE);
      }
    }
  });

  it("falls back to ours when it is none", () => {
    expect(palette("red; background: url(x)").brand).toBe("#005861");
  });

  it("agrees with the known ratios", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  });
});
