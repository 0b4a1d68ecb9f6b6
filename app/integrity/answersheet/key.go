package answersheet

import (
	"slices"
	"strconv"
	"strings"
)

// keys is a key as its file has it: an answer for each name, or, from a file without names, answers in order.
type keys struct {
	file    string
	codes   map[string]code // by folded name; Missing where the file leaves it empty
	names   []string        // as written, in the file's order
	lines   map[string]int  // by folded name
	ordered []code          // a single line of answers
}

// keyRows is the most lines a key has: a bank's key may cover more items than one form.
const keyRows = 100_000

// readKey reads a key in any of its shapes: lines of item and answer (with or without a line of titles), one line of
// names above one line of answers, or answers alone on one line or one below the other.
func readKey(f File, blank map[string]bool, wrong *Refusal) *keys {
	k := &keys{file: f.Name, codes: map[string]code{}, lines: map[string]int{}}
	t, ok := open(f, wrong)
	if !ok {
		return k
	}
	var rows [][]string
	var at []int
	for {
		cells, line, ok := t.next()
		if !ok {
			break
		}
		if len(rows) == keyRows {
			wrong.add(k.file, line, "", "sheet.rows", "max", keyRows)
			break
		}
		rows, at = append(rows, slices.Clone(trimmed(cells))), append(at, line)
	}
	switch {
	case len(rows) == 0: // said below, or why already
	case len(rows) == 1 && !pair(rows[0], blank):
		k.readOrdered(rows[0], at[0], blank, wrong)
	case !slices.ContainsFunc(rows, func(row []string) bool { return len(row) > 1 }):
		column := make([]string, len(rows)) // one answer a line
		for n, row := range rows {
			column[n] = row[0]
		}
		k.readOrdered(column, at[0], blank, wrong)
	case wide(rows):
		k.readWide(rows, at, blank, wrong)
	default:
		k.readLong(rows, at, blank, wrong)
	}
	if len(k.names)+len(k.ordered)+len(wrong.Problems) == 0 {
		wrong.add(k.file, 0, "", "answersheet.no_key")
	}
	return k
}

// wide reports whether two lines are names above answers; two lines of two cells are so if the first cell says id.
func wide(rows [][]string) bool {
	if len(rows) != 2 {
		return false
	}
	item, key := keyColumns(rows[0])
	return (item < 0 || key < 0) && (len(rows[0]) > 2 || len(rows[1]) > 2 || idTitle(rows[0][0]))
}

// pair reports a line of an item and its answer.
func pair(row []string, blank map[string]bool) bool {
	if len(row) != 2 {
		return false
	}
	_, answer := codeOf(row[0], blank)
	return !answer
}

func idTitle(name string) bool { return slices.Contains([]string{"", "id"}, fold(name)) }

// keyColumns finds the titles of a long key; −1 for one that is not there.
func keyColumns(titles []string) (item, key int) {
	find := func(words ...string) int {
		return slices.IndexFunc(titles, func(t string) bool { return slices.Contains(words, fold(t)) })
	}
	return find("item", "items", "question", "name", "題", "题", "題目", "题目"), find("key", "answer", "correct", "correct_answer", "solution", "答案", "正解")
}

func (k *keys) put(name string, text string, line int, blank map[string]bool, wrong *Refusal) {
	c, ok := codeOf(text, blank)
	switch at := k.lines[fold(name)]; {
	case !ok:
		wrong.add(k.file, line, name, "answersheet.key_unreadable", "item", name, "cell", short(text))
	case at > 0:
		wrong.add(k.file, line, name, "answersheet.key_twice", "item", name, "line", at)
	default:
		k.codes[fold(name)], k.lines[fold(name)] = c, line
		k.names = append(k.names, name)
	}
}

func (k *keys) readLong(rows [][]string, at []int, blank map[string]bool, wrong *Refusal) {
	item, key := keyColumns(rows[0])
	titled := item >= 0 && key >= 0
	if !titled {
		item, key = 0, 1
		if len(rows[0]) > 1 {
			_, answers := codeOf(rows[0][1], blank)
			titled = !answers || rows[0][0] == "" // such as item_name,correct_option
		}
	}
	for n, row := range rows {
		if n == 0 && titled {
			continue
		}
		if len(row) <= item || row[item] == "" {
			wrong.add(k.file, at[n], "", "answersheet.key_line")
			continue
		}
		text := ""
		if len(row) > key {
			text = row[key]
		}
		k.put(row[item], text, at[n], blank, wrong)
	}
}

// readWide takes names above answers. The first column is an id if it is called so or holds no answer.
func (k *keys) readWide(rows [][]string, at []int, blank map[string]bool, wrong *Refusal) {
	names, answers := rows[0], rows[1]
	if len(answers) == len(names)+1 && !idTitle(names[0]) { // names above everything but the id
		answers = answers[1:]
	}
	if len(answers) > len(names) {
		wrong.add(k.file, at[1], "", "sheet.fields", "want", len(names), "got", len(answers))
		return
	}
	for i, name := range names {
		text := ""
		if i < len(answers) {
			text = answers[i]
		}
		if i == 0 {
			if _, ok := codeOf(text, blank); !ok || idTitle(name) {
				continue
			}
		}
		k.put(name, text, at[1], blank, wrong)
	}
}

// readOrdered takes answers without names; a first cell that is none is an id or a title.
func (k *keys) readOrdered(row []string, line int, blank map[string]bool, wrong *Refusal) {
	if _, ok := codeOf(row[0], blank); !ok && len(row) > 1 {
		row = row[1:]
	}
	for _, text := range row {
		c, ok := codeOf(text, blank)
		if !ok {
			wrong.add(k.file, line, "", "answersheet.key_unreadable", "item", strconv.Itoa(len(k.ordered)+1), "cell", short(text))
		}
		k.ordered = append(k.ordered, c)
	}
}

// match gives each column of the answers its code: by name, or by place when the key names none of them and is a list
// of exactly so many, numbered from 1 or not at all. byPlace says that it was.
func (k *keys) match(columns []string) (codes []code, has []bool, byPlace bool) {
	codes, has = make([]code, len(columns)), make([]bool, len(columns))
	found := false
	for i, name := range columns {
		codes[i], has[i] = k.codes[fold(name)]
		found = found || has[i]
	}
	if found {
		return codes, has, false
	}
	ordered := k.ordered
	if ordered == nil && len(k.names) == len(columns) {
		for n := range columns {
			if c, ok := k.codes[strconv.Itoa(n+1)]; ok {
				ordered = append(ordered, c)
			}
		}
	}
	if len(ordered) != len(columns) {
		return codes, has, false
	}
	for i := range has {
		has[i] = true
	}
	return ordered, has, true
}

// unmatched are the key's names that are not among those columns.
func (k *keys) unmatched(columns map[string]int) (names []string) {
	for _, name := range k.names {
		if _, ok := columns[fold(name)]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// some is a list of names for a sentence: the first few, and "…" for the rest.
func some(names []string) string {
	const few = 8
	out := make([]string, 0, few+1)
	for i, name := range names {
		if i == few {
			out = append(out, "…")
			break
		}
		out = append(out, short(name))
	}
	return strings.Join(out, ", ")
}

// short is a cell as it is quoted in a sentence.
func short(cell string) string {
	runes := []rune(cell)
	if len(runes) > 24 {
		return string(runes[:24]) + "…"
	}
	return cell
}
