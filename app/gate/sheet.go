package gate

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/fault"
)

// Sheet is the text of a policy as a form shows it, every value as it stands there, right or wrong. What is changed in it
// leaves the rest of the text as its authors wrote it: the order, and the reasons in the comments.
//
// A place in it is a level's number and then the number of a child in each group: "0.2.1" is the second alternative in
// the third condition of the first level.
type Sheet struct{ doc yaml.Node }

// OpenSheet reads a text that is laid out as a policy; where it is not even that, the fault says why, and only the text
// itself can mend it.
func OpenSheet(text string) (*Sheet, error) {
	s := &Sheet{}
	err := yaml.Unmarshal([]byte(text), &s.doc)
	if err == nil && len(s.doc.Content) == 1 && s.doc.Content[0].Kind == yaml.MappingNode {
		if levels := s.field("levels"); levels != nil && levels.Kind == yaml.SequenceNode && s.regular() {
			return s, nil
		}
	}
	return nil, fault.New(fault.Invalid, "gate.policy_not_a_form")
}

// regular makes every level's tree begin with a group, and reports whether it can be shown.
func (s *Sheet) regular() bool {
	for _, level := range s.field("levels").Content {
		tree := fieldOf(level, "require")
		if level.Kind != yaml.MappingNode || tree == nil || fieldOf(level, "level") == nil {
			return false
		}
		if _, children := groupOf(tree); children == nil {
			one := *tree
			*tree = yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{word("all"), {Kind: yaml.SequenceNode, Content: []*yaml.Node{&one}}}}
		}
	}
	return true
}

// Text is the policy with all its changes.
func (s *Sheet) Text() string {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&s.doc); err != nil {
		panic(err) // what was read can be written
	}
	return aired(out.String())
}

// aired puts an empty line before each part of the policy and each level, which the encoder does not keep.
func aired(text string) string {
	var b strings.Builder
	last := 0
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			b.WriteString(line)
			last = 0
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if indent < last && indent <= 2 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
		last = indent
	}
	return b.String()
}

// SheetLevel is a level of the form.
type SheetLevel struct {
	Level Level
	Tree  SheetNode
}

// SheetNode is a group with its children, or one condition, at a place.
type SheetNode struct {
	At        string
	Group     string // "all" or "any"; "" for a condition
	Children  []SheetNode
	Condition Condition
	Comment   string // what its author wrote beside it
	Line      int
}

// Condition is a requirement as it is written: numbers as they stand there, without the unit.
type Condition struct {
	Kind                RequirementKind
	Ref                 string // as Requirement.Ref
	Mark, Within, Grace string // percent and days; "" where nothing is said
	Current             bool
}

// Levels are those of the policy, from the top.
func (s *Sheet) Levels() []SheetLevel {
	var levels []SheetLevel
	for i, level := range s.field("levels").Content {
		levels = append(levels, SheetLevel{Level(fieldOf(level, "level").Value), nodeAt(fieldOf(level, "require"), strconv.Itoa(i))})
	}
	return levels
}

func nodeAt(n *yaml.Node, at string) SheetNode {
	out := SheetNode{At: at, Comment: commentOf(n), Line: n.Line}
	group, children := groupOf(n)
	if children == nil {
		out.Condition = conditionOf(n)
		return out
	}
	out.Group = group
	for i, c := range children.Content {
		out.Children = append(out.Children, nodeAt(c, at+"."+strconv.Itoa(i)))
	}
	return out
}

func commentOf(n *yaml.Node) string {
	var parts []string
	for _, c := range []string{n.HeadComment, n.LineComment} {
		for line := range strings.Lines(c) {
			parts = append(parts, strings.TrimSpace(strings.TrimLeft(line, "# ")))
		}
	}
	return strings.Join(parts, " ")
}

// groupOf is the list of a group; nil for a condition.
func groupOf(n *yaml.Node) (name string, children *yaml.Node) {
	if n.Kind == yaml.MappingNode && len(n.Content) >= 2 && (n.Content[0].Value == "all" || n.Content[0].Value == "any") && n.Content[1].Kind == yaml.SequenceNode {
		return n.Content[0].Value, n.Content[1]
	}
	return "", nil
}

