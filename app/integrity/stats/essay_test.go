package stats

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

const promptZh = "一位客戶在成交前一天來電，說競爭對手的報價比我們低百分之十五。請說明你會怎麼回應，並指出公司的哪一條價值觀支持你的做法。"

// Four people answer the prompt; the second leans on the first, reworded here and there; the others write their own.
var essaysZh = []string{
	"我會先謝謝客戶願意在簽約前把真實的顧慮告訴我，這代表他還想跟我們合作。接著我會問清楚對方報價的內容，是否包含導入、教育訓練和第一年的維護，因為價格低的方案常常把這些項目拆開另外收費。如果比較之後我們仍然比較貴，我不會立刻降價，而是把三年的總成本攤開給他看，讓他自己判斷。這樣做符合誠信待客這一條價值觀：不為了成交而說一半的話。最後我會回報主管，記錄在系統裡，下一次報價時把容易誤會的地方先寫清楚。",
	"首先我會感謝他。接著我會問清楚對方報價的內容,是否包含導入、教育訓練和第一年的維護;因為價格低的方案，常常把這些項目拆開 另外收費。如果客戶還是覺得貴，我會請主管一起去拜訪，把三年的總成本攤開給他看，讓他自己判斷。我認為這是以客為尊。不論結果如何，隔天我都會寫一封信，整理我們談過的重點與承諾的時間，讓他知道簽約以後找得到人負責。",
	"百分之十五不是小數目，所以我的第一步不是辯解，而是確認規格。過去我在門市遇過類似的情況，客人拿著別家的傳單進來，其實型號差了一代。我會把兩份報價單並排放在桌上，一項一項對照，缺的部分用紅筆圈起來。假如規格真的相同，我會坦白說我們的售後工程師住在本地，四小時內到場，這件事值多少錢由客戶決定。公司說的長期主義，就是寧可少賺這一筆，也不要讓客戶半年後後悔。",
	"遇到這種電話我會先深呼吸，因為慌張就容易亂給折扣。我的做法是約他當天下午見面，帶著專案經理，把交付時程重新走一遍。很多時候客戶真正擔心的是延期，而不是那一點差價。如果他堅持要便宜，我可以建議縮小第一期的範圍，把報表模組延到明年，金額自然下降，品質卻不打折。這符合務實創新的精神：用不同的方法解決問題，而不是拿利潤去換訂單。",
}

const promptEn = "Describe a time when you disagreed with a colleague about how to serve a customer, and what you would do differently today."

var essaysEn = []string{
	"Two summers ago I worked the returns counter of an outdoor shop. A man brought back a tent that had clearly been rained in for weeks, and my colleague refused him outright. I thought we should at least look at the seams, because a faulty seam is our problem and mud is his. We argued in front of him, which was the worst part of it. Today I would ask for two minutes, settle it in the back room, and come out with one answer.",
	"At the insurance desk a colleague kept telling callers that forms took ten days when they took three. I thought we should at least look at the seams, because a faulty seam is our problem, was how our trainer used to put it. I said nothing for a month. Then I measured it, printed the numbers and left them on the team board. If it happened again I would speak to her first, over coffee, before any number was pinned to a wall.",
	"My disagreement was about a bakery order. The customer had changed the date by text message, my colleague had not read it, and forty boxes of moon cakes went out a week early. She wanted to charge for them anyway. I called the owner, split the loss with the courier and rebaked the order. Looking back, I would set up one shared inbox on the first day, so nobody has to be right afterwards.",
}

func read(texts []string, given Given) (out []*Essay) {
	for _, text := range texts {
		out = append(out, NewEssay(text, given))
	}
	return out
}

// cut is a span's passage in both texts.
func cut(s Span, a, b string) (string, string) {
	return string([]rune(a)[s.AStart:s.AEnd]), string([]rune(b)[s.BStart:s.BEnd])
}

// letters are the runes of a text that count.
func letters(text string) string {
	var out strings.Builder
	for _, r := range normalised(text) {
		out.WriteRune(r.r)
	}
	return out.String()
}

