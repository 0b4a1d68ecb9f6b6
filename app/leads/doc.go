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
// Moves. A swap puts leads into its holder's private pool, where a clock runs slower, and as many back into the public one.
// A transfer passes a lead on to a colleague; a chain of transfers lasts no longer than its first tenure would have, and the
// private pool counts from that one's beginning, so that nobody keeps a lead out of the pool by handing it round. A lead goes
// through stages; at an exempt one its clock stands still, which wants evidence and is listed for its managers, and coming
// back the clock has the business days left that it had, within its hard maximum. Once a clock has run out only a follow-up
// saves the lead: not a swap, a transfer or a stage. A closing ends the work with an outcome, a reopening takes it back. A
// dispute is two people with one customer and wants a ruling; a merge makes one lead of two. An erasure forgets a person on
// request: the one case in which records are overwritten, and then only what was written in words.
//
// Leave. Approving leave moves the clocks of what a person holds by the business days of it that lie ahead in them, the hard
// maximum too, and withdrawing it moves them back; on the day itself it counts whole. Nobody on leave draws or is given
// leads. A holiday that is published later moves no clock that runs, as no change of the terms does.
//
// Allocation. The evening before, leads are planned for the next business day: a draft for every manager's people, which
// the manager adjusts and publishes, or the rules have it published at once. A draft takes nothing and holds its leads
// back only from other drafts. Publishing gives each person their share in one transaction, under everything that Assign
// asks, and writes down what could not be given and why. What is given counts to the day that it is for. Its clock is that
// of any tenure, counted from when it begins: given on the evening before, the first follow-up is due on the evening of
// the day itself; given late, on that day's morning, a business day later. Until the route is printed at eight the day
// that begins can still be drafted. Where a person sells is their beat: it limits what they are allocated, never what they
// draw.
//
// Rules. Leads wait in pools, each with terms of its own: who may take from it, how fast its clocks run, what is kept for
// newcomers, what is hidden. Pools and the stages that a lead goes through are one versioned document,
// content/pools.yaml. A tenure's clock is computed by the terms at its time and stored: a change of the terms moves no
// clock that runs. At an exempt stage nothing is reclaimed, and what its holder gives up goes to handover and not to the
// pool. The company-wide limits for a person are the gate policy's.
//
// Files. An import is staged in short transactions and is leads all at once, when it is applied; a moment later they are
// admitted to their pools, row by row. An order moves several leads, each in a transaction of its own, and is its own
// report. What leaves the house is recorded.
//
// The day. A Diary is a salesperson's: an agenda of stops in the order of their own route, plans for a day, files that came
// with a follow-up, and the masked leads that they may open in a pool, so many a day. In the evening it is a report,
// prefilled from the records and handed in for good, and a sharing: which customer, how they reacted, what was done. A
// manager, mentor or trainer keeps a sharing as a story, out of which every name and number of a customer is struck; trainers
// draw lessons from stories. A case is the integrity desk's word and none of this.
//
// Tables. lead is what is known of a lead and its state; lead_import a file of them, which are leads from the
// moment it is applied. tenure is who held what from when to when, follow_up what they did, trust a pause.
// lead_event is the audit trail of every move. lead_day counts what a person drew and was allocated on a
// business day, lead_pool_day what they drew from a pool that has a limit of its own; nothing ever counts them down.
// absence is approved leave, whose days are none of a person's clocks. swap and swap_lead are the swaps, lead_stage the changes
// of stage, lead_closing and lead_reopening the ends, dispute with its ruling, lead_merge, and lead_erasure who forgot what
// when and why. lead_file is what was uploaded to be imported, for a day; lead_export who took which leads along, lead_bulk an
// order and lead_bulk_item what came of each of its leads. allocation is a draft and what became of it, allocation_share what
// one person of it is to get, allocation_evening the days that were drafted; lead_beat is where people sell. lead_warning is
// who was told, at which hour, that leads will be reclaimed.
// lead_route, lead_plan, follow_up_file and lead_view are the day's; day_report, day_report_remark, sharing, story
// and story_lesson the evening's.
package leads
