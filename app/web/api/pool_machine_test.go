package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"pgregory.net/rapid"

	"bainian/app/apptest"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/store"
)

// A small company's numbers, so that random histories meet every limit.
const (
	perDay, drawsPerDay, holdingCap = 5, 3, 4
	coolReclaimed, coolReturned     = 7, 3 // business days, of the standard terms
)

const smallPolicy = `title: small
levels:
  - level: full
    require: {all: [employed, no_red_line, no_open_case, {exam: values, within: 365d}]}
limits: {draws_per_day: 3, per_day: 5, cap: 4, newcomer_days: 0, newcomer_per_day: 5, newcomer_cap: 4}
holidays: [2027-01-01]
`

const smallPools = `pools:
  - {pool: default, title: Pool, newcomer_share: 0, private_cap: 2}
  - {pool: south, title: South, newcomer_share: 0, territories: [高雄]}
`

// TestPromisesThroughHTTP runs random histories of a small company against the pool's API over real sockets: claims,
// allocations, imports, follow-ups, returns, reclaims, verdicts and upheld appeals, people who leave and come back,
// time that passes or jumps, and restarts; after every step it holds the database to G1–G4 and L1–L7.
// BAINIAN_TEST_HISTORIES says how many; the suite runs a few.
func TestPromisesThroughHTTP(t *testing.T) {
	histories := 6
	if n, err := strconv.Atoi(os.Getenv("BAINIAN_TEST_HISTORIES")); err == nil {
		histories = n
	}
	for engine, share := range map[store.Engine]int{store.SQLite: 1, store.Postgres: 4} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			runs, failing := 0, false // what failed is run again, to find the shortest history that does
			rapid.Check(t, func(rt *rapid.T) {
				if runs++; runs > max(histories/share, 2) && !failing {
					return
				}
				failing = true
				c := found(t, engine)
				defer func() {
					c.stop()
					c.End()
				}()
				c.rt = rt
				rt.Repeat(map[string]func(*rapid.T){
					"":           func(*rapid.T) { c.invariants() },
					"morning":    c.busyStep,
					"noon":       c.busyStep,
					"afternoon":  c.busyStep,
					"evening":    c.busyStep,
					"import":     c.importStep,
					"reclaim":    c.reclaimStep,
					"red line":   c.redLineStep,
					"overturn":   c.overturnStep,
					"deactivate": c.deactivateStep,
					"tick":       c.tickStep,
					"restart":    c.restartStep,
				})
				failing = false
			})
		})
	}
}

// company is what the promises say must be true, kept beside the program by simple rules of its own.
type company struct {
	*machines
	rt        *rapid.T
	stop      func()
	address   string
	decisions string // a token for the gate's decisions
	staff     []people.Person
	attempts  map[string]string
	gone      map[string]bool
	red       map[string]*redLine
	holder    map[string]string // lead to person, in trust or not
	private   map[string]bool
	exempt    map[string]bool        // at a stage from which nothing goes to a pool
	place     map[string]leads.State // of what nobody holds, where that is not the pool
	took      map[string]int         // by person and business day
	drew      map[string]int
	cool      map[string]time.Time // by lead and person
	requests  map[string]string    // idempotency key to lead
	imported  int
}

type redLine struct {
	number   int
	deadline time.Time // of the appeal
	final    bool
}

func found(t *testing.T, engine store.Engine) *company {
	w := apptest.New(t, engine)
	w.Publish("content/policy.yaml", smallPolicy)
	w.Publish(leads.RulesPath, smallPools)
	c := &company{attempts: map[string]string{}, gone: map[string]bool{}, red: map[string]*redLine{}, holder: map[string]string{},
		private: map[string]bool{}, exempt: map[string]bool{}, place: map[string]leads.State{},
		took: map[string]int{}, drew: map[string]int{}, cool: map[string]time.Time{}, requests: map[string]string{}}
	sitting := w.Sitting("values")
	for i := range 3 {
		p := w.NewHire(fmt.Sprint("Seller ", i))
		w.Sign(p)
		w.Read(p, "values")
		c.attempts[p.ID] = w.Sit(p, sitting, apptest.Knows)
		c.staff = append(c.staff, p)
	}
	c.listen(w)
	c.bring(8)
	return c
}

