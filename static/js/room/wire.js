// @ts-check
// The line to the server: one call, one outcome. A failure says in one word what to do about it.

import { moment } from "./time.js";

/**
 * - offline: no answer, or none that is ours (a login page of a hotel, say); try again
 * - busy: the server asks for patience; try again
 * - signed-out: the session is over; try again once somebody has signed in
 * - elsewhere: another tab or device has the paper
 * - paused, over: so has the clock, or the paper
 * - ask, asking, declined: somebody who watches has to agree first; has been asked; does not agree
 * - stale: a save with this number is already there
 * - foreign: the paper is not this person's, as after signing in as somebody else
 * - refused: never going to work as it is
 * - barred: the exam is sat in Safe Exam Browser, and this is not it, or with another configuration; try again
 * @typedef {"offline" | "busy" | "signed-out" | "barred" | "elsewhere" | "paused" | "over" | "ask" | "asking" | "declined" | "stale" | "foreign" | "refused"} Trouble
 */

/** @type {Record<string, Trouble>} */
const conflicts = {
  "exams.other_device": "elsewhere",
  "exams.paused": "paused",
  "exams.over": "over",
  "exams.stale": "stale",
  "exams.takeover_needed": "ask",
  "exams.takeover_waiting": "asking",
  "exams.takeover_refused": "declined",
};

export class Failure extends Error {
  /** @param {Trouble} trouble @param {string} [message] */
  constructor(trouble, message = trouble) {
    super(message);
    this.trouble = trouble;
  }
}

export class Wire {
  /** When the server last acknowledged a contact that it keeps. */
  contact = moment();
  /** What every call shows besides: the keys of Safe Exam Browser. @type {Record<string, string>} */
  shows = {};
  #cut = false; // a rehearsal of the line being down

  /** @param {string} attempt @param {(trouble: Trouble | null) => void} felt called after every call with how the line is */
  constructor(attempt, felt) {
    this.path = `/attempts/${attempt}`;
    this.felt = felt;
  }

  /** Cuts the line for so long, as a rehearsal does: nothing goes out of the page. @param {number} ms */
  async cut(ms) {
    this.#cut = true;
    this.felt("offline");
    await pause(ms);
    this.#cut = false;
  }

  /**
   * @param {"GET" | "PUT" | "POST"} method @param {string} what below the attempt's path
   * @param {object | Blob} [body] a part of a file as it is, else JSON @returns {Promise<any>} the decoded answer, null when it has none
   */
  async call(method, what, body) {
    try {
      const answer = await this.#send(method, what, body);
      if (method !== "GET") this.contact = moment();
      this.felt(null);
      return answer;
    } catch (error) {
      const failure = error instanceof Failure ? error : new Failure("offline", String(error));
      this.felt(failure.trouble);
      throw failure;
    }
  }

  /** @param {string} method @param {string} what @param {object | Blob} [body] */
  async #send(method, what, body) {
    if (this.#cut) throw new Failure("offline");
    const patience = new AbortController();
    const raw = body instanceof Blob;
    const timer = setTimeout(() => patience.abort(), raw ? 30_000 : 8000);
    try {
      const response = await fetch(`${this.path}/${what}`, {
        method,
        body: raw ? body : body && JSON.stringify(body),
        headers: { Accept: "application/json", ...(body && { "Content-Type": raw ? "application/octet-stream" : "application/json" }), ...this.shows },
        cache: "no-store",
        redirect: "manual", // handing in answers with the way to the result, which the page then takes
        keepalive: method !== "GET" && !raw, // a save under way outlives the page; a part would be too large for that
        signal: patience.signal,
      });
      if (response.type === "opaqueredirect" || response.status === 204) return null;
      const answer = await response.json(); // anything else is not our server
      if (response.ok) return answer;
      throw failureOf(response.status, answer.error ?? {});
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @param {number} status @param {{key?: string, message?: string}} error */
function failureOf(status, error) {
  if (status === 401) return new Failure("signed-out");
  if (error.key === "exams.seb_missing" || error.key === "exams.seb_wrong") return new Failure("barred", error.message);
  if (status === 403 || status === 404) return new Failure("foreign", error.message);
  if (status === 409) return new Failure(conflicts[error.key ?? ""] ?? "refused", error.message);
  if (status === 429 || status >= 500) return new Failure("busy", error.message);
  return new Failure("refused", error.message);
}

/** @param {number} ms */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
