package questions

import (
	"fmt"
	"testing"
)

func TestSplitAttributes(t *testing.T) {
	tests := []struct{ in, text, list string }{
		{"題 {#a}", "題", "[{# a false}]"},
		{"題 {#rl-01 level=apply points=1 tags=\"integrity sjt\"}", "題", "[{# rl-01 false} {level apply false} {points 1 false} {tags integrity sjt false}]"},
		{"題{#a exact}", "題", "[{# a false} {exact  true}]"},
		{"題 {#a tags=回扣 max=3m words=100-300}", "題", "[{# a false} {tags 回扣 false} {max 3m false} {words 100-300 false}]"},
		{"題 {#a tags='一 二' unit=“萬 元”}", "題", "[{# a false} {tags 一 二 false} {unit 萬 元 false}]"},
		{"題 {#a unit=\"}\"}", "題", "[{# a false} {unit } false}]"},
		{"集合 {1, 2} 是 {#a}", "集合 {1, 2} 是", "[{# a false}]"},
		{"題　{#a}", "題", "[{# a false}]"},
		{"集合 {1, 2}", "集合 {1, 2}", "[]"},
		{"題 \\{#a}", "題 \\{#a}", "[]"},
		{"題 {#a} 後", "題 {#a} 後", "[]"},
		{"題 {#a tags=}", "題 {#a tags=}", "[]"},
		{"題 {#a tags=\"x}", "題 {#a tags=\"x}", "[]"},
		{"題 {}", "題 {}", "[]"},
	}
	for _, test := range tests {
		text, list, found := splitAttributes(test.in)
		if text != test.text || fmt.Sprint(list) != test.list || found != (test.list != "[]") {
			t.Errorf("%q: %q %v %v", test.in, text, list, found)
		}
	}
}

func TestAttributeValues(t *testing.T) {
	i := item(t, "## 題 {#a points=2.5 level=create tags=\"一,二 三\" lesson=values/red-line objective=2 shuffle=false time=1m30s}\n"+twoChoices)
	if i.Points != 2500 || i.Level != "create" || fmt.Sprint(i.Tags) != "[一 二 三]" || i.Lesson != "values/red-line" ||
		i.Objective != 2 || i.Shuffle || i.Seconds != 90 || i.Shuffled() {
		t.Errorf("%+v", i)
	}
	for _, bad := range []string{"points=-1", "points=1.2345", "points=1000", "tags=\",\"", "lesson=red-line", "objective=0", "shuffle=maybe", "time=0", "time=soon", "score=most"} {
		_, problems := ParseBank(bank("## 題 {#a " + bad + "}\n- [x] 一\n- [x] 二\n- [ ] 三\n"))
		if got := places(problems); fmt.Sprint(got) != "[6 attribute_value]" {
			t.Errorf("%s: %q", bad, got)
		}
	}
}

func TestHanziTable(t *testing.T) {
	if n := len([]rune(traditional)); n != len([]rune(simplified)) || n != len(toSimplified) {
		t.Fatalf("%d traditional characters, %d simplified, %d pairs", n, len([]rune(simplified)), len(toSimplified))
	}
	for from, to := range toSimplified {
		if toSame(to) != to || from == to {
			t.Errorf("%c becomes %c, which becomes %c", from, to, toSame(to))
		}
	}
	for _, pair := range [][2]string{{"臺灣後裏乾髮發", "台湾后里干发发"}, {"線索與價值觀", "线索与价值观"}, {"簽約後回款", "签约后回款"}} {
		if fold(pair[0], false) != fold(pair[1], false) || fold(pair[0], true) == fold(pair[1], true) {
			t.Errorf("%s is compared as %s, %s as %s", pair[0], fold(pair[0], false), pair[1], fold(pair[1], false))
		}
	}
}

func BenchmarkParseBank(b *testing.B) {
	file := read(b, "kinds.bank.md")
	for b.Loop() {
		ParseBank(file)
	}
}
