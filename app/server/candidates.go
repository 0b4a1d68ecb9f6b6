package server

import (
	"fmt"
	"slices"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
)

// candidate is somebody of the demonstration in the middle of an exam.
type candidate struct {
	number   string
	person   people.Person
	attempt  string
	form     exams.Form
	skill    int       // how many in a hundred they know
	next     time.Time // the next answer
	beat     time.Time // the next sign of life of the page
	opened   time.Time // the page
	reports  int64
	n        int
	seq      int64
	said     map[int]int // question number → displayed choice
	copiesOf *candidate
}

// sit has people start an exam within a few minutes, answer each at their own pace in the order of real time, and
// hand in. copies names who hands in whose letters.
func (f *furnisher) sit(s exams.Sitting, numbers []string, copies map[string]string) error {
	keys, err := f.keys()
	if err != nil {
		return err
	}
	notice, err := f.Room.Notice(f.ctx, s.ID, locale.Hant)
	if err != nil {
		return err
	}
	start := f.clock.now()
	var room []*candidate
	byNumber := map[string]*candidate{}
	for i, number := range numbers {
		f.to(start.Add(time.Duration(i*7) * time.Second))
		c := &candidate{number: number, person: f.cast[number], skill: f.skill(number), said: map[int]int{}}
		if c.attempt, err = f.Room.Start(f.ctx, c.person, s.ID, notice.Agree()); err != nil {
			return fmt.Errorf("%s starts %s: %w", number, s.Exam, err)
		}
		if err := f.Room.Lease(f.ctx, c.person, c.attempt, "demo-"+number, false); err != nil {
			return err
		}
		again, err := f.Room.Replay(f.ctx, c.attempt)
		if err != nil {
			return err
		}
		c.form = again.Form
		c.next = f.clock.now().Add(f.thinking(c, keys))
		c.opened = f.clock.now()
		if err := f.report(c, exams.Event{Kind: exams.Heartbeat, AtMs: c.opened.UnixMilli()}); err != nil {
			return err
		}
		byNumber[number] = c
		room = append(room, c)
	}
	for copier, source := range copies {
		byNumber[copier].copiesOf = byNumber[source]
		byNumber[copier].next = byNumber[copier].next.Add(5 * time.Minute) // behind the source
	}
	for len(room) > 0 {
		i := earliest(room)
		c := room[i]
		f.to(c.due())
		if c.due().Before(c.next) {
			if err := f.report(c, exams.Event{Kind: exams.Heartbeat, AtMs: c.beat.UnixMilli()}); err != nil {
				return err
			}
			continue
		}
		if c.n == len(c.form.Questions) {
			if _, err := f.Room.Submit(f.ctx, c.person, c.attempt); err != nil {
				return err
			}
			room = slices.Delete(room, i, i+1)
			continue
		}
		if err := f.answer(c, keys); err != nil {
			return fmt.Errorf("%s answers %d: %w", c.number, c.n, err)
		}
		c.next = c.next.Add(f.thinking(c, keys))
	}
	if len(copies) > 0 {
		return f.endSitting(s, copies)
	}
	return nil
}

// endSitting closes a sitting after an invigilator has noted what they saw; then the queue compares its papers.
func (f *furnisher) endSitting(s exams.Sitting, copies map[string]string) error {
	for copier := range copies {
		if err := f.Room.Note(f.ctx, f.cast["A006"], s.ID, f.cast[copier].ID, "第二排靠窗：收卷前從袖口掉出一張寫滿題號與字母的紙條，當場收走封存。"); err != nil {
			return err
		}
	}
	if err := f.Room.CloseSitting(f.ctx, f.cast["A005"], s.ID); err != nil {
		return err
	}
	return f.Queue.Drain(f.ctx)
}

func earliest(room []*candidate) int {
	best := 0
	for i, c := range room {
		if c.due().Before(room[best].due()) {
			best = i
		}
	}
	return best
}

// due is when something happens next: an answer, or a sign of life.
func (c *candidate) due() time.Time {
	if c.beat.Before(c.next) {
		return c.beat
	}
	return c.next
}

// heartbeat is how far apart the demonstration's signs of life are, near enough for nobody to seem off-line.
const heartbeat = 25 * time.Second

