package questions

import (
	"slices"
	"strconv"
	"strings"
)

// answers is what the body of an item or of a variant holds: its words and, when found, its answer block.
type answers struct {
	found  bool
	kind   Kind
	right  []bool
	credit []int
	keys   []Key
	gaps   []Gap
	rubric []int
	text   Text

	seen map[string]bool // folded texts of the choices so far
}

// maxRows is how many choices, rows, keys or variants an item may have.
const maxRows = 60

// answers reads a body. The last block of the kind's shape is the answer block, and without a kind the last
// block that can only be one; before it stands the stem, after it the explanation.
func (r reader) answers(id string, n int, body []line, kind Kind, unit string) answers {
	blocks := blocksOf(body)
	at := answerBlock(blocks, body, kind)
	a := answers{kind: kind, found: at >= 0, seen: map[string]bool{}}
	stem, rest := body, blocks
	if a.found {
		b := blocks[at]
		stem, rest = body[:b.from], blocks[at+1:]
		lines := body[b.from:b.to]
		switch b.shape {
		case taskList:
			r.choices(&a, id, n, lines)
		case numberedList:
			r.order(&a, id, n, lines)
		case table:
			r.table(&a, id, lines)
		case keys:
			r.keys(&a, id, lines, unit)
		}
	} else {
		// Without an answer block the quotes at the end are the explanation.
		last := len(blocks)
		for last > 0 && blocks[last-1].shape == quote && (kind == Cloze || kind == "") {
			last--
		}
		if rest = blocks[last:]; len(rest) > 0 {
			stem = body[:rest[0].from]
		}
	}
	a.text.Stem = strings.Trim(joinLines(stem), "\n")
	if !a.found && (kind == Cloze || kind == "") {
		r.cloze(&a, id, stem)
	}
	var explanation []string
	for _, b := range rest {
		if b.shape == rule { // parts the items for the eye
			continue
		}
		if b.shape != quote {
			r.add(body[b.from].n, id, "after_answers")
			break
		}
		explanation = append(explanation, joinQuote(body[b.from:b.to]))
	}
	a.text.Explanation = strings.Join(explanation, "\n\n")
	return a
}

// answerBlock is the index of the answer block, -1 when there is none (a cloze has its answers in the text).
func answerBlock(blocks []block, body []line, kind Kind) int {
	for at := len(blocks) - 1; at >= 0; at-- {
		b := blocks[at]
		is := false
		switch kind {
		case Single, Multiple, TrueFalse, Scale:
			is = b.shape == taskList
		case Order:
			is = b.shape == numberedList
		case Match:
			is = b.shape == table && len(cellsOf(body[b.from].text)) == 2
		case Numeric, Short:
			is = b.shape == keys
		case Essay, Upload, Recording:
			is = b.shape == table
		case "":
			is = b.shape == taskList || b.shape == keys
		}
		if is {
			return at
		}
	}
	return -1
}

// choices reads a task list; how many are marked tells single from multiple.
func (r reader) choices(a *answers, id string, n int, lines []line) {
	marked := 0
	var given []bool // whether a choice states its credit
	for _, row := range r.rows(id, n, lines) {
		text, credit, has := r.credit(id, row.n, row.text)
		if row.box == "" {
			r.add(row.n, id, "choice_box", "text", text)
		}
		if row.box == "x" {
			marked++
		}
		r.addRow(a, id, row.n, text, row.feedback)
		a.right = append(a.right, row.box == "x")
		if row.box == "x" && !has {
			credit = 1000
		} else if row.box == "x" && credit < 1000 {
			r.add(row.n, id, "credit_right", "credit", credit/10)
		}
		a.credit, given = append(a.credit, credit), append(given, has)
	}
	if a.kind == "" {
		if a.kind = Single; marked > 1 {
			a.kind = Multiple
		}
	}
	switch {
	case a.kind == Scale && marked > 0:
		r.add(n, id, "scale_marked")
	case a.kind != Scale && marked == 0:
		r.add(n, id, "no_right")
	case (a.kind == Single || a.kind == TrueFalse) && marked > 1:
		r.add(n, id, "one_right", "n", marked)
	}
	switch {
	case len(a.right) < 2:
		r.add(n, id, "one_choice")
	case a.kind == TrueFalse && len(a.right) != 2:
		r.add(n, id, "two_choices", "n", len(a.right))
	}
	if a.kind != Single && a.kind != TrueFalse {
		a.credit = nil
		if slices.Contains(given, true) {
			r.add(n, id, "credit_kind", "kind", string(a.kind))
		}
	}
}

// rows are the rows of a list, up to as many as an item may have.
func (r reader) rows(id string, n int, lines []line) []row {
	rows := rowsOf(lines)
	if len(rows) > maxRows {
		r.add(n, id, "too_many", "n", len(rows), "max", maxRows)
		return rows[:maxRows]
	}
	return rows
}