func TestEssayPairsFindTheBorrowedOne(t *testing.T) {
	for _, c := range []struct {
		name, prompt string
		texts        []string
		most         float64 // Measure of any other pair
		passages     []string
	}{
		{"Chinese", promptZh, essaysZh, .03, []string{
			"接著我會問清楚對方報價的內容，是否包含導入、教育訓練和第一年的維護，因為價格低的方案常常把這些項目拆開另外收費。如果",
			"把三年的總成本攤開給他看，讓他自己判斷。"}},
		{"English", promptEn, essaysEn, .05, []string{
			"I thought we should at least look at the seams, because a faulty seam is our problem"}},
	} {
		pairs := EssayPairs(read(c.texts, NewGiven(c.prompt)), nil)
		if want := len(c.texts) * (len(c.texts) - 1) / 2; len(pairs) != want {
			t.Fatalf("%s: %d pairs, want %d", c.name, len(pairs), want)
		}
		if pairs[0].A != 0 || pairs[0].B != 1 || pairs[0].Measure() < .15 || pairs[1].Measure() > c.most || pairs[0].P != nil {
			t.Errorf("%s: %+v before %+v", c.name, pairs[0], pairs[1])
		}
		essays := read(c.texts, NewGiven(c.prompt))
		spans := essays[0].Spans(essays[1])
		if len(spans) != len(c.passages) {
			t.Errorf("%s: %d passages, want %d", c.name, len(spans), len(c.passages))
		}
		for i, s := range spans {
			inA, inB := cut(s, c.texts[0], c.texts[1])
			if strings.TrimRight(c.passages[min(i, len(c.passages)-1)], "。，") != inA {
				t.Errorf("%s: passage %d is %q in the first and %q in the second", c.name, i, inA, inB)
			}
			if letters(inA) != letters(inB) {
				t.Errorf("%s: passage %d differs: %q and %q", c.name, i, inA, inB)
			}
		}
	}
}

// Width, case, spaces and punctuation do not hide a copy, and offsets point into the original however it was written.
func TestEssayNormalises(t *testing.T) {
	plain := essaysEn[0] + essaysZh[0]
	var dressed strings.Builder
	for i, r := range plain {
		switch {
		case r > ' ' && r < 127 && i%3 == 0:
			dressed.WriteRune(r - '!' + '！') // full width
		case i%3 == 1:
			dressed.WriteString(strings.ToUpper(string(r)) + " …")
		default:
			dressed.WriteRune(r)
		}
	}
	a, b := NewEssay(plain, nil), NewEssay(dressed.String(), nil)
	l, ok := a.Like(b)
	if !ok || l.InA != 1 || l.InB != 1 {
		t.Errorf("%+v %v, want all shared", l, ok)
	}
	spans := a.Spans(b)
	if len(spans) != 1 {
		t.Fatalf("%d passages, want one", len(spans))
	}
	inA, inB := cut(spans[0], plain, dressed.String())
	if inA+"。" != plain || inB != strings.TrimRight(dressed.String(), "。 …") {
		t.Errorf("%q … in %q", inA, inB)
	}
	ligature := NewEssay("ﬁve oﬀers of ﬂour and some more words to read", nil)
	if s := ligature.Spans(NewEssay("FIVE OFFERS OF FLOUR", nil)); len(s) != 1 || s[0] != (Span{0, 17, 0, 20}) {
		t.Errorf("ligatures: %+v", s)
	}
}

// What the prompt and the course say is no likeness, though both quote it at length; without them it would be.
func TestEssayWithoutTheGiven(t *testing.T) {
	a, b := promptZh+essaysZh[2]+promptEn, essaysZh[3]+promptZh+promptEn
	given := NewGiven(promptZh, promptEn)
	l, ok := NewEssay(a, given).Like(NewEssay(b, given))
	if !ok || l.Measure() > .03 {
		t.Errorf("%+v %v, want almost nothing shared", l, ok)
	}
	if s := NewEssay(a, given).Spans(NewEssay(b, given)); len(s) > 0 {
		t.Errorf("passages of the prompt are shown: %+v", s)
	}
	if l, _ := NewEssay(a, nil).Like(NewEssay(b, nil)); l.Measure() < .3 {
		t.Errorf("%+v, want the quotations shared", l)
	}
}