// listen serves the wing over a socket, as it is after a restart.
func (c *company) listen(w *apptest.World) {
	m := mount(w)
	if c.machines != nil {
		m.token = c.token
	} else {
		c.decisions = m.token
		var err error
		if m.token, err = w.Directory.NewTokenFor(w.Ctx, people.System(), "CRM", people.LeadPool); err != nil {
			w.Fatal(err)
		}
	}
	c.machines = m
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- m.app.Listener(listener) }()
	c.address = "http://" + listener.Addr().String()
	c.stop = func() {
		err := m.app.ShutdownWithTimeout(time.Second)
		listener.Close() // a history so short that nothing listened yet has shut nothing down
		if lost := <-served; !errors.Is(lost, net.ErrClosed) {
			err = errors.Join(err, lost)
		}
		if err != nil {
			w.Error(err)
		}
	}
}

// answer is what the pool said.
type answer struct {
	status int
	lead   struct {
		ID, State string
		Tenure    *struct{ Due, Latest string }
	}
	key  string
	body string
}

func (c *company) call(method, path, token, body string, headers ...string) answer {
	request, err := http.NewRequest(method, c.address+path, strings.NewReader(body))
	if err != nil {
		c.rt.Fatal(err)
	}
	request.Header.Set("Content-Type", fiber.MIMEApplicationJSON)
	request.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.rt.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.rt.Fatal(err)
	}
	a := answer{status: response.StatusCode, body: string(text)}
	var failed struct{ Error struct{ Key, Message string } }
	if a.status < 300 {
		err = json.Unmarshal(text, &a.lead)
	} else {
		err = json.Unmarshal(text, &failed)
		if a.key = failed.Error.Key; a.key == "" || failed.Error.Message == "" {
			c.rt.Fatalf("G2: %s %s: a refusal without a reason: %d %s", method, path, a.status, text)
		}
	}
	if err != nil || a.status >= 500 {
		c.rt.Fatalf("%s %s: %d %s %v", method, path, a.status, text, err)
	}
	return a
}

func (c *company) order(path, body string, headers ...string) answer {
	return c.call(http.MethodPost, "/api/v1/leads/"+path, c.token, body, headers...)
}

func (c *company) anyone() people.Person { return rapid.SampledFrom(c.staff).Draw(c.rt, "person") }

func (c *company) anyLead() string { return rapid.SampledFrom(c.all()).Draw(c.rt, "lead") }

func (c *company) all() (ids []string) {
	c.must(c.DB.Read(c.Ctx, func(rx *store.Rx) (err error) {
		ids, err = store.All(rx, func(r store.Row) (id string, err error) { err = r.Scan(&id); return id, err }, `SELECT id FROM lead ORDER BY id`)
		return err
	}))
	return ids
}

func (c *company) must(err error) {
	if err != nil {
		c.rt.Fatal(err)
	}
}

func (c *company) now() time.Time { return c.Clock.Now().In(c.Keeper.Zone()) }

func workday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Format("01-02") != "01-01"
}

func later(t time.Time, days int) time.Time {
	for days > 0 {
		if t = t.AddDate(0, 0, 1); workday(t) {
			days--
		}
	}
	return t
}

func (c *company) today(p people.Person) string {
	t := c.now()
	for !workday(t) {
		t = t.AddDate(0, 0, 1)
	}
	return p.ID + t.Format(time.DateOnly)
}

// open is the gate as the promises have it.
func (c *company) open(p people.Person) bool { return !c.gone[p.ID] && c.red[p.ID] == nil }

func (c *company) holds(p people.Person) (n int) {
	for _, id := range c.holder {
		if id == p.ID {
			n++
		}
	}
	return n
}

// explained asks the gate, and wants what enforcement is about to find: G3.
func (c *company) explained(p people.Person, action string) {
	a := c.call(http.MethodPost, "/access/v1/evaluation", c.decisions, object(subject(p), `"action":{"name":"`+action+`"}`, pool))
	var d decision
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || d.Decision == nil {
		c.rt.Fatalf("%s %v", a.body, err)
	}
	if *d.Decision != c.open(p) {
		c.rt.Fatalf("G3: the gate says %v of %s, which must be %v: %s", *d.Decision, p.Number, c.open(p), a.body)
	}
	if c.red[p.ID] != nil && (strings.Contains(a.body, "red_line") || strings.Contains(a.body, "open_case")) {
		c.rt.Fatalf("G3: a machine reads of a case: %s", a.body)
	}
}

