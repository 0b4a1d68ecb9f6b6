package exams

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

func TestPreviews(t *testing.T) {
	inOneWorld(t,
		part{name: "ShowAnyFormAndNobodysOwn", run: previewsShowNobodysOwn},
		part{name: "CheckCountsWhatComes", run: checkCountsWhatComes})
}

func previewsShowNobodysOwn(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	d, err := w.room.dealt(ctx, id)
	w.ok(err)
	own, err := json.Marshal(d.form)
	w.ok(err)
	var secret []byte
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		secret, err = secretIn(rx, w.sitting.ID)
		return err
	}))
	real := seed(secret, id)
	for _, word := range []string{id, w.sitting.ID, w.sitting.Commitment, hex.EncodeToString(real[:]), string(real[:]), "1"} {
		form, err := d.deal(previewSeed(word), nil)
		w.ok(err)
		if doc, _ := json.Marshal(form); string(doc) == string(own) || previewSeed(word) == real {
			t.Errorf("%q gives the candidate's own form", word)
		}
	}
	one, err := w.room.PreviewOfSitting(ctx, w.hr, w.sitting.ID, "百年", "zh-Hant")
	w.ok(err)
	b, err := w.room.Exams(ctx)
	w.ok(err)
	two, err := w.room.PreviewForm(ctx, w.trainer, b[0], "百年", "zh-Hant")
	w.ok(err)
	if len(one.Questions) != 10 || len(one.Sections) != 2 || fmt.Sprint(one) != fmt.Sprint(two) {
		t.Errorf("the same word by what is pinned and by what is published, which is the same:\n%+v\n%+v", one, two)
	}
	other, err := w.room.PreviewForm(ctx, w.trainer, b[0], "大計", "zh-Hant")
	w.ok(err)
	if fmt.Sprint(one) == fmt.Sprint(other) {
		t.Error("two words give one form")
	}
	for _, q := range one.Questions {
		if q.Item == "calls" && q.Right.Text != "47 ± 1" || q.Item == "many" && len(q.Right.Choices) != 2 {
			t.Errorf("the key of %s is %+v", q.Item, q.Right)
		}
	}
	// Keys never travel to candidates or invigilators (E3).
	for _, p := range []people.Person{amy, w.person("watcher", people.Invigilator)} {
		_, err = w.room.PreviewForm(ctx, p, b[0], "1", "zh-Hant")
		w.refused(err, fault.Forbidden, "exams.forbidden")
		_, err = w.room.PreviewOfSitting(ctx, p, w.sitting.ID, "1", "zh-Hant")
		w.refused(err, fault.Forbidden, "exams.forbidden")
		_, err = w.room.CheckBlueprint(ctx, p, b[0])
		w.refused(err, fault.Forbidden, "exams.forbidden")
	}
}

func checkCountsWhatComes(t *testing.T, w *world) {
	ctx := context.Background()
	all, err := w.room.Exams(ctx)
	w.ok(err)
	b := *all[0]
	c, err := w.room.CheckBlueprint(ctx, w.trainer, &b)
	w.ok(err)
	if len(c.Problems) > 0 || c.Forms != 1000 || c.Total != 10 || len(c.Dealt) != 13 || len(c.Never) != 0 || c.Scored != 13 || c.Tested != 0 || c.Expected != nil || c.ByHand != 0 {
		t.Errorf("%+v", c)
	}
	for _, x := range c.Dealt {
		switch {
		case !strings.HasPrefix(x.Item, "single-"):
			if x.N != 1000 {
				t.Errorf("%s came %d times, it is on every form", x.Item, x.N)
			}
		case math.Abs(float64(x.N)-625) > 5*math.Sqrt(1000*0.625*0.375):
			t.Errorf("%s came %d times of 625 expected", x.Item, x.N)
		}
	}
	b.Sections = slices.Clone(b.Sections)
	b.Sections[1].Draws = []Draw{{Bank: "red", Category: "單選", Count: 3, Line: 13}}
	if c, err = w.room.CheckBlueprint(ctx, w.trainer, &b); err != nil || len(c.Problems) > 0 || fmt.Sprint(c.Draws[0].Rivals) != "[13]" || c.Draws[0].Pool != 8 || len(c.Never) != 5 {
		t.Errorf("%v %+v", err, c)
	}
	b.Sections[1].Draws[0].Count = 4
	if c, err = w.room.CheckBlueprint(ctx, w.trainer, &b); err != nil || len(c.Problems) != 1 || c.Problems[0].Line != 13 {
		t.Errorf("%v %+v", err, c)
	}
	b.Sections[1].Draws[0] = Draw{Bank: "gone", Count: 1}
	if c, err = w.room.CheckBlueprint(ctx, w.trainer, &b); err != nil || len(c.Problems) != 1 {
		t.Errorf("%v %+v", err, c)
	}
	_, err = w.room.PreviewForm(ctx, w.trainer, &b, "1", "zh-Hant")
	w.refused(err, fault.Conflict, "exams.deal_bank")
}

// The check says how alike forms are, by what is known of the items.
func TestCheckMeasuresDifficulty(t *testing.T) {
	b, banks, known := realistic()
	k, err := newDeck(b, banks, dealing3, known)
	if err != nil {
		t.Fatal(err)
	}
	c, err := k.check(known, 200)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, x := range c.Dealt {
		sum += x.N
	}
	// Shares are √ of an even share: 2/3 on average.
	if e := c.Expected; e == nil || math.Abs(e.Mean-667) > 40 || e.Spread > 15 || e.Least > e.Mean || e.Most < e.Mean || e.Most-e.Least > 80 || sum != 200*40 || c.Tested != 180 {
		t.Errorf("%+v, %d questions", c.Expected, sum)
	}
}

func TestSecondsFor(t *testing.T) {
	items := testItems(t, "## 一 {#a}\n"+strings.Repeat("字", 100)+"\n\n- [x] 甲乙丙丁戊\n- [ ] 己庚辛壬癸\n## 二 {#b time=90s}\n- [x] 甲\n- [ ] 乙\n## Three {#c}\n\n"+strings.Repeat("letter ", 60)+"\n\n= 7\n")
	for n, want := range []int{100/5 + 2*1 + 8 + 2*4, 90, 60/3 + 8 + 40} {
		if got := secondsFor(items[n]); got != want {
			t.Errorf("%s takes %d s, want %d", items[n].ID, got, want)
		}
	}
}
