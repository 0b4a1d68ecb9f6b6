// @ts-check
// Time that only the machine's running clock and the server tell. The wall clock of a laptop may be hours wrong or
// be set right in the middle of an exam; all it is good for is a guess that the machine has slept, since some stop
// performance.now() in their sleep. The server's next word settles whether it did.

const jump = 2000; // ms by which the wall clock must run ahead to be worth a guess

const seen = { wall: Date.now(), running: performance.now() };
let slept = 0; // ms of sleep that the server's clock confirmed
let guess = 0; // ms of sleep, or else a wall clock that was set
/** @type {{server: number, running: number} | null} the server's last word */
let word = null;

/** Milliseconds since the page was opened, guessed sleep included. */
export function monotonic() {
  const wall = Date.now(), running = performance.now();
  const ahead = wall - seen.wall - (running - seen.running);
  if (ahead > jump) guess += ahead;
  seen.wall = wall;
  seen.running = running;
  return running + slept + guess;
}

/** How much of monotonic() the server has not confirmed. */
export const guessed = () => guess;

/** @typedef {{sure: number, guess: number}} Span ms of running clock and confirmed sleep, and guessed sleep on top */

/** @returns {Span} the moment, for since() */
export const moment = () => ({ sure: monotonic() - guess, guess });

/** How long ago a moment was. @param {Span} then @returns {Span} */
export function since(then) {
  const now = moment();
  return { sure: Math.max(0, Math.round(now.sure - then.sure)), guess: Math.max(0, Math.round(now.guess - then.guess)) };
}

/** Replaces what was guessed by as much of it as the machine slept. @param {Span} span @param {number} slept */
export function settle(span, slept) {
  span.sure += Math.min(span.guess, Math.round(slept));
  span.guess = 0;
}

/**
 * The server's clock said now when performance.now() said running, give or take doubt.
 * @param {number} server unix ms @param {number} running @param {number} [doubt]
 * @returns {number} how long the machine slept since the word before this one
 */
export function told(server, running, doubt = 0) {
  monotonic(); // what the wall clock has to say until here is settled too
  const truth = word ? server - word.server - (running - word.running) : 0;
  const sleep = truth > jump + doubt ? truth : 0;
  slept += sleep;
  guess = 0;
  word = { server, running };
  return sleep;
}
