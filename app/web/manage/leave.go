package manage

import "bainian/app/web/page"

// leave approves leave for a member of the team.
func (w *Wing) leave(c *page.Ctx) error {
	_, err := w.pool.Absent(c.Context(), c.Person, c.Params("id"), c.Form("from"), c.Form("to"), c.FormText("reason"))
	return w.onMember(c, err, "handover.leave_set")
}

func (w *Wing) withdrawLeave(c *page.Ctx) error {
	return w.onMember(c, w.pool.WithdrawAbsence(c.Context(), c.Person, c.Params("absence")), "handover.leave_withdrawn")
}
