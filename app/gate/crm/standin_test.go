package crm_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/gate/crm"
)

// org is a stand-in for a Salesforce org, on a real port: as much of OAuth, SOQL and PermissionSetAssignment as the
// adapter uses, with the errors that the real one gives.
type org struct {
	*httptest.Server
	mu     sync.Mutex
	clock  func() time.Time
	users  map[string]user // by id
	held   map[string]holding
	last   int
	tokens map[string]bool
	fail   func(r *http.Request) (status int, code string) // what goes wrong with a call; 0 for nothing
	writes []string                                        // the calls that changed something
	logins int
}

type user struct {
	number string
	active bool
}

type holding struct {
	user  string
	until time.Time // zero for never
}

const (
	pageSize = 3
	setID    = "0PS000000000001"
	setName  = "Bainian_Leads"
	stamp    = "2006-01-02T15:04:05.000+0000"
)

func openOrg(t *testing.T, clock func() time.Time) *org {
	o := &org{clock: clock, users: map[string]user{}, held: map[string]holding{}, tokens: map[string]bool{}, fail: func(*http.Request) (int, string) { return 0, "" }}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func (o *org) adapter(t *testing.T, change func(*crm.SalesforceConfig)) *crm.Salesforce {
	t.Helper()
	c := crm.SalesforceConfig{URL: o.URL, ClientID: "bainian", ClientSecret: "s3cret", PermissionSet: setName}
	if change != nil {
		change(&c)
	}
	s, err := crm.NewSalesforce(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hire adds a user with an employee number.
func (o *org) hire(number string) (id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last++
	id = fmt.Sprintf("005%012d", o.last)
	o.users[id] = user{number, true}
	return id
}

// grant is what a hand in the CRM does.
func (o *org) grant(number string, until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.grantLocked(number, until)
}

func (o *org) grantLocked(number string, until time.Time) {
	for id, u := range o.users {
		if u.number == number {
			o.last++
			o.held[fmt.Sprintf("0Pa%012d", o.last)] = holding{id, until}
		}
	}
}

// revoke is what a hand in the CRM does.
func (o *org) revoke(number string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.held, func(_ string, h holding) bool { return o.users[h.user].number == number })
}

// entitled are the numbers of those who may take leads there now.
func (o *org) entitled() (numbers []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, h := range o.held {
		if h.until.IsZero() || h.until.After(o.clock()) {
			numbers = append(numbers, o.users[h.user].number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// wrote are the changes since it was asked last.
func (o *org) wrote() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	w := o.writes
	o.writes = nil
	return w
}

func (o *org) failing(f func(r *http.Request) (int, string)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fail = f
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body)
	}
}

func sorry(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, []map[string]string{{"message": message, "errorCode": code}})
}

func (o *org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if status, code := o.fail(r); status != 0 {
		sorry(w, status, code, "as the test wants it")
		return
	}
	if r.URL.Path == "/services/oauth2/token" {
		if r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("client_id") != "bainian" || r.PostFormValue("client_secret") != "s3cret" {
			answer(w, 400, map[string]string{"error": "invalid_client", "error_description": "invalid client credentials"})
			return
		}
		o.logins++
		token := fmt.Sprint("00D!", o.logins)
		o.tokens[token] = true
		answer(w, 200, map[string]string{"access_token": token, "instance_url": o.URL, "token_type": "Bearer"})
		return
	}
	if !o.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")] {
		sorry(w, 401, "INVALID_SESSION_ID", "Session expired or invalid")
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/services/data/v62.0/")
	switch {
	case ok && r.Method == "GET" && (rest == "query" || strings.HasPrefix(rest, "query/")):
		o.query(w, r, rest)
	case ok && strings.HasPrefix(rest, "sobjects/PermissionSetAssignment"):
		o.assignment(w, r, strings.TrimPrefix(strings.TrimPrefix(rest, "sobjects/PermissionSetAssignment"), "/"))
	default:
		sorry(w, 404, "NOT_FOUND", "The requested resource does not exist")
	}
}

var (
	soql      = regexp.MustCompile(`^SELECT (.+) FROM (\w+) WHERE (.+?)(?: ORDER BY Id)?(?: LIMIT (\d+))?$`)
	condition = regexp.MustCompile(`^([\w.]+) = (?:'((?:[^'\\]|\\.)*)'|(true|false))$`)
)

// records are all records of an object, with the fields that may be asked for.
func (o *org) records(object string) (all []map[string]any, known []string) {
	switch object {
	case "User":
		for _, id := range slices.Sorted(maps.Keys(o.users)) {
			all = append(all, map[string]any{"Id": id, "EmployeeNumber": o.users[id].number, "IsActive": o.users[id].active})
		}
		return all, []string{"Id", "EmployeeNumber", "IsActive"}
	case "PermissionSet":
		return []map[string]any{{"Id": setID, "Name": setName}}, []string{"Id", "Name"}
	case "PermissionSetAssignment":
		for _, id := range slices.Sorted(maps.Keys(o.held)) {
			h := o.held[id]
			until := any(nil)
			if !h.until.IsZero() {
				until = h.until.UTC().Format(stamp)
			}
			number := any(nil)
			if n := o.users[h.user].number; n != "" {
				number = n
			}
			all = append(all, map[string]any{"Id": id, "ExpirationDate": until, "AssigneeId": h.user, "Assignee.EmployeeNumber": number, "PermissionSet.Name": setName})
		}
		return all, []string{"Id", "ExpirationDate", "AssigneeId", "Assignee.EmployeeNumber", "PermissionSet.Name"}
	}
	return nil, nil
}

func (o *org) query(w http.ResponseWriter, r *http.Request, rest string) {
	text, from := r.URL.Query().Get("q"), 0
	if locator, more := strings.CutPrefix(rest, "query/"); more { // 01g…-offset-query
		parts := strings.SplitN(locator, "-", 3)
		from, _ = strconv.Atoi(parts[1])
		text = parts[2]
	}
	m := soql.FindStringSubmatch(text)
	if m == nil {
		sorry(w, 400, "MALFORMED_QUERY", text)
		return
	}
	all, known := o.records(m[2])
	if known == nil {
		sorry(w, 400, "INVALID_TYPE", m[2])
		return
	}
	fields := strings.Split(m[1], ", ")
	var found []map[string]any
	for _, field := range fields {
		if !slices.Contains(known, field) {
			sorry(w, 400, "INVALID_FIELD", "No such column '"+field+"' on entity '"+m[2]+"'")
			return
		}
	}
	for _, record := range all {
		match := true
		for _, part := range strings.Split(m[3], " AND ") {
			c := condition.FindStringSubmatch(part)
			if c == nil || !slices.Contains(known, c[1]) {
				sorry(w, 400, "INVALID_FIELD", part)
				return
			}
			if c[3] != "" {
				match = match && record[c[1]] == (c[3] == "true")
			} else {
				value, _ := record[c[1]].(string)
				match = match && strings.EqualFold(value, strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(c[2]))
			}
		}
		if match {
			found = append(found, record)
		}
	}
	if limit, err := strconv.Atoi(m[4]); err == nil && len(found) > limit {
		found = found[:limit]
	}
	page := found[min(from, len(found)):min(from+pageSize, len(found))]
	body := map[string]any{"totalSize": len(found), "done": from+pageSize >= len(found)}
	if from+pageSize < len(found) {
		body["nextRecordsUrl"] = "/services/data/v62.0/query/01g" + "-" + strconv.Itoa(from+pageSize) + "-" + strings.ReplaceAll(strings.ReplaceAll(text, "%", "%25"), " ", "%20")
	}
	records := []map[string]any{}
	for _, record := range page {
		out := map[string]any{"attributes": map[string]string{"type": m[2]}}
		for _, field := range fields {
			if object, name, nested := strings.Cut(field, "."); nested {
				out[object] = map[string]any{"attributes": map[string]string{"type": "User"}, name: record[field]}
			} else {
				out[field] = record[field]
			}
		}
		records = append(records, out)
	}
	body["records"] = records
	answer(w, 200, body)
}

func (o *org) assignment(w http.ResponseWriter, r *http.Request, id string) {
	var body struct{ AssigneeId, PermissionSetId, ExpirationDate string }
	if text, _ := io.ReadAll(r.Body); len(text) > 0 && json.Unmarshal(text, &body) != nil {
		sorry(w, 400, "JSON_PARSER_ERROR", string(text))
		return
	}
	until, err := time.Parse("2006-01-02T15:04:05.000Z0700", body.ExpirationDate)
	if body.ExpirationDate != "" && (err != nil || !until.After(o.clock())) {
		sorry(w, 400, "FIELD_INTEGRITY_EXCEPTION", "ExpirationDate: "+body.ExpirationDate)
		return
	}
	if _, exists := o.held[id]; id != "" && !exists {
		sorry(w, 404, "NOT_FOUND", "The requested resource does not exist")
		return
	}
	switch r.Method {
	case "POST":
		u, exists := o.users[body.AssigneeId]
		if !exists || !u.active || body.PermissionSetId != setID {
			sorry(w, 400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
			return
		}
		for _, h := range o.held {
			if h.user == body.AssigneeId {
				sorry(w, 400, "DUPLICATE_VALUE", "duplicate value found: PermissionSetAssignment")
				return
			}
		}
		o.last++
		id = fmt.Sprintf("0Pa%012d", o.last)
		o.held[id] = holding{body.AssigneeId, until}
		o.writes = append(o.writes, "POST "+u.number)
		answer(w, 201, map[string]any{"id": id, "success": true, "errors": []string{}})
	case "PATCH":
		h := o.held[id]
		h.until = until
		o.held[id] = h
		o.writes = append(o.writes, "PATCH "+o.users[h.user].number)
		w.WriteHeader(204)
	case "DELETE":
		o.writes = append(o.writes, "DELETE "+o.users[o.held[id].user].number)
		delete(o.held, id)
		w.WriteHeader(204)
	default:
		sorry(w, 405, "METHOD_NOT_ALLOWED", r.Method)
	}
}
