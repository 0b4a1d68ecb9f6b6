package page

// State of a stop on the path.
type State string

const (
	Done State = "done"
	At   State = "here"
	Todo State = "todo"
	Door State = "door" // the gate, closed
	Open State = "open" // the gate, open
)

// Stop is one stop of the path from the first lesson to the gate, the product's one drawing. The part "path"
// draws a list of them large, "pathline" in one line.
type Stop struct {
	State  State
	Label  string
	Detail string // a sentence below the label
	Link   string // where to go from here; with Action its words make the page's one filled button while At
	Action string
	Tag    string // a word beside the label, such as "in progress"
	Done   int    // with Total > 0 a bar: lessons read of all
	Total  int
}

// Empty is the part "empty": what will be here, what to do first, one button.
type Empty struct {
	Title, Text  string
	Link, Action string // optional
}

// Pager is the part "pager" under a keyset page: links that are "" are not shown.
type Pager struct{ First, Next string }

// Bar is the part "bar": a share with the sentence that says it.
type Bar struct {
	Value, Max int
	Label      string
}

// Field is the part "field": a labelled input with its hint and its error.
type Field struct {
	Label, Name, Value string
	Type               string // of the input; "" is text, "textarea" and "select" are those
	Hint, Error        string
	Options            []Option // of a select
	Required           bool
	Rows               int    // of a textarea
	Autocomplete       string // as HTML has it
}

// Option is one choice of a select.
type Option struct {
	Value, Label string
	Chosen       bool
}
