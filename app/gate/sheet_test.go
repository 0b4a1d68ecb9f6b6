package gate

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bainian"
)

func opened(t *testing.T, text string) *Sheet {
	t.Helper()
	s, err := OpenSheet(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shippedText(t *testing.T) string {
	t.Helper()
	text, err := fs.ReadFile(bainian.Files, PolicyPath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// comments are the comments of a text, in their order.
func comments(text string) (all []string) {
	for line := range strings.Lines(text) {
		if _, comment, found := strings.Cut(line, "#"); found {
			all = append(all, strings.TrimSpace(comment))
		}
	}
	return all
}

func TestASheetKeepsWhatItsAuthorsWrote(t *testing.T) {
	text := shippedText(t)
	s := opened(t, text)
	if got := s.Text(); !reflect.DeepEqual(comments(got), comments(text)) || strings.Count(got, "\n\n") < 3 {
		t.Errorf("written again it is\n%s", got)
	}
	s.SetLimit("cap", "120")
	s.SetHolidays(append(s.Holidays(), "2027-10-11"))
	if err := s.Set("0.5", Condition{Kind: Exam, Ref: "values", Mark: "90", Within: "180", Grace: "7"}); err != nil {
		t.Fatal(err)
	}
	got := s.Text()
	for _, line := range []string{"cap: 120 # held at one time", "{exam: values, within: 180d, grace: 7d, mark: 90}", "2027-09-15, 2027-10-11]"} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is missing in\n%s", line, got)
		}
	}
	if !reflect.DeepEqual(comments(got), comments(text)) {
		t.Error("a comment went")
	}
	if p, problems := ParsePolicy(PolicyPath, []byte(got)); p == nil || p.Limits.Cap != 120 {
		t.Error(problems)
	}
}

func TestASheetAddsAndRemoves(t *testing.T) {
	s := opened(t, shippedText(t))
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []Condition{{Kind: InOrder, Ref: "values>product>sales"}, {Kind: Graduated}, {Kind: Course, Ref: "sales/craft", Current: true, Grace: "10"}} {
		do(s.Add("0", c))
	}
	last := len(s.Levels()[0].Tree.Children) - 2
	do(s.Either("0."+string(rune('0'+last/10))+string(rune('0'+last%10)), Condition{Kind: SignedOff}))
	do(s.AddLevel(Limited))
	do(s.Remove("2.3"))
	p, problems := ParsePolicy(PolicyPath, []byte(s.Text()))
	if p == nil {
		t.Fatal(problems, s.Text())
	}
	var keys []string
	for _, r := range p.Levels[0].Require.leaves(nil)[11-1:] {
		keys = append(keys, r.Key())
	}
	if got := strings.Join(keys, " "); got != "exam:final in_order:values>product>sales cohort sign_off course:sales/craft" || len(p.Levels) != 3 || p.Levels[1].Level != Limited {
		t.Errorf("%s in %d levels\n%s", got, len(p.Levels), s.Text())
	}
	if any := p.Levels[0].Require.All[12].Any; len(any) != 2 || p.Levels[0].Require.All[13].Requirement.Grace == 0 {
		t.Errorf("%+v", p.Levels[0].Require.All)
	}
	do(s.Remove("0.12.0")) // of two alternatives one is left: it is the condition
	if again := opened(t, s.Text()).Levels()[0].Tree.Children[12]; again.Condition.Kind != SignedOff {
		t.Errorf("%+v", again)
	}
	do(s.RemoveLevel("1"))
	if err := s.AddLevel(Full); err == nil {
		t.Error("a level twice")
	}
	for _, at := range []string{"", "9", "0.99", "0.1.1", "x", "-1", "0.-1"} {
		if s.Set(at, Condition{Kind: Graduated}) == nil || s.Remove(at) == nil {
			t.Errorf("%q is no place", at)
		}
	}
}

// To save a form in which nothing was changed changes nothing.
func TestASheetSetsWhatItShows(t *testing.T) {
	for _, text := range []string{shippedText(t), demanding, shipped} {
		s := opened(t, text)
		before := s.Text()
		var walk func(SheetNode)
		walk = func(n SheetNode) {
			if n.Group == "" {
				if err := s.Set(n.At, n.Condition); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range n.Children {
				walk(c)
			}
		}
		for _, l := range s.Levels() {
			walk(l.Tree)
		}
		for _, name := range LimitNames() {
			s.SetLimit(name, s.Limit(name))
		}
		s.SetHolidays(s.Holidays())
		if after := s.Text(); after != before {
			t.Errorf("before\n%s\nafter\n%s", before, after)
		}
	}
}

// Whatever is typed into a form stands in the text as one value: nothing typed becomes another part of the policy.
func TestWhatIsTypedStaysAValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := OpenSheet(demanding)
		if err != nil {
			t.Fatal(err)
		}
		typed := rapid.StringMatching(`[ -~]{0,12}`).Draw(t, "typed")
		if err := s.Set("0.5", Condition{Kind: Exam, Ref: "product", Mark: typed, Within: typed}); err != nil {
			t.Fatal(err)
		}
		s.SetLimit("cap", typed)
		again, err := OpenSheet(s.Text())
		if err != nil {
			t.Fatalf("%v:\n%s", err, s.Text())
		}
		c := again.Levels()[0].Tree.Children[5].Condition
		if c.Kind != Exam || c.Ref != "product" || c.Mark != strings.TrimSuffix(typed, "%") || len(again.Levels()[0].Tree.Children) != 9 || again.Limit("cap") != typed {
			t.Fatalf("%+v of %q:\n%s", c, typed, s.Text())
		}
	})
}
