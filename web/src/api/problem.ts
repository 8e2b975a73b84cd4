import type { Problem } from "../live/types";

/** What the server refused, with its stable code. `src/i18n/problems.ts` words it. */
export class ProblemError extends Error {
  readonly code: string;
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title || problem.code);
    this.name = "ProblemError";
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
  }
}

/** A problem that arose on this side: `unreachable`, `offline`, `timed_out`, `bad_answer`. */
export function localProblem(code: string, detail: string, status = 0): ProblemError {
  return new ProblemError({ type: "about:blank", title: code, status, code, detail });
}

export function isProblem(error: unknown, code?: string): error is ProblemError {
  return error instanceof ProblemError && (code === undefined || error.code === code);
}
