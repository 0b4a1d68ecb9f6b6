// Package leads is the Pool: the leads of the company, who holds which, and for how long.
//
// Vocabulary. A lead is in exactly one state. It comes into the pool by an import, is drawn by a person or
// assigned by a manager, and from then on held: a tenure. Every tenure begins in the transaction in which the
// gate was asked, by whatever path. A tenure has a clock: a follow-up is due by a time, each one moves it on,
// none beyond the hard maximum; a lead whose clock has run out is reclaimed. The former holder waits out a
// cool-down before taking the same lead again. Trust is where the leads of a person under a red line wait,
// their clocks paused, until the verdict is final or overturned; the tenure stays open meanwhile, so that an
// upheld appeal begins none. Days are business days of the policy's calendar in the company's zone; an evening
// or weekend belongs to the limits of the day it is on, or the next business day.
//
// Tables. lead is what is known of a lead and its state; lead_import a file of them, which are leads from the
// moment it is applied. tenure is who held what from when to when, follow_up what they did, trust a pause.
// lead_event is the audit trail of every move. lead_day counts what a person drew and was allocated on a
// business day; nothing ever counts it down.
package leads
