import { describe, expect, test } from "vitest";
import { bytes, collator, count, duration, instant, percent, setZone, spokenDuration } from "./format";
import { preferred } from "./language";
import { fill } from "./messages";

describe("figures and times", () => {
  test("no data is a dash, never 0 % or 100 %", () => {
    expect(percent({ num: 0, den: 0 })).toBe("–");
    expect(percent({ num: 0, den: 4 })).toBe("0.0 %");
    expect(percent({ num: 860, den: 1060 })).toBe("81.1 %");
    expect(count(null)).toBe("–");
  });

  test("lengths read m:ss, from an hour on in words of the language", () => {
    expect(duration(59_999, "en")).toBe("0:59");
    expect(duration(3_599_000, "zh-Hans")).toBe("59:59");
    expect(duration(4_320_000, "en")).toBe("1 h 12");
    expect(duration(4_320_000, "zh-Hans")).toBe("1 小时 12 分");
    expect(duration(4_320_000, "zh-Hant")).toBe("1 小時 12 分");
    expect(duration(-5, "en")).toBe("0:00");
    expect(spokenDuration(125_000, "en")).toBe("2 minutes 5 seconds");
  });

  test("instants are told in the site's zone, wherever the reader sits", () => {
    setZone("Asia/Shanghai");
    expect(instant(Date.UTC(2026, 0, 31, 16, 30), "clock", "en")).toBe("00:30");
    expect(instant(Date.UTC(2026, 0, 31, 16, 30), "date", "zh-Hans")).toBe("2026-02-01");
    setZone("America/New_York"); // the hour that a change to summer time leaves out
    expect(instant(Date.UTC(2026, 2, 8, 7, 30), "clock", "en")).toBe("03:30");
    setZone("Asia/Shanghai");
  });

  test("names are sorted by pinyin in 简体 and by strokes in 繁體", () => {
    const sort = (names: string[], lang: "zh-Hans" | "zh-Hant") => [...names].sort(collator(lang).compare);
    expect(sort(["周欣", "陈静怡", "林晓"], "zh-Hans")).toEqual(["陈静怡", "林晓", "周欣"]);
    expect(sort(["龔心", "丁一", "林曉"], "zh-Hant")).toEqual(["丁一", "林曉", "龔心"]);
    expect(sort(["队列 10", "队列 9"], "zh-Hans")).toEqual(["队列 9", "队列 10"]);
  });

  test("file sizes", () => {
    expect(bytes(900)).toBe("900 B");
    expect(bytes(1_300_000)).toBe("1.2 MB");
  });
});

describe("words", () => {
  test("parameters are filled in, plurals follow n", () => {
    expect(fill({ one: "{n} person", other: "{n} people" }, { n: 1 }, "en")).toBe("1 person");
    expect(fill({ one: "{n} person", other: "{n} people" }, { n: 2 }, "en")).toBe("2 people");
    expect(fill("等候 {n} 人", { n: 1 }, "zh-Hans")).toBe("等候 1 人");
  });

  test("a browser's languages lead to ours", () => {
    expect(preferred(["zh-HK", "en"])).toBe("zh-Hant");
    expect(preferred(["zh-TW"])).toBe("zh-Hant");
    expect(preferred(["zh"])).toBe("zh-Hans");
    expect(preferred(["fr", "en-GB"])).toBe("en");
    expect(preferred([])).toBe("en");
  });
});
