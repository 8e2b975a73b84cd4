import { beforeAll, describe, expect, it } from "vitest";
import { setZone } from "../../i18n/format";
import { apiQuery, daysBefore, readFilters, span, withChange } from "./filters";
import { visible } from "./windowed";

const NOW = Date.UTC(2026, 6, 15, 16, 30); // 00:30 on the 16th in Shanghai

beforeAll(() => setZone("Asia/Shanghai"));

describe("filters in the address", () => {
  it("means today in the site's zone, wherever the reader sits", () => {
    expect(readFilters(new URLSearchParams(""), NOW)).toMatchObject({
      period: "today",
      from: "2026-07-16",
      to: "2026-07-16",
    });
    expect(span("week", NOW)).toEqual({ from: "2026-07-10", to: "2026-07-16" });
  });

  it("counts calendar days across a change of clocks and a year", () => {
    expect(daysBefore("2026-01-01", 1)).toBe("2025-12-31");
    expect(daysBefore("2026-03-09", 1)).toBe("2026-03-08");
  });

  it("gives back what it was given", () => {
    let params = new URLSearchParams("");
    params = withChange(params, { facet: ["queue", ["a", "b"]] });
    params = withChange(params, { facet: ["had", ["missed_offer"]], q: "刘" });
    params = withChange(params, { from: "2026-07-01", to: "2026-07-02" });
    const filters = readFilters(params, NOW);
    expect(filters).toEqual({
      period: "days",
      from: "2026-07-01",
      to: "2026-07-02",
      facets: { queue: ["a", "b"], had: ["missed_offer"] },
      q: "刘",
    });
    params = withChange(withChange(params, { facet: ["queue", []] }), { period: "yesterday" });
    expect(params.toString()).toBe("had=missed_offer&q=%E5%88%98&period=yesterday");
  });

  it("asks the server for simulated contacts with one yes or no", () => {
    const of = (search: string) => apiQuery(readFilters(new URLSearchParams(search), NOW)).simulated;
    expect(of("simulated=only")).toBe("true");
    expect(of("simulated=without")).toBe("false");
    expect(of("simulated=only&simulated=without")).toBeUndefined();
  });

  it("ignores dates that are none", () => {
    expect(readFilters(new URLSearchParams("from=soon&to=2026-07-01"), NOW).period).toBe("today");
  });
});

describe("a long list", () => {
  it("draws what is in sight and a little around it", () => {
    expect(visible(80, 0, 320, 32, 100)).toEqual({ first: 0, last: 80 });
    expect(visible(5000, 3200, 320, 32, 100)).toEqual({ first: 90, last: 120 });
    expect(visible(5000, 0, 320, 32, 100)).toEqual({ first: 0, last: 20 });
  });
});