// The null comes from people of other sittings: of a borrowed pair p is the least there can be, of an honest one not.
func TestEssayPairsAgainstImpossiblePairs(t *testing.T) {
	here := read(essaysZh, NewGiven(promptZh))
	var elsewhere []*Essay
	for i := range 10 {
		elsewhere = append(elsewhere, NewEssay(fmt.Sprintf("第%d年我在分公司服務，遇過客戶比價。我先聽他說完，再拿出測試報告，", i+100)+strings.Repeat(string(rune('甲'+i))+"案的結論是先試用後付款，", i+2)+essaysEn[i%3], NewGiven(promptZh)))
	}
	pairs := EssayPairs(here, elsewhere)
	if pairs[0].A != 0 || pairs[0].B != 1 || pairs[0].P == nil || math.Abs(*pairs[0].P-1./41) > 1e-9 {
		t.Errorf("%+v, want p = 1/41", pairs[0])
	}
	if last := pairs[len(pairs)-1]; last.P == nil || *last.P <= 1./41 {
		t.Errorf("%+v, want a larger p", last)
	}
}

func TestEssayTooShort(t *testing.T) {
	for _, text := range []string{"", "好", "不知道", "I do not know."} {
		short, long := NewEssay(text, nil), NewEssay(essaysZh[0], nil)
		if l, ok := short.Like(long); ok {
			t.Errorf("%q: %+v", text, l)
		}
		if pairs := EssayPairs([]*Essay{short, long}, []*Essay{long}); len(pairs) > 0 {
			t.Errorf("%q: %+v", text, pairs)
		}
	}
}

// TestEssayPromise holds winnowing to its word: texts that share a passage of eight runes share a fingerprint.
func TestEssayPromise(t *testing.T) {
	alphabet := []rune("abc百年大計ÄßΣς９")
	draw := func(t *rapid.T, name string, least, most int) string {
		return string(rapid.SliceOfN(rapid.SampledFrom(alphabet), least, most).Draw(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		passage := draw(t, "passage", gramRunes+windowGrams-1, 20)
		a := NewEssay(draw(t, "before", 0, 30)+passage+draw(t, "after", 0, 30), nil)
		b := NewEssay(draw(t, "other before", 0, 30)+passage+draw(t, "other after", 0, 30), nil)
		prints := map[uint64]bool{}
		for _, h := range a.prints {
			prints[h] = true
		}
		for _, h := range b.prints {
			if prints[h] {
				return
			}
		}
		t.Fatalf("no fingerprint of %q in both", passage)
	})
}

// FuzzEssaySpans: whatever two texts are, spans lie within them, do not overlap, and read alike.
func FuzzEssaySpans(f *testing.F) {
	f.Add(essaysZh[0], essaysZh[1], promptZh)
	f.Add(essaysEn[0], essaysEn[1], "")
	f.Add(strings.Repeat("a", 300), strings.Repeat("aa ", 200), "aaaa")
	f.Add("ﷺ"+essaysZh[2], essaysZh[2]+"\xff\xfeﷺ", "")
	f.Add("각각각각각각각각각각각각", "각각각각각각각각각각각각", "")
	f.Fuzz(func(t *testing.T, a, b, given string) {
		g := NewGiven(given)
		x, y := NewEssay(a, g), NewEssay(b, g)
		if l, ok := x.Like(y); ok && !(l.InA >= 0 && l.InA <= 1 && l.InB >= 0 && l.InB <= 1) {
			t.Fatalf("%+v", l)
		}
		lastA := 0
		usedB := make([]bool, len(y.text))
		for _, s := range x.Spans(y) {
			if s.AStart < lastA || s.AEnd <= s.AStart || s.AEnd > utf8.RuneCountInString(a) || s.BStart < 0 || s.BEnd <= s.BStart || s.BEnd > utf8.RuneCountInString(b) {
				t.Fatalf("%+v after %d", s, lastA)
			}
			lastA = s.AStart
			for j, r := range y.text {
				if r.start > s.BStart && r.end < s.BEnd {
					if usedB[j] {
						t.Fatalf("%+v overlaps another in the second text", s)
					}
					usedB[j] = true
				}
			}
		}
	})
}
