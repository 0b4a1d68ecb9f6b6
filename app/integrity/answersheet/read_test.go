package answersheet

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bainian/app/fault"
	"bainian/app/locale"
)

// read is an exam as "id:labels" a person (with / and seconds when there are times), the key's labels, and the
// problems or notes as "file:line column key".
func read(t *testing.T, answers, key, times string, more ...func(*Files)) (exam, said string) {
	f := Files{Answers: File{"A", strings.NewReader(answers)}, Key: File{"K", strings.NewReader(key)}}
	if times != "" {
		f.Times = File{"T", strings.NewReader(times)}
	}
	for _, change := range more {
		change(&f)
	}
	x, err := Read(f)
	problems := []string{}
	refused := (*Refusal)(nil)
	if errors.As(err, &refused) {
		for _, p := range refused.Problems {
			inWords(t, p)
			problems = append(problems, fmt.Sprintf("%s:%d %s %s", p.File, p.Line, p.Item, strings.TrimPrefix(p.Key, "answersheet.")))
		}
		if refused.More > 0 {
			problems = append(problems, fmt.Sprint("+", refused.More))
		}
		return "", strings.Join(problems, "\n")
	}
	for _, p := range x.Notes {
		inWords(t, p)
		problems = append(problems, fmt.Sprintf("%s:%d %s %s", p.File, p.Line, p.Item, strings.TrimPrefix(p.Key, "answersheet.")))
	}
	var out []string
	for p, id := range x.IDs {
		row := id + ":"
		for item, option := range x.Chosen[p] {
			if option == Missing {
				row += "_"
			} else {
				row += x.Label(option)
			}
			if x.Seconds != nil {
				row += fmt.Sprintf("/%g ", x.Seconds[p][item])
			}
		}
		out = append(out, strings.TrimSpace(row))
	}
	row := strings.Join(x.Items, ",") + "="
	for _, option := range x.Key {
		row += x.Label(option)
	}
	if x.Known != nil {
		row += fmt.Sprint(x.Known)
	}
	return strings.Join(append(out, row), "\n"), strings.Join(problems, "\n")
}

// inWords fails when a problem has no words in some language, or words with a place that nothing fills.
func inWords(t *testing.T, p fault.Problem) {
	t.Helper()
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locale.Langs() {
		if words := catalog.T(lang, p.Key, p.Args...); !catalog.Has(lang, p.Key) || strings.ContainsAny(words, "{}") {
			t.Errorf("%s in %s: %q", p.Key, lang, words)
		}
	}
}

const (
	plain = "id,Q1,Q2,Q3\nana,A,B,C\nben,b,,D\n"
	long  = "item,key\nQ1,A\nQ2,B\nQ3,C\n"
	taken = "ana:ABC\nben:B_D\nQ1,Q2,Q3=ABC"
)

