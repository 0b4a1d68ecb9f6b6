package leads

import (
	"fmt"
	"testing"
	"time"

	"bainian/app/fault"
)

func TestSigns(t *testing.T) {
	at := time.Date(2026, 11, 24, 22, 0, 0, 0, taipei)
	work := func(n int, every, left time.Duration, text func(i int) string) (all []Effort) {
		for i := range n {
			all = append(all, Effort{LeadID: fmt.Sprint("l", i), Outcome: text(i), At: at.Add(time.Duration(i) * every), Left: left})
		}
		return all
	}
	different := func(i int) string { return "老闆談了" + string(rune('甲'+i)) + "展會的成本結構" }
	for _, c := range []struct {
		name string
		all  []Effort
		want []Sign
	}{
		{"an honest day", work(12, 20*time.Minute, 5*time.Hour, different), nil},
		{"the same words about four customers", work(4, time.Hour, 9*time.Hour, func(i int) string { return fmt.Sprintf("已聯絡,對方會再考慮 %d。", i) }),
			[]Sign{{Kind: SameText, Text: "已聯絡,對方會再考慮 0。", N: 4, Of: 4, At: at}}},
		{"the same words about three", work(3, time.Hour, 9*time.Hour, func(int) string { return "已聯絡,對方會再考慮" }), nil},
		{"short words are everybody's", work(9, time.Hour, 9*time.Hour, func(int) string { return "電話沒接" }), nil},
		{"five in four minutes, half an hour before", work(5, time.Minute, 30*time.Minute, different), []Sign{{Kind: Burst, N: 5, Of: 5, At: at}}},
		{"five in four minutes, with a day left", work(5, time.Minute, 24*time.Hour, different), nil},
		{"five over an hour, half an hour before", work(5, 15*time.Minute, 30*time.Minute, different), nil},
		{"next to nothing", work(10, time.Hour, 9*time.Hour, func(int) string { return "ok" }), []Sign{{Kind: Thin, N: 10, Of: 10, At: at}}},
		{"nine are too few to speak of", work(9, time.Hour, 9*time.Hour, func(int) string { return "ok" }), nil},
	} {
		got := Signs(c.all)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %+v, want %+v", c.name, got[i], c.want[i])
			}
		}
	}
}

// A burst before the very first deadline is one, too, though the clock has moved since.
func TestSignsKnowWhenTheFirstFollowUpWasDue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		var held []Holding
		for range 6 {
			held = append(held, w.draw(w.amy))
		}
		w.clock.Set(held[0].Tenure.Due.Add(-20 * time.Minute))
		for i, h := range held {
			_, err := w.FollowUp(ctx, w.amy, h.Lead.ID, Contact{Kind: Call, Outcome: fmt.Sprint("談了展會的成本 ", string(rune('甲'+i)))})
			w.must(err)
			w.clock.Add(30 * time.Second)
		}
		signs, err := w.Signs(ctx, w.manager, w.amy.ID)
		w.must(err)
		if len(signs) != 1 || signs[0].Kind != Burst || signs[0].N != 6 || signs[0].Of != 3 {
			t.Errorf("%+v", signs)
		}
		_, err = w.Signs(ctx, w.other, w.amy.ID)
		w.want(err, fault.Forbidden, "leads.not_your_report")
	})
}
