// @ts-check
// The length of an essay, by the rule of CountWords in app/questions/words.go; its testdata/words.json holds both to it.

const alone = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]`;
const run = String.raw`(?:(?!${alone})[\p{L}\p{M}\p{N}])+`;
const word = new RegExp(`${alone}|${run}(?:['’.,-]${run})*`, "gu");

/** @param {string} text @returns {number} Chinese characters and words of other scripts */
export const countWords = (text) => text.match(word)?.length ?? 0;
