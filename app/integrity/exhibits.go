package integrity

import (
	"context"
	"slices"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/store"
)

// Exhibits are the evidence of a case, the same for its reviewers and for the person whom it is about.
type Exhibits struct {
	Attempt     exams.Attempt
	Declaration Declaration
	Comparison  Comparison
	Findings    []Finding
	Timeline    []Moment
	Traces      exams.Traces // signals, by the server's time, and how answers came about
	Beside      *Beside      // what the tests that raise nothing say, nil until they have run
	Facts       []Fact
	Snapshots   int             // pictures of the camera, those that are gone too
	Special     []exams.Granted // accommodations that were on record when the person sat it
	Explained   int             // signals that they explain, which are neither on the timeline nor among the traces
}

// readIn reads what is on record of a case.
func (x *Exhibits) readIn(rx *store.Rx, c Case) (err error) {
	if x.Attempt, _, err = exams.AttemptIn(rx, c.AttemptID); err != nil {
		return err
	}
	if x.Facts, err = factsIn(rx, c); err != nil {
		return err
	}
	if x.Findings, err = findingsIn(rx, c); err != nil {
		return err
	}
	if x.Declaration, x.Comparison, err = testIn(rx, c.SittingID); err != nil {
		return err
	}
	if x.Beside, err = besideIn(rx, c, x.Findings); err != nil {
		return err
	}
	snapshots, err := exams.SnapshotsIn(rx, c.AttemptID)
	if err != nil {
		return err
	}
	x.Snapshots = len(snapshots)
	if x.Special, err = exams.HeldIn(rx, c.PersonID, x.Attempt.StartedAt); err != nil {
		return err
	}
	x.Timeline, x.Explained, err = timelineIn(rx, c.AttemptID, x.Special)
	return err
}

// lay adds what the papers say: both side by side, shared passages, and the traces. What an accommodation explains
// nobody looks at.
func (d *Desk) lay(ctx context.Context, x *Exhibits, lang locale.Lang) (err error) {
	if x.Traces, err = d.room.Traces(ctx, x.Attempt.ID); err != nil {
		return err
	}
	x.Traces.Signals = slices.DeleteFunc(x.Traces.Signals, func(s exams.Signal) bool { return s.Explains != "" })
	if err := d.quoteEssays(ctx, x.Attempt.ID, x.Beside); err != nil {
		return err
	}
	return d.laySideBySide(ctx, x.Attempt.ID, x.Findings, lang)
}
