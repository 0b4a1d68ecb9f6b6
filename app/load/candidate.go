package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// candidate is one person who sits the exam.
type candidate struct {
	number, session string
	password        string // "" for those who have a session already
	attempt, device string
	kinds           []string // of the questions
	chance          *rand.Rand

	seq     int64
	waiting []answer // given and not acknowledged, in order
	offline int      // answers still to be given without a network
	contact time.Time
	given   int // answers so far, changes included

	acked  []ack // by question
	acks   int64 // acknowledged saves, a repeated one once
	sent   [][]int64
	over   bool // the room says that there is no more to do
	handed bool
}

// answer is one on its way.
type answer struct {
	n        int
	seq      int64
	response string
	at       time.Time
}

// ack is the last acknowledgement of a question.
type ack struct {
	seq  int64
	hash string
}

func newCandidate(i int, number, session string, seed uint64) *candidate {
	return &candidate{number: number, session: session, device: "load-" + strconv.Itoa(i), chance: rand.New(rand.NewPCG(seed, uint64(i)))}
}

// refusal is a reply that is not what was hoped for.
type refusal struct {
	status int
	key    string // of the message, if it says one
}

func (r refusal) Error() string { return strings.TrimSpace(fmt.Sprintf("%d %s", r.status, r.key)) }

// kindOf is how an error is counted.
func kindOf(err error) string {
	if r := (refusal{}); errors.As(err, &r) {
		return r.Error()
	}
	if errors.Is(err, errTimeout) {
		return "timeout"
	}
	return "network"
}

// call makes one request of the candidate on the worker's line and wants that status.
func (w *worker) call(c *candidate, method, path, contentType, body string, want int) error {
	w.prepare(c, method, path, contentType, body)
	if err := w.line.send(); err != nil {
		return err
	}
	c.contact = time.Now()
	return w.wants(want)
}

func (w *worker) prepare(c *candidate, method, path, contentType, body string) {
	r := w.line.ask(method, path)
	r.Header.Set("Origin", w.base)
	if c.session != "" {
		r.Header.SetCookie(w.cookie, c.session)
	}
	if contentType != "" {
		r.Header.SetContentType(contentType)
		r.SetBodyString(body)
	}
}

func (w *worker) wants(status int) error {
	if got := w.line.res.StatusCode(); got != status {
		return refusal{got, between(w.line.res.Body(), `"key":"`, '"')}
	}
	return nil
}

// between is what stands between a mark and the next end in a text, "" when the mark is not there.
func between(text []byte, mark string, end byte) string {
	i := bytes.Index(text, []byte(mark))
	if i < 0 {
		return ""
	}
	rest := text[i+len(mark):]
	if n := bytes.IndexByte(rest, end); n >= 0 {
		return string(rest[:n])
	}
	return ""
}

const (
	asForm = "application/x-www-form-urlencoded"
	asJSON = "application/json"
)

func (w *worker) signIn(c *candidate) error {
	if c.password == "" {
		return nil
	}
	c.session = ""
	form := url.Values{"login": {c.number}, "password": {c.password}}
	if err := w.timed(signIn, func() error { return w.call(c, fasthttp.MethodPost, "/sessions", asForm, form.Encode(), 303) }); err != nil {
		return err
	}
	var cookie fasthttp.Cookie
	cookie.SetKey(w.cookie)
	if !w.line.res.Header.Cookie(&cookie) {
		return errors.New("signed in without a session")
	}
	c.session = string(cookie.Value())
	return nil
}

// read reads the briefing for what candidates agree to before they start; it is the same for all of a sitting.
func (w *worker) read(c *candidate) error {
	if w.notice != "" {
		return nil
	}
	if err := w.call(c, fasthttp.MethodGet, "/sittings/"+w.sitting, "", "", 200); err != nil {
		return err
	}
	if w.notice = between(w.line.res.Body(), `name="notice" value="`, '"'); w.notice == "" {
		return errors.New("a briefing without a notice")
	}
	return nil
}

func (w *worker) start(c *candidate) error {
	if err := w.read(c); err != nil {
		return err
	}
	if err := w.timed(start, func() error {
		return w.call(c, fasthttp.MethodPost, "/sittings/"+w.sitting+"/attempts", asForm, "pledge=yes&notice="+w.notice, 303)
	}); err != nil {
		return err
	}
	_, c.attempt, _ = strings.Cut(string(w.line.res.Header.Peek("Location")), "/attempts/")
	if c.attempt == "" {
		return errors.New("started without an attempt")
	}
	return nil
}

var question = regexp.MustCompile(`data-n="\d+" data-kind="(\w+)"`)

// open loads the paper as the browser does and takes the lease.
func (w *worker) open(c *candidate) error {
	if err := w.timed(openPaper, func() error { return w.call(c, fasthttp.MethodGet, "/attempts/"+c.attempt, "", "", 200) }); err != nil {
		return err
	}
	c.kinds = c.kinds[:0]
	for _, m := range question.FindAllSubmatch(w.line.res.Body(), -1) {
		c.kinds = append(c.kinds, string(m[1]))
	}
	if len(c.kinds) == 0 {
		return errors.New("a paper without questions")
	}
	c.acked, c.sent = make([]ack, len(c.kinds)), make([][]int64, len(c.kinds))
	return w.timed(lease, func() error {
		return w.call(c, fasthttp.MethodPut, "/attempts/"+c.attempt+"/lease", asJSON, `{"device":"`+c.device+`","take":false}`, 204)
	})
}

