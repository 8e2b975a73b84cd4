import { describe, expect, test } from "vitest";
import type { Catalogue, Message } from "./messages";

/**
 * A missing key fails the type check already; what types cannot see is checked here over every catalogue there is.
 */
type Area = Record<"zh-Hans" | "zh-Hant" | "en", Catalogue>;
const modules = import.meta.glob<Record<string, unknown>>(["./*.ts", "!./language.ts", "!./*.test.ts"], {
  eager: true,
});
const areas: [string, Area][] = Object.entries(modules).flatMap(([file, module]) =>
  Object.entries(module)
    .filter((entry): entry is [string, Area] => isArea(entry[1]))
    .map(([name, area]): [string, Area] => [`${file} ${name}`, area]),
);

function isArea(value: unknown): value is Area {
  return (
    typeof value === "object" &&
    value !== null &&
    "zh-Hans" in value &&
    "zh-Hant" in value &&
    "en" in value &&
    typeof value.en === "object"
  );
}
const texts = (message: Message): string[] =>
  typeof message === "string" ? [message] : [message.one ?? message.other, message.other];
const params = (message: Message): string[] =>
  [
    ...new Set(texts(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ""))),
  ].sort();

/** Characters that exist only in 简体 and that a hurried translator leaves behind. */
const SIMPLIFIED = [
  ..."们这说时间问题选择态电话队为业务处发请输统设户员单记录应过还进没开关闭简组长网络读写删术续线级红绿",
];

describe("the catalogues", () => {
  test("are found", () => expect(areas.length).toBeGreaterThanOrEqual(5));

  test.each(areas)("%s has the same keys in every language, none empty", (_, area) => {
    const keys = Object.keys(area["zh-Hans"]).sort();
    for (const lang of ["zh-Hant", "en"] as const) expect(Object.keys(area[lang]).sort()).toEqual(keys);
    for (const lang of ["zh-Hans", "zh-Hant", "en"] as const) {
      const empty = Object.entries(area[lang]).filter(([, message]) =>
        texts(message).some((text) => text.trim() === ""),
      );
      expect(empty).toEqual([]);
    }
  });

  test.each(areas)("%s has the same parameters in every language", (_, area) => {
    const differing = Object.keys(area["zh-Hans"]).filter((key) => {
      const wanted = params(area["zh-Hans"][key] ?? "").join();
      return (["zh-Hant", "en"] as const).some((lang) => params(area[lang][key] ?? "").join() !== wanted);
    });
    expect(differing).toEqual([]);
  });

  test.each(areas)("%s has 繁體 that is written in 繁體", (_, area) => {
    const left = Object.entries(area["zh-Hant"]).flatMap(([key, message]) =>
      texts(message)
        .filter((text) => SIMPLIFIED.some((char) => text.includes(char)))
        .map((text) => `${key}: ${text}`),
    );
    expect(left).toEqual([]);
  });
});
