import { isProblem, localProblem, ProblemError } from "./problem";

/**
 * The one way to the server's HTTP interface. Gives parsed JSON or throws a ProblemError.
 *
 *     const list = await http.get<Page<Customer>>("/api/customers", { query: { q } });
 *     await http.post("/api/customers/merge", { body: { kept, gone } });
 *
 * The cookie goes along by itself; the CSRF token of the session is added to every change. A session that has
 * ended is told to whoever listens (`onSignedOut`), so that the sign-in form can come up without losing the page.
 */
export const http = {
  get: <T>(path: string, options: Options = {}) => send<T>("GET", path, options),
  post: <T = unknown>(path: string, options: Options = {}) => send<T>("POST", path, options),
  put: <T = unknown>(path: string, options: Options = {}) => send<T>("PUT", path, options),
  patch: <T = unknown>(path: string, options: Options = {}) => send<T>("PATCH", path, options),
  delete: <T = unknown>(path: string, options: Options = {}) => send<T>("DELETE", path, options),
  /** Asks for a file with a body (what is too long for an address) and hands it to the browser to save. */
  download: (path: string, options: Options = {}) => save(path, options),
};

export type Options = {
  query?: Record<string, string | number | boolean | null | undefined | readonly (string | number)[]>;
  body?: unknown; // JSON, or FormData as it is
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** The shape of every list. */
export type Page<T> = { items: T[]; next: string | null };

let csrf: string | null = null;
const signedOut = new Set<(code: string) => void>();

export function setCsrf(token: string | null): void {
  csrf = token;
}
export function csrfToken(): string | null {
  return csrf;
}
export function onSignedOut(listener: (code: string) => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** Query parameters; empty ones are left out, lists are repeated. */
export function address(path: string, query: Options["query"] = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) for (const one of value) params.append(name, String(one));
    else params.append(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

async function send<T>(method: string, path: string, options: Options): Promise<T> {
  const response = await answer(method, path, options);
  if (response.status === 204) return undefined as T;
  const type = response.headers.get("Content-Type") ?? "";
  if (type.includes("json")) return (await response.json()) as T;
  return (await response.text()) as T;
}

async function save(path: string, options: Options): Promise<void> {
  const response = await answer("POST", path, { headers: { Accept: "*/*" }, ...options });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName(response.headers.get("Content-Disposition") ?? "") ?? "";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The name of RFC 6266: `filename*` in UTF-8 before the plain one. */
export function fileName(disposition: string): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded) return decodeURIComponent(encoded);
  return /filename="([^"]+)"/i.exec(disposition)?.[1] ?? null;
}

/** Throws a ProblemError for anything but success. */
async function answer(method: string, path: string, { query, body, headers, signal }: Options): Promise<Response> {
  const form = body instanceof FormData;
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(body !== undefined && !form ? { "Content-Type": "application/json" } : {}),
        ...(method !== "GET" && csrf ? { "X-CSRF-Token": csrf } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw localProblem("unreachable", "The server cannot be reached. Check the connection and try again.");
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && path !== "/api/session") for (const listener of signedOut) listener(problem.code);
  throw problem;
}

async function problemOf(response: Response): Promise<ProblemError> {
  try {
    const body: unknown = await response.json();
    if (body && typeof body === "object" && "code" in body) {
      return new ProblemError({
        type: "about:blank",
        title: "",
        detail: "",
        ...body,
        status: response.status,
      } as ProblemError["problem"]);
    }
  } catch {
    // not JSON: a proxy's page, or nothing at all
  }
  const code = response.status === 413 ? "body_too_large" : response.status >= 500 ? "unavailable" : "bad_answer";
  return localProblem(code, `The server answered ${response.status}.`, response.status);
}

/** For TanStack Query: what was refused will be refused again; only an unreachable or busy server is asked anew. */
export function worthRetrying(failures: number, error: unknown): boolean {
  return failures < 2 && isProblem(error) && (error.status === 0 || error.status === 503);
}
