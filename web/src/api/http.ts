/** One way to the server: JSON in, JSON out, refusals as `ServiceProblem`. */
import type { Problem } from "./types";

export class ServiceProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.name = "ServiceProblem";
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

export const UNREACHABLE: Problem = {
  title: "The clinic's server cannot be reached",
  status: 0,
  code: "unreachable",
  detail: "Your device could not send this request.",
  next_step: "Check your internet connection and try again.",
};

export interface Answer<T> {
  body: T;
  /** Version from the ETag header, null where the answer has none. */
  version: number | null;
}

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  ifMatch?: number;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Called on every 401 outside signing in, so that the page can offer a new sign-in without losing work. */
let onSignedOut: () => void = () => undefined;

export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

function headersOf(ask: Ask): Headers {
  const headers = new Headers({ Accept: "application/json" });
  if (ask.body !== undefined) headers.set("Content-Type", "application/json");
  if (ask.ifMatch !== undefined) headers.set("If-Match", `"${ask.ifMatch}"`);
  if (ask.idempotencyKey !== undefined) headers.set("Idempotency-Key", ask.idempotencyKey);
  return headers;
}

async function send(path: string, ask: Ask): Promise<Response> {
  const init: RequestInit = {
    method: ask.method ?? "GET",
    headers: headersOf(ask),
    credentials: "same-origin",
    cache: "no-store",
  };
  if (ask.body !== undefined) init.body = JSON.stringify(ask.body);
  if (ask.signal !== undefined) init.signal = ask.signal;
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServiceProblem(UNREACHABLE);
  }
}

/** The problem in an answer's body, or words of our own where it holds none. */
export function problemIn(status: number, body: string): Problem {
  const fallback: Problem = {
    title: "The server could not do this",
    status,
    code: "unexpected",
    next_step: "Try again. If it happens again, tell the clinic.",
  };
  try {
    return { ...fallback, ...(JSON.parse(body) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

function versionOf(response: Response): number | null {
  const match = /"(\d+)"/.exec(response.headers.get("ETag") ?? "");
  return match?.[1] === undefined ? null : Number(match[1]);
}

async function accepted(path: string, ask: Ask): Promise<Response> {
  const response = await send(path, ask);
  if (response.ok) return response;
  const problem = problemIn(response.status, await response.text().catch(() => ""));
  if (response.status === 401 && !path.startsWith("/api/session") && path !== "/api/guest") onSignedOut();
  throw new ServiceProblem(problem);
}

/** Bytes, with the headers that describe them. Throws `ServiceProblem`. */
export async function requestBlob(path: string, signal: AbortSignal): Promise<{ blob: Blob; headers: Headers }> {
  const response = await accepted(path, { signal });
  return { blob: await response.blob(), headers: response.headers };
}

/** The answer with its version. Throws `ServiceProblem`. */
export async function requestVersioned<T>(path: string, ask: Ask = {}): Promise<Answer<T>> {
  const response = await accepted(path, ask);
  const body = (response.status === 204 ? undefined : await response.json()) as T;
  return { body, version: versionOf(response) };
}

/** The answer's body. Throws `ServiceProblem`. */
export async function request<T>(path: string, ask: Ask = {}): Promise<T> {
  return (await requestVersioned<T>(path, ask)).body;
}

/** A problem for anything thrown, so that a page always has words to show. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ServiceProblem) return error.problem;
  return {
    title: "Something in this page went wrong",
    status: 0,
    code: "page_error",
    detail: error instanceof Error ? error.message : "",
    next_step: "Reload the page and try again.",
  };
}

/** What to read below a problem's title: details where they say more than the title, and what to do next. */
export function furtherWords({ title, detail, next_step }: Problem): string {
  return [detail === title ? "" : detail, next_step].filter(Boolean).join(" ");
}