// report sends what a candidate's page saw, as the room's page would.
func (f *furnisher) report(c *candidate, events ...exams.Event) error {
	now := f.clock.now()
	for n := range events {
		events[n].MonoMs = events[n].AtMs - c.opened.UnixMilli() + 1
	}
	c.reports++
	c.beat = now.Add(heartbeat)
	return f.Room.Report(f.ctx, c.person, c.attempt, exams.Report{Device: "demo-" + c.number, Page: c.attempt, Seq: c.reports,
		SentMs: now.UnixMilli(), SentMonoMs: now.Sub(c.opened).Milliseconds() + 1, RttMs: 24, Events: events,
		From: exams.Origin{Address: "203.0.113.20", Browser: "demonstration"}})
}

// thinking is how long a candidate is at the question that comes next: what is written takes longer than what is chosen.
func (f *furnisher) thinking(c *candidate, keys map[string]questions.Item) time.Duration {
	pause := f.pause()
	if c.n < len(c.form.Questions) && keys[c.form.Questions[c.n].Bank+"/"+c.form.Questions[c.n].Item].Kind.ByHand() {
		pause *= 15
	}
	return pause
}

func (f *furnisher) pause() time.Duration { return time.Duration(18+f.dice.n(40)) * time.Second }

// skill is how many answers in a hundred a person knows; the people who sell know most.
func (f *furnisher) skill(number string) int {
	switch number {
	case "B4103", "B4202", "B4203":
		return 99
	case "B4107", "B4118":
		return 60
	}
	return 82 + f.dice.n(18)
}

func (f *furnisher) answer(c *candidate, keys map[string]questions.Item) error {
	q := c.form.Questions[c.n]
	item := keys[q.Bank+"/"+q.Item]
	response := f.response(item, q.Layout, f.dice.yes(c.skill))
	if c.copiesOf != nil && len(response.Choices) == 1 {
		if copied, ok := c.copiesOf.said[c.n]; ok && copied < len(q.Layout.Order) {
			response.Choices[0] = copied
		}
	}
	if len(response.Choices) == 1 {
		c.said[c.n] = response.Choices[0]
	}
	if c.copiesOf != nil && c.n >= 6 && c.n <= 15 && c.n%2 == 0 {
		if err := f.report(c, exams.Event{Kind: "focus_lost", AtMs: c.next.Add(-9 * time.Second).UnixMilli()},
			exams.Event{Kind: "focus_back", AtMs: c.next.Add(-2 * time.Second).UnixMilli()}); err != nil {
			return err
		}
	}
	c.n++
	if item.Blank(response) {
		return nil
	}
	c.seq++
	_, err := f.Room.Answer(f.ctx, c.person, c.attempt, c.n, exams.Save{Device: "demo-" + c.number, Seq: c.seq, Response: response})
	return err
}

// response is an answer in displayed positions: the key for who knows, something else for who does not.
func (f *furnisher) response(item questions.Item, l questions.Layout, knows bool) questions.Response {
	switch item.Kind {
	case questions.Essay, questions.Upload, questions.Recording:
		return f.written(item)
	case questions.Order:
		order := identity(len(l.Order))
		if knows {
			slices.SortFunc(order, func(a, b int) int { return l.Order[a] - l.Order[b] })
		}
		return questions.Response{Order: order}
	case questions.Match:
		pairs := make([]int, len(l.Order))
		for i, row := range l.Order {
			if pairs[i] = slices.Index(l.Rights, row); !knows {
				pairs[i] = (pairs[i] + 1) % len(l.Rights)
			}
		}
		return questions.Response{Pairs: pairs}
	case questions.Numeric, questions.Short:
		if !knows || len(item.Keys) == 0 {
			return questions.Response{Text: "0"}
		}
		if item.Kind == questions.Numeric {
			return questions.Response{Text: item.Keys[0].Low}
		}
		return questions.Response{Text: item.Keys[0].Text}
	}
	var ticked []int
	for displayed, row := range l.Order {
		if item.Right[row] {
			ticked = append(ticked, displayed)
		}
	}
	if !knows {
		other := f.dice.n(len(l.Order))
		if len(ticked) == 1 && other == ticked[0] {
			other = (other + 1) % len(l.Order)
		}
		return questions.Response{Choices: []int{other}}
	}
	return questions.Response{Choices: ticked}
}
