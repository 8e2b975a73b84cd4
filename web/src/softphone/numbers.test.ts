import { describe, expect, test } from "vitest";
import { dialable, dialled, grouped } from "./numbers";

describe("telephone numbers", () => {
  test.each([
    ["13857100935", "138 5710 0935"],
    ["1385710", "138 5710"],
    ["01088886666", "010 8888 6666"],
    ["02788886666", "027 8888 6666"],
    ["057188886666", "0571 8888 6666"],
    ["4008208820", "400 820 8820"],
    ["88886666", "8888 6666"],
    ["+8613857100935", "+86 138 5710 0935"],
    ["+861088886666", "+86 10 8888 6666"],
    ["+85223456789", "+852 2345 6789"],
    ["+886912345678", "+886 912 345 678"],
    ["+12125550123", "+1 212 555 0123"],
    ["1002", "1002"],
    ["*43#", "*43#"],
    ["+", "+"],
    ["", ""],
  ])("%s is shown as %s", (typed, shown) => expect(grouped(typed)).toBe(shown));

  test("what is pasted loses blanks, brackets, and full-width forms; a second plus is none", () => {
    expect(dialled("+86 (138) 5710-0935")).toBe("+8613857100935");
    expect(dialled("１３８　５７１０　０９３５")).toBe("13857100935");
    expect(dialled("0571+8888")).toBe("05718888");
  });

  test("grouping never changes what is dialled", () => {
    for (const typed of ["1385710093588", "01088", "+8675588886666", "0", "40082088201"]) {
      expect(dialled(grouped(typed))).toBe(typed);
    }
  });

  test("one digit, words, or a plus alone cannot be dialled", () => {
    expect(["1", "abc", "+", ""].map(dialable)).toEqual([false, false, false, false]);
    expect(["12", "*43#", "138 5710 0935", "+85223456789"].map(dialable)).toEqual([true, true, true, true]);
  });
});
