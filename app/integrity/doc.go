// Package integrity is the desk where what looks like cheating is looked at by people.
//
// Vocabulary. A signal (訊號) is something observed, kept in an attempt's journal; a finding (比對結果) is what
// the one test that was declared before a sitting opened says about a pair of its papers. A finding flags one
// case (個案) per person of the pair, since similarity has no direction. A flagged case waits for a person and
// touches nothing; once a reviewer has opened it, it suspends the gate until a date. A fact is evidence that
// somebody put on file; some kinds of fact can carry a red line, statistics and telemetry never do. Reviewers
// vote; a verdict (認定) closes the case. A red line (高壓線) needs the concurring votes of two reviewers, the
// second blind to the first, and a fact of a kind that can carry it. Only an upheld appeal overturns it.
//
// Tables: declaration (the test and its threshold, committed at opening), comparison, finding, integrity_case
// (the present state beside its records), case_finding, case_event, case_fact, case_retraction, case_tie,
// case_vote, verdict, overturning. Numbers of cases are a counter.
package integrity