// began checks a tenure that was just given against everything that should have kept it from beginning.
func (c *company) began(p people.Person, a answer) {
	switch {
	case !c.open(p):
		c.rt.Fatalf("G1: a lead went through the closed gate of %s", p.Number)
	case c.holder[a.lead.ID] != "":
		c.rt.Fatalf("L1: a held lead was given again")
	case c.place[a.lead.ID] == leads.Closed:
		c.rt.Fatalf("L4: a closed lead was given")
	case c.now().Before(c.cool[a.lead.ID+p.ID]):
		c.rt.Fatalf("L6: %s has to wait until %s", p.Number, c.cool[a.lead.ID+p.ID])
	}
	c.holder[a.lead.ID] = p.ID
	delete(c.place, a.lead.ID)
	c.took[c.today(p)]++
	if held := c.holds(p); held > holdingCap || c.took[c.today(p)] > perDay {
		c.rt.Fatalf("L2: %d held, %d taken today", held, c.took[c.today(p)])
	}
}

// refused checks that an open gate was not called closed, nor the other way round, and that a full hand or day is.
func (c *company) refused(p people.Person, a answer) {
	shut := a.key == "leads.closed_to" || a.key == "gate.reason_employed"
	if shut == c.open(p) {
		c.rt.Fatalf("G3: the gate of %s is open: %v, but %d %s", p.Number, c.open(p), a.status, a.body)
	}
	if !shut && a.status != http.StatusConflict {
		c.rt.Fatalf("%d %s", a.status, a.body)
	}
	if strings.Contains(a.body, "red_line") || strings.Contains(a.body, "open_case") {
		c.rt.Fatalf("G3: a machine reads of a case: %s", a.body)
	}
	full := c.holds(p) >= holdingCap || c.took[c.today(p)] >= perDay
	if (a.key == "leads.cap" || a.key == "leads.day_limit") && !full {
		c.rt.Fatalf("L2: %s with %d held and %d taken", a.key, c.holds(p), c.took[c.today(p)])
	}
}

// busyStep is a handful of orders, as they come in a part of a day.
func (c *company) busyStep(t *rapid.T) {
	orders := []func(*rapid.T){c.drawStep, c.claimStep, c.assignStep, c.followUpStep, c.returnStep, c.swapStep, c.swapStep, c.transferStep,
		c.stageStep, c.closeStep, c.reopenStep}
	for range 6 {
		orders[rapid.IntRange(0, len(orders)-1).Draw(t, "order")](t)
		c.invariants()
	}
}

// rarely leaves a step out, most of the times: what shuts a gate for long must not shut all of them at once.
func rarely(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "rarely") > 0 {
		t.Skip()
	}
}

func (c *company) drawStep(t *rapid.T) {
	p := c.anyone()
	key := fmt.Sprintf("k%d", rapid.IntRange(0, 30).Draw(t, "key"))
	c.explained(p, "draw")
	a := c.order("draws", by(p), "Idempotency-Key", key)
	if a.status == http.StatusCreated {
		if before := c.requests[p.ID+key]; before != "" {
			if a.lead.ID != before {
				t.Fatalf("L7: the same request gave %s and then %s", before, a.lead.ID)
			}
			return
		}
		c.requests[p.ID+key] = a.lead.ID
		c.began(p, a)
		if c.drew[c.today(p)]++; c.drew[c.today(p)] > drawsPerDay {
			t.Fatal("L2: too many draws")
		}
		return
	}
	c.refused(p, a)
}

func (c *company) claimStep(t *rapid.T) {
	p, id := c.anyone(), c.anyLead()
	a := c.order(id+"/claim", by(p))
	if a.status == http.StatusCreated {
		if a.lead.ID != id {
			t.Fatalf("claimed %s, got %s", id, a.lead.ID)
		}
		c.began(p, a)
		if c.drew[c.today(p)]++; c.drew[c.today(p)] > drawsPerDay {
			t.Fatal("L2: too many draws")
		}
		return
	}
	c.refused(p, a)
}