func TestReadIsLiberalInForm(t *testing.T) {
	for name, c := range map[string]struct{ answers, key, exam, notes string }{
		"plain":              {plain, long, taken, ""},
		"semicolons":         {strings.ReplaceAll(plain, ",", ";"), strings.ReplaceAll(long, ",", "\t"), taken, ""},
		"tabs":               {strings.ReplaceAll(plain, ",", "\t"), strings.ReplaceAll(long, ",", ";"), taken, ""},
		"byte order mark":    {"\uFEFF" + plain, "\uFEFF" + long, taken, ""},
		"sep=":               {"sep=;\r\n" + strings.ReplaceAll(plain, ",", ";"), long, taken, ""},
		"windows, quotes":    {strings.ReplaceAll(strings.ReplaceAll(plain, "\n", "\r\n"), "Q2", "\"Q2\""), strings.ReplaceAll(long, "\n", "\r\n"), taken, ""},
		"empty lines":        {"\n" + strings.ReplaceAll(plain, "\n", "\n,,\n\n"), long + "\n\n", taken, ""},
		"empty columns":      {strings.ReplaceAll(plain, "\n", ",,\n"), strings.ReplaceAll(long, "\n", ",\n"), taken, ""},
		"width, case, space": {"id, ｑ１ ,q2,Q3\nana, Ａ ,b,c\nben,B,N/A,d\n", "Item , KEY\n q1,a\nQ2,B\nQ3,Ｃ\n", "ana:ABC\nben:B_D\nｑ１,q2,Q3=ABC", ""},
		"blanks":             {"id,Q1,Q2,Q3\na,-,.,*\nb,NA,?,a\n", long, "a:___\nb:__A\nQ1,Q2,Q3=ABC", ""},
		"numbers from 1":     {"id,Q1,Q2,Q3\na,1,2.0,3\nb,4,1,NA\n", "item,key\nQ1,4\nQ2,1.0\nQ3,2\n", "a:123\nb:41_\nQ1,Q2,Q3=412", ""},
		"numbers from 0":     {"id,Q1,Q2,Q3\na,0,1,1\nb,1,1,0\n", "item,key\nQ1,1\nQ2,1\nQ3,1\n", "a:011\nb:110\nQ1,Q2,Q3=111", ""},
		"two digits":         {"id,Q1\na,12\nb,10\n", "Q1,12\n", "a:12\nb:10\nQ1=12", ""},
		"key without titles": {plain, "Q3,C\nQ1,A\nQ2,B\n", taken, ""},
		"own titles":         {plain, "the_item,the_option\nQ3,C\nQ1,A\nQ2,B\n", taken, ""},
		"more columns":       {plain, "nr,item,text,key\n1,Q1,\"Who, me?\",A\n2,Q2,x,B\n3,Q3,y,C\n", taken, ""},
		"key as answers":     {plain, "id,Q3,Q2,Q1\nKEY,C,B,A\n", taken, ""},
		"key row, no id":     {plain, "Q1,Q2,Q3\nA,B,C\n", taken, ""},
		"key row, R":         {plain, "Q1,Q2,Q3\nkey,A,B,C\n", taken, ""},
		"R's rows":           {"\"\",\"V1\",\"V2\"\n\"1\",3,4\n\"2\",4,1\n", "\"\",\"key\"\n\"V1\",4\n\"V2\",4\n", "1:34\n2:41\nV1,V2=44", ""},
		"R's table":          {"Q1,Q2,Q3\nana,A,B,C\nben,B,,D\n", long, taken, ""},
		"by place":           {plain, "item,key\n1,A\n2,B\n3,C\n", taken, "K:0  by_place"},
		"by place, no names": {plain, "A,B,C\n", taken, "K:0  by_place"},
		"by place, a column": {plain, "key\nA\nB\nC\n", taken, "K:0  by_place"},
		"zero is no key":     {"id,1,2,3,4,5,6,7,8\nx,0,1,2,3,4,1,2,3\n", "1,2,3,4,5,6,7,8\n1,1,2,3,4,1,2,3\n", "x:01234123\n1,2,3,4,5,6,7,8=11234123", "A:0  zero"},
		"named by numbers":   {"id,1,2,3\nana,A,B,C\nben,B,,D\n", "item,key\n3,C\n2,B\n1,A\n", "ana:ABC\nben:B_D\n1,2,3=ABC", ""},
		"columns and keys":   {"id,site,Q1,Q2\nx,A,A,B\n", "item,key\nQ1,A\nQ2,\nQ9,C\n", "x:A\nQ1=A", "K:3 Q2 key_empty\nA:1  without_key\nK:0  without_column"},
		"letters of words":   {"id,Q1,Q2\nx,T,F\ny,F,\n", "Q1,T\nQ2,F\n", "x:TF\ny:F_\nQ1,Q2=TF", ""},
		"several lines":      {"id,\"Q\n1\"\nx,A\n", "\"Q\n1\",A\n", "x:A\nQ\n1=A", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if exam, notes := read(t, c.answers, c.key, ""); exam != c.exam || notes != c.notes {
				t.Errorf("read\n%s\nwant\n%s\nsaid\n%s\nwant\n%s", exam, c.exam, notes, c.notes)
			}
		})
	}
}

func TestReadNamesAllThatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ answers, key, problems string }{
		"nothing":            {"", "", "K:0  empty\nA:0  empty"},
		"white":              {" \n\n", "\uFEFF", "K:0  empty\nA:0  empty"},
		"nobody":             {"id,Q1\n", long, "A:1  nobody"},
		"no items":           {"id\nx\n", long, "A:1  no_items"},
		"no header":          {"ana,A,B,B\nben,A,C,A\n", long, "A:1  no_header"},
		"no header by place": {"ana,A,B,B\nben,A,C,A\n", "A,B,C\n", "A:1  no_header"},
		"no id":              {"Q1,Q2,Q3\nA,B,C\n", long, "A:1 Q1 no_id"},
		"no match":           {"id,X1,X2\nx,A,B\n", long, "A:1  no_match"},
		"ids":                {"id,Q1\nx,A\n,B\nx,C\n" + strings.Repeat("y", 201) + ",A\n", long, "A:3  id_empty\nA:4  id_twice\nA:5  id_long"},
		"titles":             {"id,Q1,,q1\nx,A,B,C\n", long, "A:1  untitled\nA:1 q1 item_twice"},
		"cells":              {"id,Q1,Q2,Q3\nx,AB,Ö,100\ny,1.5,-1,=A\n", long, "A:2 Q1 unreadable_cell\nA:2 Q2 unreadable_cell\nA:2 Q3 unreadable_cell\nA:3 Q1 unreadable_cell\nA:3 Q2 unreadable_cell\nA:3 Q3 unreadable_cell\nA:0  no_answers"},
		"fields":             {"id,Q1,Q2,Q3\nx,A,B\ny,A,B,C,D\nz,A,B,C,\n", long, "A:2  sheet.fields\nA:3  sheet.fields"},
		"both forms":         {"id,Q1,Q2,Q3\nx,A,B,1\ny,A,B,C\n", "item,key\nQ1,1\nQ2,B\nQ3,C\n", "K:2 Q1 key_mixed\nA:2 Q3 mixed"},
		"key":                {plain, "item,key\nQ1,AB\n,B\nQ3,C\nQ3,D\n", "K:2 Q1 key_unreadable\nK:3  key_line\nK:5 Q3 key_twice"},
		"key row":            {plain, "id,Q1,Q2\nk,A,B,C\n", "K:2  sheet.fields"},
		"key order":          {plain, "A,B,CD\n", "K:1  key_unreadable"},
		"no answers":         {"id,Q1\nx,\ny,NA\n", long, "A:0  no_answers"},
		"quotes":             {"id,Q1\nx\"y,A\nz,B\n", long, "A:2  sheet.quotes"},
		"open quote":         {"id,Q1\n\"x,A\nz,B\n", long, "A:2  sheet.quotes\nA:1  nobody"},
		"big5":               {"id,Q1\n\xb3\xaf,A\nz,B\n", long, "A:2  sheet.not_utf8"},
		"utf-16":             {"\xff\xfei\x00d\x00", long, "A:1  sheet.not_utf8"},
		"nul":                {"id,Q1\nx\x00,A\nz,B\n", long, "A:2  sheet.nul"},
	} {
		t.Run(name, func(t *testing.T) {
			if exam, problems := read(t, c.answers, c.key, ""); exam != "" || problems != c.problems {
				t.Errorf("read %q, said\n%s\nwant\n%s", exam, problems, c.problems)
			}
		})
	}
}

