package apptest

import (
	"bainian/app/integrity"
	"bainian/app/people"
	"bainian/app/store"
)

// Heard has the opener of a case tell its person what it is about, and the person say how they see it.
func (w *World) Heard(number int) {
	w.Helper()
	opener, person := w.ofCase(number)
	w.must(w.Desk.Notify(w.Ctx, opener, number, "請看卷內的證據，並寫下你怎麼看這件事。"))
	w.must(w.Desk.State(w.Ctx, person, number, "我沒有看別人的答案，也不知道為什麼會相同。"))
}

// Overturn has the person of a case appeal against its verdict, unless they have, and that reviewer uphold the appeal.
func (w *World) Overturn(reviewer people.Person, number int, reason string) error {
	w.Helper()
	_, person := w.ofCase(number)
	if f, err := w.Desk.MyCase(w.Ctx, person, number, "zh-Hant"); err == nil && f.MayAppeal {
		w.must(w.Desk.Appeal(w.Ctx, person, number, "認定的理由不對，請再看一次證據。"))
	}
	return w.Desk.DecideAppeal(w.Ctx, reviewer, number, true, reason)
}

// Decide has two reviewers vote alike on a case, whose person is heard first where that is needed.
func (w *World) Decide(number int, outcome integrity.Outcome) {
	w.Helper()
	if outcome != integrity.NotUpheld {
		w.Heard(number)
	}
	for _, r := range w.Reviewer[:2] {
		_, err := w.Desk.Vote(w.Ctx, r, number, integrity.Ballot{Outcome: outcome, Reason: "兩人看過卷內一切後的結論"})
		w.must(err)
	}
}

func (w *World) ofCase(number int) (opener, person people.Person) {
	w.Helper()
	w.must(w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		var by, of string
		if err := rx.Row(`SELECT e.by_id, c.person_id FROM integrity_case c JOIN case_event e ON e.number = c.number AND e.kind = 'opened' WHERE c.number = ?`, number).Scan(&by, &of); err != nil {
			return err
		}
		var err error
		if opener, _, err = people.PersonIn(rx, by); err != nil {
			return err
		}
		person, _, err = people.PersonIn(rx, of)
		return err
	}))
	return opener, person
}
