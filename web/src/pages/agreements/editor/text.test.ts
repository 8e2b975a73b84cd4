import { describe, expect, test } from "vitest";
import { differences, lineOf, read, write } from "./text";

const TEXT = `apiVersion: sla/v1
metadata:
  name: hechuan # stays
spec:
  objectives:
    - name: answered
      targetPercent: 85 # agreed in May
      unknownToTheForm: {a: 1}
    - name: other
`;

describe("form and text are one document", () => {
  test("a changed field leaves comments, order and what the form does not know", () => {
    const next = write(TEXT, ["spec", "objectives", 0, "targetPercent"], 80);
    expect(next).toBe(TEXT.replace("85 #", "80 #"));
  });
  test("a new field comes where it belongs, and goes again", () => {
    const next = write(TEXT, ["spec", "money", "currency"], "CNY");
    expect(read(next).doc).toMatchObject({ spec: { money: { currency: "CNY" } } });
    expect(read(write(next, ["spec", "money"], undefined)).doc).toEqual(read(TEXT).doc);
  });
  test("a list grows and shrinks", () => {
    const grown = write(TEXT, ["spec", "objectives", 2], { name: "third", weight: 0.1 });
    expect(read(grown).doc).toMatchObject({ spec: { objectives: [{}, {}, { name: "third", weight: 0.1 }] } });
    expect(read(write(grown, ["spec", "objectives", 0], undefined)).doc).toMatchObject({
      spec: { objectives: [{ name: "other" }, { name: "third" }] },
    });
  });
  test("dates stay as they were written", () => {
    const text = "spec:\n  period: {from: 2026-01-01, to: 2026-12-31}\n";
    expect(read(text).doc).toEqual({ spec: { period: { from: "2026-01-01", to: "2026-12-31" } } });
    expect(write(text, ["spec", "period", "to"], "2027-12-31")).toBe(text.replace("2026-12-31", "2027-12-31"));
  });
});

test("a text that cannot be read says where, and gives no document", () => {
  const { doc, faults } = read("a: 1\nb: [1, 2\nc: 3\n");
  expect(doc).toBeNull();
  expect(faults[0]?.line).toBeGreaterThanOrEqual(2);
  expect(() => write("a: [1", ["a"], 2)).toThrow();
});

test("a field is found in the text, or the nearest thing around it", () => {
  expect(lineOf(TEXT, ["spec", "objectives", 0, "targetPercent"])).toBe(7);
  expect(lineOf(TEXT, ["spec", "objectives", 1])).toBe(9);
  expect(lineOf(TEXT, ["spec", "objectives", 0, "weight"])).toBe(6);
});

describe("differences of versions", () => {
  test("one changed line with what surrounds it", () => {
    const lines = differences(TEXT, TEXT.replace("85", "80"), 1);
    expect(lines.map((one) => one?.kind)).toEqual(["same", "removed", "added", "same"]);
  });
  test("none between equal texts", () => expect(differences(TEXT, TEXT)).toEqual([]));
  test("two far apart are parted by a gap", () => {
    const lines = differences(TEXT, TEXT.replace("v1", "v2").replace("other", "last"), 0);
    expect(lines.filter((one) => one === null)).toHaveLength(1);
  });
});