func TestReadTimes(t *testing.T) {
	for name, c := range map[string]struct{ times, exam, said string }{
		"plain":          {"id,Q1,Q2,Q3\nben,3,4,5.5\nana,0,NA,1e1\n", "ana:A/0 B/0 C/10\nben:B/3 _/4 D/5.5\nQ1,Q2,Q3=ABC", ""},
		"decimal commas": {"id;Q3;Q1;Q2\nben;3,5;4;\nana;1;2;3\n", "ana:A/2 B/3 C/1\nben:B/4 _/0 D/3.5\nQ1,Q2,Q3=ABC", ""},
		"part":           {"id,Q2,Qx\nben,3,1\nzoe,3,1\n", "ana:A/0 B/0 C/0\nben:B/0 _/3 D/0\nQ1,Q2,Q3=ABC", "T:1  times_without_item\nT:1  item_without_times\nT:0  times_of_others\nT:0  no_times"},
		"bad":            {"id,Q1,Q2,Q3\nana,soon,-1,9e9\nben,1,NaN,Inf\nana,1,1,1\n", "", "T:2 Q1 time_unreadable\nT:2 Q2 time_negative\nT:2 Q3 time_long\nT:3 Q3 time_unreadable\nT:4  id_twice"},
		"strangers":      {"id,Q1\nzoe,3\n", "", "T:1  times_of_nobody"},
		"other names":    {"id,t1\nana,3\n", "", "T:1  no_times_match"},
		"twice":          {"id,Q1,q1\nana,3,4\n", "", "T:1 q1 sheet.column_twice"},
		"nobody":         {"id,Q1\n", "", "T:1  nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			if exam, said := read(t, plain, long, c.times); exam != c.exam || said != c.said {
				t.Errorf("read\n%s\nwant\n%s\nsaid\n%s\nwant\n%s", exam, c.exam, said, c.said)
			}
		})
	}
	if exam, _ := read(t, plain, long, "id,Q1,Q2,Q3\nana,1500,2000,3000\nben,1,1,1\n", func(f *Files) { f.Milliseconds = true }); !strings.HasPrefix(exam, "ana:A/1.5 B/2 C/3\n") {
		t.Error(exam)
	}
}