func conditionOf(n *yaml.Node) Condition {
	if n.Kind == yaml.ScalarNode {
		return Condition{Kind: RequirementKind(n.Value)}
	}
	if n.Kind != yaml.MappingNode || len(n.Content) < 2 {
		return Condition{}
	}
	c := Condition{Kind: RequirementKind(n.Content[0].Value)}
	switch value := n.Content[1]; c.Kind {
	case Course, Exam:
		c.Ref = value.Value
	case InOrder:
		var exams []string
		for _, e := range value.Content {
			exams = append(exams, e.Value)
		}
		c.Ref = strings.Join(exams, orderSign)
	}
	text := func(name, unit string) string {
		if v := fieldOf(n, name); v != nil {
			return strings.TrimSuffix(v.Value, unit)
		}
		return ""
	}
	c.Mark, c.Within, c.Grace = text("mark", "%"), text("within", "d"), text("grace", "d")
	c.Current = text("version", "") == "current"
	return c
}

// Set writes a condition at a place: what is left empty is taken out, and what the form does not know stays.
func (s *Sheet) Set(at string, c Condition) error {
	n, _, _, err := s.find(at)
	if err != nil {
		return err
	}
	if _, group := groupOf(n); group != nil {
		return noPlace(at)
	}
	write(n, c)
	return nil
}

func write(n *yaml.Node, c Condition) {
	if n.Kind == yaml.ScalarNode || n.Kind == 0 || len(n.Content) < 2 {
		bare := c.Kind != Course && c.Kind != Exam && c.Kind != InOrder && c.Kind != Graduated && c.Kind != SignedOff
		if bare && c.Grace == "" {
			n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!str", string(c.Kind)
			return
		}
		n.Kind, n.Tag, n.Value, n.Style = yaml.MappingNode, "!!map", "", yaml.FlowStyle
		n.Content = []*yaml.Node{word(string(c.Kind)), word("signed")}
	}
	value := n.Content[1]
	switch c.Kind {
	case Course, Exam:
		value.Kind, value.Tag, value.Value, value.Content = yaml.ScalarNode, "!!str", c.Ref, nil
	case InOrder:
		value.Kind, value.Tag, value.Value, value.Style, value.Content = yaml.SequenceNode, "!!seq", "", yaml.FlowStyle, nil
		for _, exam := range strings.Split(c.Ref, orderSign) {
			value.Content = append(value.Content, word(exam))
		}
	case Graduated, SignedOff:
		value.Kind, value.Tag, value.Value = yaml.ScalarNode, "!!str", c.Kind.word()
	}
	current := ""
	if c.Current {
		current = "current"
	}
	for _, option := range []struct{ name, value string }{{"version", current}, {"mark", c.Mark}, {"within", inDays(c.Within)}, {"grace", inDays(c.Grace)}} {
		setField(n, option.name, option.value)
	}
}

// inDays is a number of days as the policy writes it; what is no number stays as it was typed, for the check to name.
func inDays(text string) string {
	if _, err := strconv.Atoi(text); err != nil {
		return text
	}
	return text + "d"
}

// Add puts a condition at the end of the group at a place.
func (s *Sheet) Add(at string, c Condition) error {
	n, _, _, err := s.find(at)
	if err != nil {
		return err
	}
	_, children := groupOf(n)
	if children == nil {
		return noPlace(at)
	}
	one := &yaml.Node{}
	write(one, c)
	children.Content = append(children.Content, one)
	return nil
}

// Either makes the condition at a place one of two alternatives, the other being the given one.
func (s *Sheet) Either(at string, c Condition) error {
	n, parent, i, err := s.find(at)
	if err != nil {
		return err
	}
	if _, group := groupOf(n); group != nil || parent == nil {
		return noPlace(at)
	}
	other := &yaml.Node{}
	write(other, c)
	parent.Content[i] = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{word("any"), {Kind: yaml.SequenceNode, Content: []*yaml.Node{n, other}}}}
	return nil
}

// Remove takes out the condition or group at a place. A group of alternatives of which one is left is that one.
func (s *Sheet) Remove(at string) error {
	_, parent, i, err := s.find(at)
	if err != nil {
		return err
	}
	if parent == nil {
		return noPlace(at)
	}
	parent.Content = slices.Delete(parent.Content, i, i+1)
	above := at[:strings.LastIndex(at, ".")]
	if group, grand, j, err := s.find(above); err == nil && grand != nil && len(parent.Content) < 2 {
		if len(parent.Content) == 1 {
			grand.Content[j] = parent.Content[0]
			grand.Content[j].HeadComment = strings.TrimSpace(group.HeadComment + "\n" + grand.Content[j].HeadComment)
		} else {
			grand.Content = slices.Delete(grand.Content, j, j+1)
		}
	}
	return nil
}

