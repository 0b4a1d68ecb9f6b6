package leads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// BulkAction is what is done with several leads, each for itself.
type BulkAction string

const (
	BulkAssign   BulkAction = "assign"
	BulkTransfer BulkAction = "transfer"
	BulkMove     BulkAction = "move"
	BulkClose    BulkAction = "close"
	BulkReclaim  BulkAction = "reclaim"
	BulkMerge    BulkAction = "merge" // into one that is kept; offered where duplicates are
)

// BulkActions are what a person may try; whether they may with one lead is asked for each.
func BulkActions(actor people.Person) (all []BulkAction) {
	if actor.Has(people.Manager) {
		all = append(all, BulkAssign, BulkTransfer)
	}
	all = append(all, BulkMove, BulkClose)
	if actor.Has(people.Manager, people.Admin) {
		all = append(all, BulkReclaim)
	}
	return all
}

// Order is what a person says who does the same with several leads.
type Order struct {
	Action  BulkAction
	Leads   []string // ids, at most a page of them
	Person  string   // to whom
	Pool    string   // where to
	Outcome Outcome  // how it ended
	Keep    string   // the lead that others are merged into
	Reason  string
	Request string // the same request is done once
}

// Bulk is an order as far as it was carried out.
type Bulk struct {
	ID     string
	Action BulkAction
	At     time.Time
	Items  []BulkItem // in the order in which they were named
}

// BulkItem is what came of one lead.
type BulkItem struct {
	LeadID, Company string
	Done            bool         // it was tried
	Failed          *fault.Error // why nothing came of it; nil when it did, or is still to be done
}

// Carry carries an order out, every lead in a transaction of its own, and gives the id of its report; a request that was
// given before is its report, and nothing is done again. Faults: Invalid and Forbidden for an order that could not be
// carried out with any lead.
func (p *Pool) Carry(ctx context.Context, actor people.Person, o Order) (id string, err error) {
	if err := mayImport(actor); err != nil {
		return "", err
	}
	if !slices.Contains(append(BulkActions(actor), BulkMerge), o.Action) {
		return "", fault.New(fault.Invalid, "intake.no_action").In("action")
	}
	o.Leads = slices.Compact(slices.Sorted(slices.Values(o.Leads)))
	if o.Action == BulkMerge {
		o.Leads = slices.DeleteFunc(o.Leads, func(id string) bool { return id == o.Keep })
	}
	switch {
	case o.Action == BulkMerge && (o.Keep == "" || len(o.Leads) == 0):
		return "", fault.New(fault.Invalid, "intake.no_merge").In("keep")
	case len(o.Leads) == 0:
		return "", fault.New(fault.Invalid, "intake.none_chosen").In("lead")
	case len(o.Leads) > listed:
		return "", fault.New(fault.Invalid, "intake.too_many_chosen", "max", listed).In("lead")
	case (o.Action == BulkAssign || o.Action == BulkTransfer) && o.Person == "":
		return "", fault.New(fault.Invalid, "intake.no_person").In("person")
	case o.Action == BulkMove && o.Pool == "":
		return "", fault.New(fault.Invalid, "intake.no_pool_chosen").In("pool")
	case len(o.Request) == 0 || len(o.Request) > maxRequest:
		return "", fault.New(fault.Malformed, "leads.request_long", "max", maxRequest)
	}
	if o.Action != BulkAssign && o.Action != BulkReclaim {
		if o.Reason, err = said(o.Reason, "reason", "moves.reason_missing", maxReason); err != nil {
			return "", err
		}
	}
	again := false
	err = p.db.Write(ctx, func(tx *store.Tx) (err error) {
		if id, again, err = store.First(tx.Rx, scanText, `SELECT id FROM lead_bulk WHERE by_id = ? AND request = ?`, actor.ID, o.Request); err != nil || again {
			return err
		}
		id = tx.NewID()
		if _, err := tx.Exec(`INSERT INTO lead_bulk (id, request, action, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, id, o.Request, o.Action, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		rows := make([][]any, len(o.Leads))
		for i, lead := range o.Leads {
			rows[i] = []any{id, i, lead}
		}
		return insertRows(tx, `INSERT INTO lead_bulk_item (bulk_id, place, lead_id)`, rows)
	})
	if err != nil || again {
		return id, err
	}
	for i, lead := range o.Leads {
		if err := p.note(ctx, id, i, p.carry(ctx, actor, o, lead)); err != nil {
			return id, err
		}
	}
	return id, nil
}

// carry does with one lead what was ordered.
func (p *Pool) carry(ctx context.Context, actor people.Person, o Order, lead string) (err error) {
	switch o.Action {
	case BulkAssign:
		_, err = p.Assign(ctx, actor, lead, o.Person)
	case BulkTransfer:
		_, err = p.Transfer(ctx, actor, lead, o.Person, o.Reason)
	case BulkMove:
		err = p.Move(ctx, actor, lead, o.Pool, o.Reason)
	case BulkClose:
		err = p.Close(ctx, actor, lead, Closing{Outcome: o.Outcome, Reason: o.Reason})
	case BulkReclaim:
		err = p.Reclaim(ctx, actor, lead)
	case BulkMerge:
		err = p.Merge(ctx, actor, o.Keep, lead, o.Reason)
	}
	return err
}

// note records what came of one lead.
func (p *Pool) note(ctx context.Context, id string, place int, outcome error) error {
	key, args := "", []byte{}
	if outcome != nil {
		key = "locale.internal"
		if f := (*fault.Error)(nil); errors.As(outcome, &f) {
			key = f.Key
			var err error
			if args, err = json.Marshal(f.Args); err != nil {
				return err
			}
		}
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE lead_bulk_item SET done_ms = ?, failed = ?, args = ? WHERE bulk_id = ? AND place = ?`, store.Ms(tx.Now), key, string(args), id, place)
		return err
	})
}

// Carried is the report of an order of the actor's, or NotFound.
func (p *Pool) Carried(ctx context.Context, actor people.Person, id string) (b Bulk, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		var found bool
		b, found, err = store.First(rx, func(r store.Row) (b Bulk, err error) {
			var at int64
			err = r.Scan(&b.ID, &b.Action, &at)
			b.At = store.Time(at)
			return b, err
		}, `SELECT id, action, at_ms FROM lead_bulk WHERE id = ? AND by_id = ?`, id, actor.ID)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "intake.no_report")
		}
		if err != nil {
			return err
		}
		b.Items, err = store.All(rx, scanBulkItem, `SELECT b.lead_id, coalesce(l.company, ''), b.done_ms IS NOT NULL, b.failed, b.args
			FROM lead_bulk_item b LEFT JOIN lead l ON l.id = b.lead_id WHERE b.bulk_id = ? ORDER BY b.place`, id)
		return err
	})
	return b, err
}

func scanBulkItem(r store.Row) (i BulkItem, err error) {
	var key, args string
	if err := r.Scan(&i.LeadID, &i.Company, &i.Done, &key, &args); err != nil || key == "" {
		return i, err
	}
	i.Failed = fault.New(fault.Conflict, key)
	if args == "" {
		return i, nil
	}
	in := json.NewDecoder(bytes.NewReader([]byte(args)))
	in.UseNumber()
	return i, in.Decode(&i.Failed.Args)
}