func TestReadKnownItems(t *testing.T) {
	for words, want := range map[string]string{
		"":          "Q1,Q2,Q3=ABC|",
		"q3, Q1":    "Q1,Q2,Q3=ABC[0 2]|",
		"2\n3\r\n":  "Q1,Q2,Q3=ABC[1 2]|",
		"Q2;2;\tQ2": "Q1,Q2,Q3=ABC[1]|",
		"Q1,9,x,0":  "|-known:0 9 known_unknown\n-known:0 x known_unknown\n-known:0 0 known_unknown",
		"Q1,Q2,Q3":  "|-known:0  known_all",
	} {
		exam, said := read(t, plain, long, "", func(f *Files) { f.Known = Words(words) })
		if got := exam[strings.LastIndex(exam, "\n")+1:] + "|" + said; got != want {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
	// A name goes before a number.
	if exam, _ := read(t, "id,2,1\nx,A,B\n", "item,key\n2,A\n1,B\n", "", func(f *Files) { f.Known = []string{"2"} }); !strings.HasSuffix(exam, "2,1=AB[0]") {
		t.Error(exam)
	}
	if _, said := read(t, "id,Q1,site\nx,A,B\n", "item,key\nQ1,A\n", "", func(f *Files) { f.Known = []string{"site"} }); said != "-known:0 site known_without_key" {
		t.Error(said)
	}
}

func TestReadTakesMoreBlanks(t *testing.T) {
	exam, _ := read(t, "id,Q1,Q2\nx,0,9\ny,1,2\n", "item,key\nQ1,1\nQ2,2\n", "", func(f *Files) { f.Blank = []string{"0", "9"} })
	if exam != "x:__\ny:12\nQ1,Q2=12" {
		t.Error(exam)
	}
}

func TestReadIsBounded(t *testing.T) {
	many := "id,Q1\n" + strings.Repeat("x,A\n", 200)
	if _, said := read(t, many, long, ""); strings.Count(said, "\n") != maxProblems || !strings.HasSuffix(said, "\n+149") {
		t.Error(said)
	}
	if _, said := read(t, "id,Q1\nx,A\n\""+strings.Repeat("endless\n", 1<<18), long, ""); said != "A:3  long_line" {
		t.Error(said)
	}
	if _, said := read(t, "id"+strings.Repeat(",Q", MaxItems+1)+"\nx,A\n", long, ""); said != "A:1  too_wide" {
		t.Error(said)
	}
	wide := strings.Builder{}
	wide.WriteString("id")
	for i := range MaxItems {
		fmt.Fprintf(&wide, ",Q%d", i)
	}
	key := strings.TrimPrefix(wide.String(), "id,") + "\n" + strings.Repeat("A,", MaxItems-1) + "A\n"
	rows := MaxCells/MaxItems + 1
	wide.WriteString("\n")
	row := strings.Repeat(",A", MaxItems) + "\n"
	for i := range rows {
		fmt.Fprint(&wide, i, row)
	}
	if _, said := read(t, wide.String(), key, ""); said != fmt.Sprintf("A:%d  too_many", rows+1) {
		t.Error(said)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range [][4]string{
		{plain, long, "", ""}, {"\uFEFFid;1;2\r\nx;1;2.0\r\n", "1;2\n2;1\n", "id;1;2\nx;3,5;NA\n", "1"}, {"sep=\t\n\"\"\tV1\n1\t3\n", "\"\"\tkey\nV1\t3\n", "V1\n1\t2\n", "V1,9"},
		{"id,Q1\n\"x,A\n", "A\n", "id,Q1\nx,-1\n", ""}, {"ana,A,A\nben,B,B\n", "A,B\n", "", "0"}, {"\xff\xfe", "\x00", ",,", ",;"}, {"id,Q1\nx,AB\ny,1\nz,a\n", "item,key\nQ1,\n", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, answers, key, times, known string) {
		files := Files{Answers: File{"A", strings.NewReader(answers)}, Key: File{"K", strings.NewReader(key)}, Known: Words(known)}
		if times != "" {
			files.Times = File{"T", strings.NewReader(times)}
		}
		x, err := Read(files)
		if refused := (*Refusal)(nil); errors.As(err, &refused) {
			if x != nil || len(refused.Problems) == 0 || len(refused.Problems) > maxProblems {
				t.Fatalf("refused with %d problems and %d more", len(refused.Problems), refused.More)
			}
			return
		}
		if len(x.IDs) == 0 || len(x.Items) == 0 || len(x.Chosen) != len(x.IDs) || len(x.Key) != len(x.Items) || len(x.Options) != len(x.Items) || x.Seconds != nil && len(x.Seconds) != len(x.IDs) {
			t.Fatalf("%d people, %d items, %d rows, %d keys, %d times", len(x.IDs), len(x.Items), len(x.Chosen), len(x.Key), len(x.Seconds))
		}
		ids := map[string]bool{}
		for p, chosen := range x.Chosen {
			if ids[x.IDs[p]] || x.IDs[p] == "" || len(chosen) != len(x.Items) {
				t.Fatalf("id %q with %d answers", x.IDs[p], len(chosen))
			}
			ids[x.IDs[p]] = true
			for item, option := range chosen {
				if option < Missing || int(option) >= x.Options[item] || x.Options[item] > MaxOptions {
					t.Fatalf("option %d of %d", option, x.Options[item])
				}
			}
		}
		for _, seconds := range x.Seconds {
			for _, s := range seconds {
				if !(s >= 0 && s <= maxSeconds) {
					t.Fatalf("%v seconds", s)
				}
			}
		}
		for i, item := range x.Known {
			if item < 0 || item >= len(x.Items) || i > 0 && item <= x.Known[i-1] {
				t.Fatalf("known %v", x.Known)
			}
		}
	})
}
