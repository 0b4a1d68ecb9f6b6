// Package leads is the Pool: the leads of the company, who holds which, and for how long.
//
// Vocabulary. A lead is in exactly one state. It comes into the pool by an import, is drawn by a person or
// assigned by a manager, and from then on held: a tenure. Every tenure begins in the transaction in which the
// gate was asked, by whatever path. A tenure has a clock: a follow-up is due by a time, each one moves it on,
// none beyond the hard maximum; a lead whose clock has run out is reclaimed. The former holder waits out a
// cool-down before taking the same lead again. Trust is where the leads of a person under a red line wait,
// their clocks paused, until the verdict is final or overturned; the tenure stays open meanwhile, so that an
// upheld appeal begins none. Days are business days of the policy's calendar in the company's zone, without the
// holder's approved leave; an evening
// or weekend belongs to the limits of the day it is on, or the next business day.
//
// Rules. Leads wait in pools, each with terms of its own: who may take from it, how fast its clocks run, what is kept for
// newcomers, what is hidden. Pools and the stages that a lead goes through are one versioned document,
// content/pools.yaml. A tenure's clock is computed by the terms at its time and stored: a change of the terms moves no
// clock that runs. At an exempt stage nothing is reclaimed, and what its holder gives up goes to handover and not to the
// pool. The company-wide limits for a person are the gate policy's.
//
// Tables. lead is what is known of a lead and its state; lead_import a file of them, which are leads from the
// moment it is applied. tenure is who held what from when to when, follow_up what they did, trust a pause.
// lead_event is the audit trail of every move. lead_day counts what a person drew and was allocated on a
// business day, lead_pool_day what they drew from a pool that has a limit of its own; nothing ever counts them down.
// absence is approved leave, whose days are none of a person's clocks.
package leads
