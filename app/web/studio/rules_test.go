package studio

import (
	"strings"
	"testing"

	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/questions"
)

func TestFoldedKeepsWhatChanged(t *testing.T) {
	before := strings.Repeat("same\n", 20) + "old\n" + strings.Repeat("same\n", 20)
	after := strings.Replace(before, "old", "new", 1)
	lines := folded(documents.Compare(before, after))
	skipped, changed := 0, 0
	for _, l := range lines {
		skipped += l.Skipped
		if l.Skipped == 0 && l.Op != documents.Same {
			changed++
		}
	}
	if skipped != 2*17 || changed != 2 || len(lines) != 2+2*around+2 {
		t.Errorf("%d skipped, %d changed, %d lines", skipped, changed, len(lines))
	}
	if folded(documents.Compare(before, before)) != nil {
		t.Error("equal texts differ")
	}
}

// TestReadableLeavesOutWhatIsBroken: one broken item hides neither its neighbours nor their lines.
func TestReadableLeavesOutWhatIsBroken(t *testing.T) {
	text := "---\nbank: b\ntitle: t\n---\n\n# 甲\n\n## 一 {#one}\n\n- [x] 對\n- [ ] 錯\n\n## 二 {#two}\n\n```\n## 不是標題\n```\n\n- [ ] 沒有正解\n- [ ] 也沒有\n\n# 乙\n\n## 三 {#three}\n\n= 47\n"
	file := questions.File{Name: "b.bank.md", Lang: locale.Hant, Source: []byte(text)}
	bank, out := readable([]questions.File{file})
	if bank == nil || out != 1 || len(bank.Items) != 2 || bank.Items[1].ID != "three" || bank.Items[1].Line != 24 {
		t.Fatalf("%d left out of %+v", out, bank)
	}
	english := questions.File{Name: "b.bank.en.md", Lang: locale.En, Source: []byte("---\nbank: b\ntitle: t\nlang: en\n---\n\n# A\n\n## One {#one}\n\n- [x] right\n- [ ] wrong\n")}
	bank, out = readable([]questions.File{file, english})
	if bank == nil || out != 2 || len(bank.Items) != 1 {
		t.Fatalf("%d left out of %+v", out, bank)
	}
	if bank, _ := readable([]questions.File{{Name: "x", Source: []byte("nothing")}}); bank != nil {
		t.Error("a bank out of nothing")
	}
}

func TestPlots(t *testing.T) {
	at := func(facility, discrimination float64) itemRow {
		return itemRow{ItemRow: exams.ItemRow{ItemStats: exams.ItemStats{Facility: &facility, Discrimination: &discrimination}}}
	}
	p := plotOf([]itemRow{at(0, -1), at(1, 1), at(.5, 0), {}})
	if len(p.Dots) != 3 || p.Dots[2].Y != p.Zero || p.Weak >= p.Zero || p.From != 0 {
		t.Errorf("%+v", p)
	}
	if p := plotOf([]itemRow{at(.87, .2), at(.99, .2)}); p.From != 80 || p.Dots[0].X <= 0 {
		t.Errorf("the plot does not begin near its items: %+v", p)
	}
	for _, d := range p.Dots {
		if d.X < 0 || d.X > p.Wide || d.Y < 0 || d.Y > p.High {
			t.Errorf("a dot outside the plot: %+v", d)
		}
	}
}
