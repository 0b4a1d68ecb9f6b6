// Package crm keeps what a CRM really lets people do in line with the gate, for a CRM that cannot ask the gate by itself.
//
// Vocabulary. An entitlement is that a person, by employee number, may take leads in the CRM, until a time. The reconciler
// is level-triggered: it does not carry messages but reads what the CRM really has, compares it with the gate's decisions
// and repairs what differs, taking away first. Drift is what nobody but a hand in the CRM can have made. A grant is a
// lease: it ends by itself in the CRM unless it is renewed, so that a CRM that nobody can reach closes.
//
// It fails closed: about whom nothing can be decided nothing is granted, and what a hand in the CRM has granted is taken
// away. Of a CRM in which suddenly hardly anybody is known nothing is taken, for then it is the matching that is wrong.
//
// Tables: crm_line (whose gate has just changed), crm_run, crm_repair.
package crm
