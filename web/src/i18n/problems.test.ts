import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ProblemError } from "../api/problem";
import { worded, wordedCode } from "./problems";

const SERVER = join(__dirname, "../../../jietong");
/** Codes that no reader of the staff's application meets: the customer's page words its own, the command line speaks English. */
const ELSEWHERE = new Set([
  "identity_bad",
  "identity_expired",
  "profile_missing",
  "phone_missing",
  "bad_setting",
  "port_taken",
  "bad_recording",
  "bad_file",
  "no_such_file",
  "unreadable_file",
  "no_start",
  // `jietong import`, `report`, `schedules`: the command line.
  "ambiguous",
  "bad_header",
  "bad_rejects",
  "bad_site",
  "no_file",
  // `jietong forecast`: the command line.
  "bad_columns",
  "bad_horizon",
  "bad_interval",
  "bad_origin",
  "bad_rows",
  "cannot_write",
  "no_such_country",
  // `jietong size`: the command line.
  "size_asked",
  "size_columns",
  "size_file",
  "size_row",
  // `jietong simulate`: the command line.
  "bad_path",
  "bad_replications",
  "bad_scenario",
  "bad_toml",
  "not_compiled",
  // Whoever asked for figures has hung up: nobody hears the answer.
  "gone_away",
  // `jietong voice` and the switch's supervisor: the command line and the log.
  "bad_home",
  "switch_include",
  "switch_login",
  "switch_runs",
  "switch_taken",
  "voice_expired",
  "voice_unavailable",
  // Requests of flows: the flow takes its exit, and the log says why.
  "host_not_allowed",
  "inside_address",
  "no_address",
  "answer_too_large",
]);

test("every code that the server raises is worded", () => {
  const files = readdirSync(SERVER, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".py") && !name.startsWith("demo"),
  );
  const raised =
    /\b(?:Invalid|NotFound|Refused|Forbidden|Unauthenticated|TooMany|TooLarge|Unavailable)\(\s*"([a-z_]+)"|\bFault\(\s*"(job_[a-z_]+)"/g;
  const codes = new Set(
    files.flatMap((name) =>
      [...readFileSync(join(SERVER, name), "utf8").matchAll(raised)].map((found) => found[1] ?? found[2] ?? ""),
    ),
  );
  expect(codes.size).toBeGreaterThan(80);
  const unworded = [...codes].filter((code) => wordedCode(code, {}, "en") === null && !ELSEWHERE.has(code));
  expect(unworded.sort()).toEqual([]);
});

test("a new code is told in the server's own words", () => {
  const problem = { type: "", title: "", status: 409, code: "of_tomorrow", detail: "Do it tomorrow." };
  expect(worded(new ProblemError(problem), "zh-Hans")).toBe("Do it tomorrow.");
});

test("a lock tells how long", () => {
  const problem = { type: "", title: "", status: 429, code: "locked", detail: "", retry_after: 3725 };
  expect(worded(new ProblemError(problem), "zh-Hans")).toBe("尝试次数太多，请在 1 小时 2 分 后再试。");
});
