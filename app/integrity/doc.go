// Package integrity is the desk where what looks like cheating is looked at by people.
//
// Vocabulary. A signal (訊號) is something observed, kept in an attempt's journal; a finding (比對結果) is what
// the one test that was declared before a sitting opened says about a pair of its papers. A finding flags one
// case (個案) per person of the pair, since similarity has no direction. A flagged case waits for a person and
// touches nothing: they dismiss it with a reason, or open it. An open case suspends the gate until a date and makes what
// the attempt earned provisional. Its opener tells the person, who sees the same evidence and makes a statement; then
// two reviewers give their opinions, neither of whom sees the other's before both are in, and nobody votes against a
// person who was not heard. A fact is evidence that somebody put on file; some kinds of fact can carry a red line,
// statistics and telemetry never do. A reviewer can ask for more investigation, which goes back to the opener. A
// verdict (認定) closes the case; of two opinions the milder holds. The person may appeal it, and a reviewer who took no
// part decides; only an upheld appeal undoes a red line (高壓線). Where nothing stands the person is cleared and the file
// is sealed: it takes HR, with a reason, and a reviewer to open it again.
//
// Every step has a clock in business days of the company's calendar; each reminds once before its end and once after,
// and says nothing of what the case is about. Every record of a case is an entry of the chain case/NUMBER in the ledger.
//
// What the tests that raise nothing say is computed once, when a sitting has closed, and shown beside its findings
// (numbers.go makes papers into rows and columns; corroboration*.go, map.go and essays.go run the tests, corroborate.go keeps
// what they say, beside.go is a case's part of it). It flags nobody.
//
// A keeper holds something that is kept for a time only; the daily round sweeps them, on record.
//
// Tables: declaration (the test and its threshold, committed at opening), comparison, finding, integrity_case
// (the present state beside its records), case_finding, case_event (what was done, said and asked), case_fact,
// case_retraction, case_tie, case_vote, verdict, overturning, case_clock, case_reminder, case_draft, retention_run,
// corroboration (what the tests that raise nothing say of a closed sitting); the view case_record is every record of a case
// in one shape. Numbers of cases are a counter.
package integrity
