import { expect, test } from "vitest";
import { Drafts } from "./drafts";

test("a draft is there again after a reload, for its own account and contact only", () => {
  new Drafts("acc1").write("c1", "还没写完", 1000);
  expect(new Drafts("acc1").read("c1")).toEqual({ text: "还没写完", at: 1000 });
  expect(new Drafts("acc1").read("c2").text).toBe("");
  expect(new Drafts("acc2").read("c1").text).toBe("");
});

test("what was sent or emptied is forgotten", () => {
  const drafts = new Drafts("acc1");
  drafts.write("c1", "x", 1);
  drafts.write("c1", "", 2);
  expect(localStorage.length).toBe(0);
});

test("old drafts are swept, other things in the storage are left alone", () => {
  const drafts = new Drafts("acc1");
  const week = 7 * 24 * 3600_000;
  drafts.write("old", "x", 1000);
  drafts.write("new", "y", week);
  localStorage.setItem("other", "z");
  drafts.sweep(week + 5000);
  expect(drafts.read("old").text).toBe("");
  expect(drafts.read("new").text).toBe("y");
  expect(localStorage.getItem("other")).toBe("z");
});

test("a broken entry and a storage that refuses are no failure", () => {
  localStorage.setItem("jt.draft.acc1.c1", "{");
  expect(new Drafts("acc1").read("c1").text).toBe("");
  const full = {
    ...localStorage,
    getItem: () => null,
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  } as unknown as Storage;
  expect(new Drafts("acc1", full).write("c1", "x", 1)).toBe(false);
});
