package api_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/apptest"
	"bainian/app/store"
)

const (
	scaleAsked   = 10_000 // questions of one measurement
	scaleCallers = 16
	scaleRounds  = 3 // of which the best counts: others use the machine as well
)

// BenchmarkScale asks over loopback sockets about people of a small company and of one a hundred times its size, with
// ten facts about each person, in one run. Cold is the first question about each person on connections that have read
// nothing yet, warm the same people again; of=… is the share of what /healthz answers in the same run.
//
//	go test ./app/web/api -run '^$' -bench Scale -benchtime 1x
func BenchmarkScale(b *testing.B) {
	cost := map[int]timing{}
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("employees=%d", n), func(b *testing.B) {
			m := mount(apptest.New(b, store.SQLite))
			numbers := m.populate(n)
			address, _ := listen(b, m.app)
			asked := make([][]byte, scaleAsked)
			for i := range asked {
				asked[i] = []byte(object(`"subject":{"type":"user","id":"`+numbers[i%len(numbers)]+`"}`, draw, pool))
			}
			b.ResetTimer()
			for range b.N {
				first := asked[:min(n, scaleAsked)]
				cold := m.timed(address+"/access/v1/evaluation", first)
				var warm, health timing
				for range scaleRounds {
					warm = faster(warm, m.timed(address+"/access/v1/evaluation", asked))
					health = faster(health, m.timed(address+"/healthz", make([][]byte, scaleAsked)))
				}
				cost[n] = warm
				b.ReportMetric(cold.rate, "cold/s")
				b.ReportMetric(float64(cold.p99.Microseconds()), "cold-p99-µs")
				b.ReportMetric(warm.rate, "warm/s")
				b.ReportMetric(float64(warm.p99.Microseconds()), "warm-p99-µs")
				b.ReportMetric(health.rate, "healthz/s")
				b.ReportMetric(warm.rate/health.rate, "of-healthz")
				b.ReportMetric(float64(warm.cpu.Microseconds()), "warm-cpu-µs")
				if small, ok := cost[1_000]; ok {
					b.ReportMetric(small.rate/warm.rate, "slower-than-1000")
					b.ReportMetric(float64(warm.cpu)/float64(small.cpu), "cpu-of-1000")
				}
			}
		})
	}
}

// populate hires n people who are ready, straight into the tables: each signed the pledge, finished three courses,
// passed three exams, has a waiver, took a first lead and holds it. It returns their numbers in no order.
func (m *machines) populate(n int) []string {
	m.Helper()
	amy := m.Ready("Amy")
	m.Leads(1)
	series := `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ?) `
	for _, insert := range []string{
		`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, manager_id, active, created_ms)
			SELECT 'p' || i, 'N' || i, 'n' || i, 'Name ' || i, i || '@x', i || '@x', 'n' || i, e.roles, e.manager_id, TRUE, e.created_ms FROM employee e, s WHERE e.id = ?`,
		`INSERT INTO pledge_signature (person_id, version, lang, at_ms) SELECT 'p' || i, version, lang, at_ms FROM pledge_signature, s WHERE person_id = ?`,
		`INSERT INTO course_completion (person_id, course, version, at_ms) SELECT 'p' || i, course, version, at_ms FROM course_completion, s WHERE person_id = ?`,
		`INSERT INTO attempt (id, sitting_id, exam, person_id, state, started_ms, deadline_ms, due_ms, ended_ms, card, head_seq, head_hash, contact_ms, revision, score, max_score, passed)
			SELECT id || i, sitting_id, exam, 'p' || i, state, started_ms, deadline_ms, due_ms, ended_ms, card, head_seq, head_hash, contact_ms, revision, score, max_score, passed
			FROM attempt, s WHERE person_id = ?`,
		`INSERT INTO waiver (id, person_id, requirement, until_ms, reason, by_id, at_ms) SELECT 'w' || i, 'p' || i, 'course:product/membership', created_ms + 1000000000, 'for the benchmark', id, created_ms
			FROM employee, s WHERE id = ?`,
		`INSERT INTO gate_opening (person_id, at_ms) SELECT 'p' || i, created_ms FROM employee, s WHERE id = ?`,
		`INSERT INTO lead (id, import_id, company, company_key, contact, phone, phone_key, industry, territory, source, note, state, rank)
			SELECT 'l' || i, import_id, company, company_key || i, contact, phone, phone_key || i, industry, territory, source, note, 'held', i FROM lead, s WHERE '' <> ?`,
		`INSERT INTO tenure (id, lead_id, holder_id, by_id, began_ms, due_ms, hard_ms) SELECT 't' || i, 'l' || i, 'p' || i, 'p' || i, created_ms, created_ms + 1000000000, created_ms + 2000000000
			FROM employee, s WHERE id = ?`,
	} {
		err := m.DB.Write(m.Ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(series+insert, n, amy.ID)
			return err
		})
		if err != nil {
			m.Fatalf("%.40s: %v", insert, err)
		}
	}
	facts := m.count(`SELECT (SELECT count(*) FROM pledge_signature) + (SELECT count(*) FROM course_completion) + (SELECT count(*) FROM attempt)
		+ (SELECT count(*) FROM waiver) + (SELECT count(*) FROM gate_opening) + (SELECT count(*) FROM tenure)`)
	if facts < 10*n {
		m.Fatalf("%d facts about %d people", facts, n)
	}
	numbers := make([]string, n)
	for i, at := range rand.Perm(n) {
		numbers[i] = fmt.Sprint("N", at+1)
	}
	return numbers
}

type timing struct {
	rate float64 // answers a second
	p99  time.Duration
	cpu  time.Duration // of one answer, the asking included: what others do on the machine changes it least
}

func faster(a, b timing) timing {
	if b.rate > a.rate {
		return b
	}
	return a
}

// timed asks each question once, by so many callers at once, and wants everybody to be allowed.
func (m *machines) timed(address string, bodies [][]byte) timing {
	m.Helper()
	took := make([]time.Duration, len(bodies))
	client := &fasthttp.Client{MaxConnsPerHost: scaleCallers}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	began, before := time.Now(), processorTime(m.TB)
	for caller := range scaleCallers {
		all.Go(func() {
			for i := caller; i < len(bodies); i += scaleCallers {
				start := time.Now()
				if err := m.once(client, address, bodies[i]); err != nil {
					m.Error(err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	all.Wait()
	n := time.Duration(len(bodies))
	t := timing{rate: float64(n) / time.Since(began).Seconds(), cpu: (processorTime(m.TB) - before) / n}
	slices.Sort(took)
	t.p99 = took[len(took)*99/100]
	return t
}

// once asks; a body is a question about somebody who is allowed, none the probe.
func (m *machines) once(client *fasthttp.Client, address string, body []byte) error {
	q, a := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(q)
	defer fasthttp.ReleaseResponse(a)
	q.SetRequestURI(address)
	if body != nil {
		q.Header.SetMethod(http.MethodPost)
		q.Header.SetContentType(fiber.MIMEApplicationJSON)
		q.Header.Set(fiber.HeaderAuthorization, "Bearer "+m.token)
		q.SetBodyRaw(body)
	}
	if err := client.Do(q, a); err != nil {
		return err
	}
	if a.StatusCode() != http.StatusOK || body != nil && !bytes.HasPrefix(a.Body(), []byte(`{"decision":true`)) {
		return fmt.Errorf("%s: %d %s", body, a.StatusCode(), a.Body())
	}
	return nil
}
