// Package gate answers one question: may this person take leads, and if not, why not.
//
// Vocabulary. A policy is a versioned document (content/policy.yaml): for each level, from the highest down,
// a tree of requirements joined by all and any. A decision is the pure function Decide applied to the facts
// about one person, a policy and a time; the page, the API and the enforcement all call it, so that what is
// explained is what is enforced. A reason is one unmet requirement with its remedy. A waiver excuses one
// person from one requirement until a date; never from the values, the pledge, a case or a red line.
//
// Two things stand above every policy: a red line and the end of employment close the gate whatever the
// policy says. Without a policy nothing is taken; what is held stays workable.
//
// Terms, the policy and the pledge in force, are kept per edition of the shelf. Facts about people are read anew for
// every decision.
//
// A grant is a decision in writing, a signed token that another system checks without asking, for at most five minutes.
//
// The logbook takes down every decision that was asked for or enforced. A snapshot is whom the gate lets take leads at one
// moment, signed, in a file; a glass answers from it while the database is away, once two holders of a passphrase have
// broken it; an episode is one such breaking, brought home from its log.
//
// A change is that a person's gate comes to stand differently. It is noticed in the transaction of its cause (NoticeIn),
// or within a minute when its cause is time or a new policy (Sweep), put on record with a sequence, and told (OnChanged).
//
// Tables: waiver, waiver_withdrawal, sign_off, sign_off_withdrawal, policy_override, gate_opening (when a person first took
// a lead), gate_grant (who asked for which grant, for ninety days), gate_decision (the logbook), glass_holder, break_glass
// with break_glass_decision and break_glass_reading, gate_change, gate_state (the last change of each person), gate_round
// (the look at everybody after a new policy).
package gate