// addRow adds a choice or a row to order, and reports one that is empty.
func (r reader) addRow(a *answers, id string, n int, text, feedback string) {
	r.once(a, id, n, "choice ", text)
	if text == "" {
		r.add(n, id, "choice_empty")
	}
	a.text.Choices = append(a.text.Choices, text)
	a.text.Feedback = append(a.text.Feedback, feedback)
}

// once reports a text that comes twice in its column.
func (r reader) once(a *answers, id string, n int, column, text string) {
	folded := column + fold(text, true)
	if a.seen[folded] && text != "" {
		r.add(n, id, "choice_twice", "text", text)
	}
	a.seen[folded] = true
}

// credit parts {credit=25} from a choice or a key.
func (r reader) credit(id string, n int, s string) (text string, credit int, given bool) {
	text, list, found := splitAttributes(s)
	if !found || !slices.ContainsFunc(list, func(a attribute) bool { return !a.flag }) {
		return s, 0, false
	}
	for _, a := range list {
		percent, err := strconv.Atoi(strings.TrimSuffix(a.value, "%"))
		switch {
		case a.name != "credit":
			r.add(n, id, "attribute_unknown", "name", a.name, "known", "credit")
		case err != nil || percent < 0 || percent > 100:
			r.add(n, id, "credit_range", "value", a.value)
		default:
			credit, given = percent*10, true
		}
	}
	return text, credit, given
}

func (r reader) order(a *answers, id string, n int, lines []line) {
	for _, row := range r.rows(id, n, lines) {
		r.addRow(a, id, row.n, row.text, row.feedback)
		a.right = append(a.right, true)
	}
	if len(a.right) < 2 {
		r.add(n, id, "rows_few")
	}
}

func (r reader) table(a *answers, id string, lines []line) {
	if len(lines) > maxRows+2 {
		r.add(lines[0].n, id, "too_many", "n", len(lines)-2, "max", maxRows)
		lines = lines[:maxRows+2]
	}
	columns := 3
	if a.kind == Match {
		columns = 2
		a.text.Heads = cellsOf(lines[0].text)
	}
	for n, l := range lines {
		cells := cellsOf(l.text)
		switch {
		case len(cells) != columns:
			r.add(l.n, id, "columns", "n", len(cells), "want", columns)
		case n < 2: // titles and the line below them
		case a.kind == Match:
			r.pair(a, id, l.n, cells[0], cells[1])
		default:
			points, ok := thousandths(cells[1])
			if !ok || points == 0 || cells[0] == "" {
				r.add(l.n, id, "rubric_row", "value", cells[1])
			}
			a.rubric = append(a.rubric, points)
			a.text.Rubric = append(a.text.Rubric, Criterion{Name: cells[0], Full: cells[2]})
		}
	}
	pairs := 0
	for _, right := range a.right {
		if right {
			pairs++
		}
	}
	switch {
	case a.kind == Match && pairs < 2:
		r.add(lines[0].n, id, "pairs_few")
	case a.kind != Match && len(a.rubric) == 0:
		r.add(lines[0].n, id, "rubric_empty")
	}
}

func (r reader) pair(a *answers, id string, n int, left, right string) {
	r.once(a, id, n, "left ", left)
	r.once(a, id, n, "right ", right)
	if right == "" {
		r.add(n, id, "right_empty")
	}
	a.text.Choices, a.text.Rights = append(a.text.Choices, left), append(a.text.Rights, right)
	a.right = append(a.right, left != "")
}

// keys reads "= …" lines; when every one is a number the item is numeric.
func (r reader) keys(a *answers, id string, lines []line, unit string) {
	full, numbers, first := false, true, 0
	for _, l := range lines {
		if len(a.keys) == maxRows {
			r.add(l.n, id, "too_many", "n", len(lines), "max", maxRows)
			break
		}
		if l.blank() {
			continue
		}
		if first == 0 {
			first = l.n
		}
		text, credit, given := r.credit(id, l.n, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l.text), "=")))
		if !given {
			credit = 1000
		}
		full = full || credit == 1000
		low, high, ok := numberKey(text, unit)
		if numbers = numbers && ok; a.kind == Numeric && !ok {
			r.add(l.n, id, "key_number", "text", text)
		}
		if a.kind == Short && fold(text, true) == "" {
			r.add(l.n, id, "key_empty")
		}
		a.keys = append(a.keys, Key{Text: text, Low: low, High: high, Credit: credit})
	}
	if a.kind == "" {
		if a.kind = Short; numbers {
			a.kind = Numeric
		}
	}
	if a.kind == Short {
		for n := range a.keys {
			a.keys[n].Low, a.keys[n].High = "", ""
		}
	}
	if !full {
		r.add(first, id, "key_full")
	}
}

func joinLines(lines []line) string {
	texts := make([]string, len(lines))
	for n, l := range lines {
		texts[n] = l.text
	}
	return strings.Join(texts, "\n")
}

func joinQuote(lines []line) string {
	texts := make([]string, len(lines))
	for n, l := range lines {
		if texts[n] = l.text; isQuote(l.text) {
			texts[n] = unquoted(l.text)
		}
	}
	return strings.TrimSpace(strings.Join(texts, "\n"))
}
