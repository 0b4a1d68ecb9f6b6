// Package questions is what a question is: the item, its markdown syntax, the lint of it, and the grading
// of one item. It is pure: no store, no clock, no randomness. The checks in lessons and the exams share it.
//
// Words: a bank (題庫) is a file of items (題) and its translations; a choice (選項) is one row of an answer
// block; the key is what earns full marks; a variant is another wording of the same item; a layout is the
// order in which one person saw the choices; a response is what that person said, in displayed positions.
//
// Marks are whole thousandths of a point everywhere; shares and credits are thousandths of one.
//
// Files: item.go, bank.go and response.go are the nouns; grade.go marks one response; parse.go and the
// files it calls (source.go, front.go, blocks.go, attributes.go, answers.go, cloze.go, translate.go) read
// the syntax, check.go that of lessons; fix.go gives ids; number.go and fold.go compare what was typed, by
// the table in hanzi.go; words.go counts the words of an essay.
package questions