func (c *company) assignStep(*rapid.T) {
	p, id := c.anyone(), c.anyLead()
	c.explained(p, "assign")
	if a := c.order(id+"/assignment", by(c.Manager, `"to":"`+p.Number+`"`)); a.status == http.StatusCreated {
		c.began(p, a)
	} else {
		c.refused(p, a)
	}
}

// bring imports new leads.
func (c *company) bring(n int) {
	var csv strings.Builder
	csv.WriteString("company,phone,territory\n")
	for range n {
		c.imported++
		fmt.Fprintf(&csv, "企業 %d,02-%08d,台北\n", c.imported, c.imported)
	}
	report, err := c.Pool.Import(c.Ctx, c.HR, strings.NewReader(csv.String()), true)
	if err != nil || report.New != n {
		c.Fatalf("%+v %v", report, err)
	}
}

// importStep brings a new lead and one that is known, and tries to name a holder in a file.
func (c *company) importStep(t *rapid.T) {
	c.imported++
	rows := fmt.Sprintf("company,phone,territory\n企業 %d,02-%08d,台北\n企業 1,02-%08d,台北\n", c.imported, c.imported, 1)
	a := c.call(http.MethodPost, "/api/v1/leads/imports?apply=true&by="+c.HR.Number, c.token, rows, "Content-Type", fiber.MIMEOctetStream)
	var report struct {
		New     int
		Applied bool
	}
	if err := json.Unmarshal([]byte(a.body), &report); err != nil || report.New != 1 || !report.Applied {
		t.Fatalf("%d %s", a.status, a.body)
	}
	a = c.call(http.MethodPost, "/api/v1/leads/imports?apply=true&by="+c.HR.Number, c.token, "company,holder\n別家,"+c.staff[0].Number+"\n", "Content-Type", fiber.MIMEOctetStream)
	if strings.Contains(a.body, `"applied":true`) {
		t.Fatalf("G1: an import named a holder: %s", a.body)
	}
}

func (c *company) works(p people.Person, id string) bool {
	return c.holder[id] == p.ID && c.red[p.ID] == nil && !c.gone[p.ID]
}

func (c *company) followUpStep(t *rapid.T) {
	p := c.anyone()
	id := c.ownOf(p, "lead", 1)[0]
	// What a client says about time is for people to read; no clock listens.
	before := c.due(id)
	next := rapid.SampledFrom([]string{"", "2027-06-30", "2020-01-01T00:00:00Z"}).Draw(t, "next")
	a := c.order(id+"/follow-ups", by(p, `"kind":"call","outcome":"接通","next":"`+next+`","follow_time":"2027-06-30","at":"2027-06-30"`))
	if works := c.works(p, id); works != (a.status == http.StatusOK) {
		t.Fatalf("may work it: %v, but %d %s", works, a.status, a.body)
	}
	if a.status != http.StatusOK {
		return
	}
	due, err := time.Parse(time.RFC3339, a.lead.Tenure.Due)
	c.must(err)
	gives := 5
	if c.private[id] {
		gives = 7
	}
	if latest := later(c.now(), gives); due.After(latest) && due.After(before) || due.Before(before) {
		t.Fatalf("L5: due %s after %s, the latest that a follow-up gives is %s", due, before, latest)
	}
}

