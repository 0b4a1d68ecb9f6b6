package exams

import (
	"context"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// StockComment is one of the comment bank: what markers say of answers to one item again and again.
type StockComment struct {
	ID, Bank, Item string
	Text           string // markdown
	By             string
	At             time.Time
}

func scanStock(row store.Row) (c StockComment, err error) {
	var at int64
	err = row.Scan(&c.ID, &c.Bank, &c.Item, &c.Text, &c.By, &at)
	c.At = store.Time(at)
	return c, err
}

func stockIn(rx *store.Rx, bank, item string) ([]StockComment, error) {
	return store.All(rx, scanStock, `SELECT id, bank, item, text, by_id, at_ms FROM stock_comment WHERE bank = ? AND item = ? AND retired_ms IS NULL ORDER BY at_ms, id`, bank, item)
}

// maxStock is how many comments an item can have at a time: one looks through them, and keys reach them.
const maxStock = 30

// AddComment puts a comment into the bank of the item that a script answers.
func (r *Room) AddComment(ctx context.Context, actor people.Person, scriptID, text string) error {
	text, err := reasonable(text, "stock")
	if err != nil {
		return err
	}
	if !decides(actor) {
		return errForbidden()
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		s, err := scriptIn(tx.Rx, scriptID)
		if err != nil {
			return err
		}
		stock, err := stockIn(tx.Rx, s.Bank, s.Item)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(stock, func(c StockComment) bool { return c.Text == text }) {
			return nil
		}
		if len(stock) >= maxStock {
			return fault.New(fault.Conflict, "exams.stock_full", "max", maxStock).In("stock")
		}
		_, err = tx.Exec(`INSERT INTO stock_comment (id, bank, item, text, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`, tx.NewID(), s.Bank, s.Item, text, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// RetireComment takes a comment out of the bank; where it was given, it stays.
func (r *Room) RetireComment(ctx context.Context, actor people.Person, id string) error {
	if !decides(actor) {
		return errForbidden()
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE stock_comment SET retired_by = ?, retired_ms = ? WHERE id = ? AND retired_ms IS NULL`, actor.ID, store.Ms(tx.Now), id)
		if err == nil && n == 0 {
			err = errMissing()
		}
		return err
	})
}
