import { describe, expect, it } from "vitest";
import { LANGS, langOf } from "./lang";
import { clock, hours, size } from "./time";
import { chooseLang, dayAndTime, problem, systemLine, WORDS } from "./words";

describe("the three languages", () => {
  it("have the same system lines and problems", () => {
    for (const lang of LANGS) {
      expect(Object.keys(WORDS[lang].codes).sort()).toEqual(Object.keys(WORDS.en.codes).sort());
      expect(Object.keys(WORDS[lang].problems).sort()).toEqual(Object.keys(WORDS.en.problems).sort());
      expect(WORDS[lang].scores).toHaveLength(5);
    }
  });

  it("are chosen by the address, then the earlier choice, then the browser, within what the widget offers", () => {
    expect(chooseLang("en", "zh-Hant", ["zh-CN"], [])).toBe("en");
    expect(chooseLang(null, "zh-Hant", ["zh-CN"], [])).toBe("zh-Hant");
    expect(chooseLang(null, null, ["fr", "zh-TW"], [])).toBe("zh-Hant");
    expect(chooseLang("en", null, ["en"], ["zh-Hant", "zh-Hans"])).toBe("zh-Hant");
    expect(chooseLang(null, null, ["fr"], [])).toBe("zh-Hans");
  });

  it("know which Chinese a tag reads", () => {
    expect(["zh", "zh-CN", "zh-SG", "zh-Hans-HK"].map(langOf)).toEqual(Array(4).fill("zh-Hans"));
    expect(["zh-TW", "zh_HK", "zh-Hant", "zh-Hant-CN", "zh-MO"].map(langOf)).toEqual(Array(5).fill("zh-Hant"));
    expect(langOf("de")).toBeNull();
  });

  it("word what the server says in codes", () => {
    expect(systemLine(WORDS.en, "agent_joined", { name: "Lin Xiao", waited_s: 18 })).toBe(
      "Lin Xiao joined after 0:18",
    );
    expect(systemLine(WORDS["zh-Hans"], "ended", { by: "customer" })).toBe("您结束了会话");
    expect(systemLine(WORDS.en, "not_known_yet", {})).toBe("");
    expect(problem(WORDS["zh-Hant"], "no_such_code")).toBe(WORDS["zh-Hant"].problemElse);
  });
});

describe("times and sizes", () => {
  it("are written as on every screen", () => {
    expect([0, 65_400, 3_599_000].map((ms) => hours(ms, "en"))).toEqual(["0:00", "1:05", "59:59"]);
    expect(hours(4_320_000, "en")).toBe("1 h 12");
    expect(hours(4_320_000, "zh-Hant")).toBe("1 小時 12 分");
    expect(size(512)).toBe("512 B");
    expect(size(1_234_567)).toBe("1.2 MB");
    expect(size(10_000_000)).toBe("10 MB");
  });

  it("say today and tomorrow", () => {
    const now = new Date(2026, 6, 15, 22, 40).getTime();
    const next = new Date(2026, 6, 16, 8, 0).getTime();
    expect(dayAndTime(next, now, "zh-Hans")).toBe(`明天 ${clock(next, "zh-Hans")}`);
    expect(dayAndTime(new Date(2026, 6, 15, 23, 0).getTime(), now, "en")).toMatch(/^today at /);
  });
});