// due is where a lead's clock stands; zero when nobody holds it.
func (c *company) due(id string) time.Time {
	var ms int64
	c.must(c.DB.Read(c.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT coalesce(max(due_ms), 0) / 1000 * 1000 FROM tenure WHERE lead_id = ? AND ended_ms IS NULL`, id).Scan(&ms)
	}))
	return store.Time(ms)
}

func (c *company) returnStep(t *rapid.T) {
	p := c.anyone()
	id := c.ownOf(p, "lead", 1)[0]
	a := c.order(id+"/return", by(p, `"reason":"不是我的產業"`))
	if works := c.works(p, id); works != (a.status == http.StatusOK) {
		t.Fatalf("may return it: %v, but %d %s", works, a.status, a.body)
	}
	if a.status == http.StatusOK {
		c.ended(id, coolReturned)
	}
}

// ownOf are some of a person's leads, or any: an order that is wrong must be refused whole.
func (c *company) ownOf(p people.Person, name string, most int) []string {
	pick := rapid.SampledFrom(c.all())
	var own []string
	for _, id := range c.all() {
		if c.holder[id] == p.ID {
			own = append(own, id)
		}
	}
	if len(own) > 0 && rapid.IntRange(0, 9).Draw(c.rt, name+" of their own") > 0 {
		pick = rapid.SampledFrom(own)
	}
	return rapid.SliceOfN(pick, 1, most).Draw(c.rt, name)
}

func (c *company) swapStep(t *rapid.T) {
	p := c.anyone()
	in, out := c.ownOf(p, "in", 2), c.ownOf(p, "out", 2)
	list := func(ids []string) string { return `["` + strings.Join(ids, `","`) + `"]` }
	a := c.call(http.MethodPost, "/api/v1/swaps", c.token, by(p, `"in":`+list(in), `"out":`+list(out)))
	if a.status != http.StatusCreated {
		if a.key == "leads.closed_to" && c.open(p) {
			t.Fatalf("G3: the gate of %s is open, but %s", p.Number, a.body)
		}
		return
	}
	seen := map[string]bool{}
	for _, id := range append(slices.Clone(in), out...) {
		if seen[id] || c.holder[id] != p.ID {
			t.Fatalf("L3: %v in, %v out: %s twice, or not theirs", in, out, id)
		}
		seen[id] = true
	}
	if len(in) != len(out) || !c.open(p) {
		t.Fatalf("L3: %d in and %d out, the gate open: %v", len(in), len(out), c.open(p))
	}
	for _, id := range out {
		if c.exempt[id] {
			t.Fatalf("L4: %s is at an exempt stage and went to the pool", id)
		}
		c.ended(id, coolReturned)
	}
	for _, id := range in {
		if c.private[id] {
			t.Fatalf("L3: %s was in the private pool", id)
		}
		c.private[id] = true
	}
}

func (c *company) transferStep(t *rapid.T) {
	p, id := c.anyone(), c.anyLead()
	a := c.order(id+"/transfer", by(c.Manager, `"to":"`+p.Number+`"`, `"reason":"換人跟進比較好"`))
	if a.status != http.StatusCreated {
		if a.key == "leads.closed_to" && c.open(p) {
			t.Fatalf("G3: the gate of %s is open, but %s", p.Number, a.body)
		}
		return
	}
	if c.holder[id] == "" || c.holder[id] == p.ID || c.red[c.holder[id]] != nil {
		t.Fatalf("a lead of %q was transferred to %s", c.holder[id], p.ID)
	}
	exempt := c.exempt[id]
	c.ended(id, coolReturned)
	delete(c.place, id)
	c.exempt[id] = exempt
	c.began(p, a)
}

// stageStep brings a lead to the contract, or back from it.
func (c *company) stageStep(t *rapid.T) {
	p := c.anyone()
	id := c.ownOf(p, "lead", 1)[0]
	stage := rapid.SampledFrom([]string{"needs", "contract"}).Draw(t, "stage")
	a := c.order(id+"/stage", by(p, `"stage":"`+stage+`","note":"已用印，正本收回"`))
	if a.status != http.StatusOK {
		return
	}
	if !c.works(p, id) {
		t.Fatalf("%s moved a lead that is not theirs to work: %s", p.Number, a.body)
	}
	c.exempt[id] = stage == "contract"
}

func (c *company) closeStep(t *rapid.T) {
	p := c.anyone()
	id := c.ownOf(p, "lead", 1)[0]
	a := c.order(id+"/closing", by(p, `"outcome":"lost","reason":"預算刪了"`))
	if works := c.works(p, id); works != (a.status == http.StatusOK) {
		t.Fatalf("may close it: %v, but %d %s", works, a.status, a.body)
	}
	if a.status == http.StatusOK {
		c.ended(id, coolReturned)
		c.place[id] = leads.Closed
	}
}

func (c *company) reopenStep(t *rapid.T) {
	id := c.anyLead()
	a := c.order(id+"/reopening", by(c.Manager, `"reason":"客戶又來電了"`))
	if closed := c.place[id] == leads.Closed; closed != (a.status == http.StatusOK) {
		t.Fatalf("closed: %v, but %d %s", closed, a.status, a.body)
	}
	if a.status == http.StatusOK {
		delete(c.place, id)
		delete(c.exempt, id)
	}
}

func (c *company) ended(id string, days int) {
	c.cool[id+c.holder[id]] = later(c.now(), days)
	delete(c.holder, id)
	delete(c.private, id)
	if c.exempt[id] {
		c.place[id] = leads.Handover
	}
}

func (c *company) reclaimStep(t *rapid.T) {
	c.must(c.Pool.ReclaimDue(c.Ctx))
	for id := range c.holder {
		if c.state(id) == leads.InPool {
			if c.exempt[id] {
				c.rt.Fatalf("L4: %s was reclaimed from an exempt stage", id)
			}
			c.ended(id, coolReclaimed)
		}
	}
	id := c.anyLead() // and by a manager, who is told when nothing is due
	if a := c.order(id+"/reclamation", by(c.Manager)); a.status == http.StatusOK {
		t.Fatalf("L5: a lead was reclaimed that the job had left: %s", a.body)
	}
}

func (c *company) state(id string) (s leads.State) {
	c.must(c.DB.Read(c.Ctx, func(rx *store.Rx) error { return rx.Row(`SELECT state FROM lead WHERE id = ?`, id).Scan(&s) }))
	return s
}

// redLineStep has two reviewers decide a case against somebody, who has one attempt and so one case.
func (c *company) redLineStep(t *rapid.T) {
	rarely(t)
	p := c.anyone()
	attempt := c.attempts[p.ID]
	if attempt == "" || c.gone[p.ID] {
		t.Skip()
	}
	delete(c.attempts, p.ID)
	number, err := c.Desk.Report(c.Ctx, c.Watch, attempt, "收到一封附照片的檢舉信")
	c.must(err)
	c.must(c.Desk.Open(c.Ctx, c.Reviewer[0], number))
	c.must(c.Desk.AddFact(c.Ctx, c.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "通訊軟體的截圖，時間在考試當中", Origin: "手機由本人交出，當場簽收"}))
	c.Decide(number, integrity.RedLine)
	c.red[p.ID] = &redLine{number: number, deadline: later(c.now(), 10)}
}

func (c *company) overturnStep(t *rapid.T) {
	p := c.anyone()
	r := c.red[p.ID]
	if r == nil || r.final || c.gone[p.ID] || c.now().After(r.deadline) {
		t.Skip()
	}
	c.must(c.Overturn(c.Reviewer[2], r.number, "截圖的時間是前一天"))
	delete(c.red, p.ID)
}

func (c *company) deactivateStep(t *rapid.T) {
	p := c.anyone()
	if !c.gone[p.ID] {
		rarely(t)
	}
	if c.gone[p.ID] {
		c.must(c.Directory.Reactivate(c.Ctx, c.HR, p.ID, "came back to us"))
	} else {
		c.must(c.Directory.Deactivate(c.Ctx, c.HR, p.ID, "left the company"))
		c.released(p)
	}
	c.gone[p.ID] = !c.gone[p.ID]
}

func (c *company) released(p people.Person) {
	for id, holder := range c.holder {
		if holder == p.ID {
			c.ended(id, coolReturned)
		}
	}
}

// tickStep moves the clock, now and then back by a little as a corrected one does, and lets the jobs of the time run.
func (c *company) tickStep(t *rapid.T) {
	minutes := rapid.IntRange(-20, 40*60).Draw(t, "minutes")
	c.Clock.Add(time.Duration(minutes) * time.Minute)
	if rapid.Bool().Draw(t, "jobs") {
		before := map[string]bool{}
		for id := range c.holder {
			before[id] = true
		}
		c.must(c.Queue.Drain(c.Ctx))
		for _, p := range c.staff {
			if r := c.red[p.ID]; r != nil && !r.final && c.now().After(c.endOf(r.deadline)) {
				r.final = true
				c.released(p)
			}
		}
		for id := range before {
			if c.holder[id] != "" && c.state(id) == leads.InPool {
				c.ended(id, coolReclaimed)
			}
		}
	}
}

func (c *company) endOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location()).Add(-time.Millisecond)
}

func (c *company) restartStep(*rapid.T) {
	c.stop()
	c.Restart()
	c.listen(c.World)
}

// invariants compares the database with the model and with itself.
func (c *company) invariants() {
	states, held := map[string]leads.State{}, map[string]string{}
	c.must(c.DB.Read(c.Ctx, func(rx *store.Rx) error {
		clear(states)
		clear(held)
		if err := rx.Each(`SELECT id, state FROM lead`, nil, func(r store.Row) error {
			var id string
			var s leads.State
			err := r.Scan(&id, &s)
			states[id] = s
			return err
		}); err != nil {
			return err
		}
		return rx.Each(`SELECT lead_id, holder_id FROM tenure WHERE ended_ms IS NULL`, nil, func(r store.Row) error {
			var lead, holder string
			err := r.Scan(&lead, &holder)
			if held[lead] != "" {
				return fmt.Errorf("L1: two open tenures of %s", lead)
			}
			held[lead] = holder
			return err
		})
	}))
	for id, s := range states {
		want := leads.InPool
		if p := c.holder[id]; p != "" {
			switch want = leads.Held; {
			case c.red[p] != nil:
				want = leads.InTrust
			case c.private[id]:
				want = leads.Private
			}
		} else if c.place[id] != "" {
			want = c.place[id]
		}
		if s != want || held[id] != c.holder[id] {
			c.rt.Fatalf("L4: lead %s is %s with %q, must be %s with %q", id, s, held[id], want, c.holder[id])
		}
	}
	for what, query := range map[string]string{
		"L5: a clock beyond its maximum":               `SELECT count(*) FROM tenure WHERE due_ms > hard_ms`,
		"L5: reclaims and tenures reclaimed":           `SELECT (SELECT count(*) FROM lead_event WHERE kind = 'reclaimed') - (SELECT count(*) FROM tenure WHERE ended_how = 'reclaimed')`,
		"L5: a lead reclaimed before it was due":       `SELECT count(*) FROM tenure WHERE ended_how = 'reclaimed' AND due_ms > ended_ms`,
		"L4: a lead in trust whose clock runs":         `SELECT count(*) FROM tenure t JOIN lead l ON l.id = t.lead_id WHERE t.ended_ms IS NULL AND (l.state = 'trust') <> (t.paused_ms IS NOT NULL)`,
		"L2: counters and tenures differ":              `SELECT (SELECT count(*) FROM tenure) - (SELECT coalesce(sum(drawn + allocated), 0) FROM lead_day)`,
		"audit: a tenure without its event":            `SELECT (SELECT count(*) FROM tenure) - (SELECT count(*) FROM lead_event WHERE kind IN ('drawn', 'assigned'))`,
		"a lead that is in two states or in none":      `SELECT count(*) FROM lead l WHERE (l.state IN ('held', 'private', 'trust')) <> EXISTS (SELECT 1 FROM tenure t WHERE t.lead_id = l.id AND t.ended_ms IS NULL)`,
		"L3: swaps that do not move as many both ways": `SELECT count(*) FROM (SELECT swap_id FROM swap_lead GROUP BY swap_id HAVING sum(CASE WHEN way = 'in' THEN 1 ELSE -1 END) <> 0) x`,
		"L3: a private pool over its cap":              `SELECT count(*) FROM (SELECT holder_id FROM tenure WHERE ended_ms IS NULL AND private_ms IS NOT NULL GROUP BY holder_id HAVING count(*) > 2) x`,
		"L4: a lead of an exempt stage in the pool":    `SELECT count(*) FROM lead WHERE state = 'pool' AND stage IN ('contract', 'payment', 'served')`,
		"L6: a cool-down that is none":                 `SELECT count(*) FROM tenure WHERE ended_ms IS NOT NULL AND cool_ms <= ended_ms`,
		"L2: a person over the cap":                    fmt.Sprintf(`SELECT count(*) FROM (SELECT holder_id FROM tenure WHERE ended_ms IS NULL GROUP BY holder_id HAVING count(*) > %d) x`, holdingCap),
		"L2: a person over the day's limit":            fmt.Sprintf(`SELECT count(*) FROM lead_day WHERE drawn + allocated > %d OR drawn > %d`, perDay, drawsPerDay),
		"a follow-up that its tenure did not count":    `SELECT (SELECT count(*) FROM follow_up) - (SELECT coalesce(sum(follow_ups), 0) FROM tenure)`,
	} {
		n := 0
		c.must(c.DB.Read(c.Ctx, func(rx *store.Rx) error { return rx.Row(query).Scan(&n) }))
		if n != 0 {
			c.rt.Fatalf("%s: %d", what, n)
		}
	}
}