// AddLevel opens one more level, to whoever is employed and has no red line; RemoveLevel takes one out.
func (s *Sheet) AddLevel(level Level) error {
	levels := s.field("levels")
	i := slices.IndexFunc(levels.Content, func(n *yaml.Node) bool { return Level(fieldOf(n, "level").Value).rank() <= level.rank() })
	if i < 0 {
		i = len(levels.Content)
	} else if Level(fieldOf(levels.Content[i], "level").Value) == level {
		return fault.New(fault.Conflict, "gate.policy_level_twice")
	}
	if level.rank() == 0 {
		return fault.New(fault.Invalid, "gate.policy_unknown_level", "level", string(level))
	}
	levels.Content = slices.Insert(levels.Content, i, mapping("level", word(string(level)), "require",
		mapping("all", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{word(string(Employed)), word(string(NoRedLine))}})))
	return nil
}

// RemoveLevel takes out the level of that number.
func (s *Sheet) RemoveLevel(at string) error {
	levels := s.field("levels")
	i, err := strconv.Atoi(at)
	if err != nil || i < 0 || i >= len(levels.Content) {
		return noPlace(at)
	}
	levels.Content = slices.Delete(levels.Content, i, i+1)
	return nil
}

// Limit is a number of the limits as it is written; SetLimit writes one.
func (s *Sheet) Limit(name string) string {
	if limits := s.field("limits"); limits != nil {
		if v := fieldOf(limits, name); v != nil {
			return v.Value
		}
	}
	return ""
}

// SetLimit writes a number of the limits.
func (s *Sheet) SetLimit(name, value string) {
	limits := s.field("limits")
	if limits == nil || limits.Kind != yaml.MappingNode {
		setNode(s.doc.Content[0], "limits", &yaml.Node{Kind: yaml.MappingNode})
		limits = s.field("limits")
	}
	setField(limits, name, value)
}

// LimitNames are the limits in the order of the form.
func LimitNames() []string {
	return []string{"draws_per_day", "per_day", "cap", "newcomer_days", "newcomer_per_day", "newcomer_cap"}
}

// Holidays are the days as they are written; SetHolidays writes them in their order, each once.
func (s *Sheet) Holidays() (days []string) {
	if list := s.field("holidays"); list != nil {
		for _, day := range list.Content {
			days = append(days, day.Value)
		}
	}
	return days
}

// SetHolidays writes the days, in their order, each once.
func (s *Sheet) SetHolidays(days []string) {
	days = slices.Clone(days)
	slices.Sort(days)
	days = slices.Compact(days)
	list := s.field("holidays")
	if slices.Equal(s.Holidays(), days) {
		return
	}
	if list == nil || list.Kind != yaml.SequenceNode {
		setNode(s.doc.Content[0], "holidays", &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle})
		list = s.field("holidays")
	}
	kept := map[string]*yaml.Node{}
	for _, day := range list.Content {
		kept[day.Value] = day
	}
	list.Content = nil
	for _, day := range days {
		one := kept[day]
		if one == nil {
			one = &yaml.Node{Kind: yaml.ScalarNode, Value: day}
		}
		list.Content = append(list.Content, one)
	}
}

func (s *Sheet) field(name string) *yaml.Node { return fieldOf(s.doc.Content[0], name) }

// find is the node at a place, the list that it stands in and where; a level's tree stands in none.
func (s *Sheet) find(at string) (n, list *yaml.Node, place int, err error) {
	for depth, step := range strings.Split(at, ".") {
		i, err := strconv.Atoi(step)
		within := s.field("levels")
		if depth > 0 {
			_, within = groupOf(n)
		}
		if err != nil || within == nil || i < 0 || i >= len(within.Content) {
			return nil, nil, 0, noPlace(at)
		}
		if n, list, place = within.Content[i], within, i; depth == 0 {
			n, list = fieldOf(n, "require"), nil
		}
	}
	return n, list, place, nil
}

func noPlace(at string) error { return fault.New(fault.NotFound, "gate.policy_no_place", "at", at) }

func fieldOf(n *yaml.Node, name string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// setField writes a field of a mapping; an empty value takes it out.
func setField(n *yaml.Node, name, value string) {
	if v := fieldOf(n, name); v != nil && value != "" {
		if v.Value != value {
			v.Kind, v.Tag, v.Value, v.Content, v.Style = yaml.ScalarNode, word(value).Tag, value, nil, 0
		}
		return
	}
	if value != "" {
		setNode(n, name, word(value))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		}
	}
}

func setNode(n *yaml.Node, name string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, word(name), value)
}

// word is a value as a scalar; the encoder puts quotes around a text that would be read as something else.
func word(text string) *yaml.Node {
	tag := "!!str"
	if _, err := strconv.Atoi(text); err == nil {
		tag = "!!int"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Content = append(n.Content, word(pairs[i].(string)), pairs[i+1].(*yaml.Node))
	}
	return n
}