// respond is something that a candidate may say to a question of that kind, in the sizes of the rehearsal's bank.
func respond(kind string, chance *rand.Rand) string {
	order := func(n int) string {
		rows := chance.Perm(n)
		words := make([]string, n)
		for i, row := range rows {
			words[i] = strconv.Itoa(row)
		}
		return strings.Join(words, ",")
	}
	switch kind {
	case "single":
		return `{"choices":[` + strconv.Itoa(chance.IntN(4)) + `]}`
	case "truefalse":
		return `{"choices":[` + strconv.Itoa(chance.IntN(2)) + `]}`
	case "multiple":
		first := chance.IntN(4)
		return `{"choices":[` + strconv.Itoa(first) + `,` + strconv.Itoa(first+1) + `]}`
	case "order":
		return `{"order":[` + order(5) + `]}`
	case "match":
		return `{"pairs":[` + order(3) + `]}`
	case "numeric":
		return `{"text":"` + strconv.Itoa(50*(1+chance.IntN(5))) + `"}`
	}
	return `{"text":"` + []string{"客戶", "報價單", "合約", "發票"}[chance.IntN(4)] + `"}`
}

// give is the candidate's next answer: mostly to the next question, now and then to one before it.
func (c *candidate) give() answer {
	n := c.given % len(c.kinds)
	if c.given > 0 && c.chance.IntN(5) == 0 {
		n = c.chance.IntN(min(c.given, len(c.kinds)))
	} else {
		c.given++
	}
	c.seq++
	return answer{n: n + 1, seq: c.seq, response: respond(c.kinds[n], c.chance), at: time.Now()}
}

// act is what a candidate does when it is time for another answer. Of a hundred answers, lossy meet a network that
// fails: half of them are sent and their reply never arrives, the others wait with the next few until it is back.
func (w *worker) act(c *candidate, lossy int, due time.Time) {
	if c.offline > 0 {
		c.offline--
		c.waiting = append(c.waiting, c.give())
		return
	}
	fails := len(c.waiting) == 0 && c.chance.IntN(100) < lossy
	c.waiting = append(c.waiting, c.give())
	switch {
	case !fails:
		w.deliver(c, due)
	case c.chance.IntN(2) == 0:
		c.offline = 1 + c.chance.IntN(3)
	default:
		w.putOn(c, c.waiting[0])
		if err := w.line.sendAndLose(); err != nil {
			w.trouble(kindOf(err))
		}
	}
}

// deliver sends what waits, in order, until one is not taken.
func (w *worker) deliver(c *candidate, due time.Time) {
	for len(c.waiting) > 0 && !c.over {
		a := c.waiting[0]
		w.putOn(c, a)
		began := time.Now()
		if due.Before(began) && len(c.waiting) == 1 {
			began = due // what it waited for a connection is part of what it took
		}
		err := w.line.send()
		if err == nil {
			c.contact = time.Now()
			err = w.wants(200)
		}
		if err != nil {
			w.trouble(kindOf(err))
			r := refusal{}
			if c.over = errors.As(err, &r) && r.key == "exams.over"; errors.As(err, &r) && r.status < 500 {
				c.waiting = c.waiting[1:] // it will not be taken any more
				continue
			}
			return // it stays, with its sequence number
		}
		w.times[save].add(time.Since(began))
		c.acknowledged(a, between(w.line.res.Body(), `"hash":"`, '"'))
		c.waiting = c.waiting[1:]
	}
}

func (c *candidate) acknowledged(a answer, hash string) {
	c.acked[a.n-1] = ack{a.seq, strings.Clone(hash)}
	c.acks++
}

// putOn prepares the request that saves an answer.
func (w *worker) putOn(c *candidate, a answer) {
	b := append(w.body[:0], `{"device":"`...)
	b = append(b, c.device...)
	b = append(b, `","seq":`...)
	b = strconv.AppendInt(b, a.seq, 10)
	b = append(b, `,"response":`...)
	b = append(b, a.response...)
	b = append(b, `,"elapsed_ms":`...)
	b = strconv.AppendInt(b, max(0, a.at.Sub(c.contact).Milliseconds()), 10)
	w.body = append(b, '}')
	w.prepare(c, fasthttp.MethodPut, "/attempts/"+c.attempt+"/answers/"+strconv.Itoa(a.n), asJSON, "")
	w.line.req.SetBodyRaw(w.body)
	if seqs := c.sent[a.n-1]; len(seqs) == 0 || seqs[len(seqs)-1] != a.seq {
		c.sent[a.n-1] = append(c.sent[a.n-1], a.seq)
	}
	w.saves++
}

func (w *worker) look(c *candidate) error {
	if c.offline > 0 || c.over {
		return nil
	}
	return w.timed(look, func() error { return w.call(c, fasthttp.MethodGet, "/attempts/"+c.attempt+"/state", "", "", 200) })
}

func (w *worker) submit(c *candidate) error {
	err := w.timed(submit, func() error {
		return w.call(c, fasthttp.MethodPost, "/attempts/"+c.attempt+"/submission", asForm, "", 303)
	})
	c.handed = err == nil
	return err
}
