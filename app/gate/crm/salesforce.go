package crm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// SalesforceConfig is how to reach a Salesforce org: an external client app with the client-credentials flow, whose user
// may assign permission sets, and the permission set that lets people take leads.
type SalesforceConfig struct {
	URL           string `json:"url"` // https://<org>.my.salesforce.com
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	PermissionSet string `json:"permission_set"` // its API name
	Match         string `json:"match"`          // the user's field with the employee number; "" is EmployeeNumber
	Version       string `json:"version"`        // of the API; "" is v62.0. ExpirationDate needs v52.0
}

// Salesforce assigns a permission set (PermissionSetAssignment, with ExpirationDate) over the REST API:
// https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetassignment.htm
type Salesforce struct {
	config SalesforceConfig
	client *http.Client

	mu    sync.Mutex
	token string
	set   string // id of the permission set
}

var (
	apiName    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)
	apiVersion = regexp.MustCompile(`^v[0-9]{2,3}\.0$`)
)

// NewSalesforce checks a configuration, all of it at once.
func NewSalesforce(c SalesforceConfig) (*Salesforce, error) {
	if c.Match == "" {
		c.Match = "EmployeeNumber"
	}
	if c.Version == "" {
		c.Version = "v62.0"
	}
	u, err := url.Parse(c.URL)
	var wrong []error
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		wrong = append(wrong, errors.New("url must be such as https://example.my.salesforce.com"))
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		wrong = append(wrong, errors.New("client_id and client_secret must be given"))
	}
	if !apiName.MatchString(c.PermissionSet) {
		wrong = append(wrong, fmt.Errorf("permission_set %q is no API name", c.PermissionSet))
	}
	if !apiName.MatchString(c.Match) {
		wrong = append(wrong, fmt.Errorf("match %q is no name of a field", c.Match))
	}
	if !apiVersion.MatchString(c.Version) {
		wrong = append(wrong, fmt.Errorf("version %q is not such as v62.0", c.Version))
	}
	c.URL = strings.TrimRight(c.URL, "/")
	return &Salesforce{config: c, client: &http.Client{Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, errors.Join(wrong...)
}

// Name is Salesforce.
func (s *Salesforce) Name() string { return "Salesforce" }

// assignment is a record of PermissionSetAssignment.
type assignment struct {
	ID       string `json:"Id"`
	Until    string `json:"ExpirationDate"`
	Assignee map[string]any
}

// stamps are how Salesforce writes a time, and how it is told one.
const stamps = "2006-01-02T15:04:05.000Z0700"

// Actual is a page of those who hold the permission set.
func (s *Salesforce) Actual(ctx context.Context, page string) (some []Entitlement, next string, err error) {
	records, next, err := query[assignment](ctx, s, page, `SELECT Id, ExpirationDate, Assignee.`+s.config.Match+
		` FROM PermissionSetAssignment WHERE PermissionSet.Name = `+quoted(s.config.PermissionSet)+` ORDER BY Id`)
	for _, a := range records {
		e := Entitlement{}
		e.Number, _ = a.Assignee[s.config.Match].(string)
		if a.Until != "" {
			if e.Until, err = time.Parse(stamps, a.Until); err != nil {
				return nil, "", fmt.Errorf("crm: ExpirationDate %q: %w", a.Until, err)
			}
		}
		some = append(some, e)
	}
	return some, next, err
}

// held are somebody's assignments of the permission set.
func (s *Salesforce) held(ctx context.Context, number string) ([]assignment, error) {
	all, _, err := query[assignment](ctx, s, "", `SELECT Id, ExpirationDate FROM PermissionSetAssignment WHERE PermissionSet.Name = `+quoted(s.config.PermissionSet)+
		` AND Assignee.`+s.config.Match+` = `+quoted(number))
	return all, err
}

const assignments = "/sobjects/PermissionSetAssignment"

// Grant assigns the permission set, or moves the end of its assignment.
func (s *Salesforce) Grant(ctx context.Context, number string, until time.Time) error {
	end := until.UTC().Format(stamps)
	held, err := s.held(ctx, number)
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return s.call(ctx, http.MethodPatch, s.path(assignments+"/"+held[0].ID), map[string]string{"ExpirationDate": end}, nil)
	}
	type record struct {
		ID string `json:"Id"`
	}
	users, _, err := query[record](ctx, s, "", `SELECT Id FROM User WHERE `+s.config.Match+` = `+quoted(number)+` AND IsActive = true LIMIT 2`)
	if err != nil {
		return err
	}
	if len(users) != 1 {
		return ErrNobody
	}
	s.mu.Lock()
	set := s.set
	s.mu.Unlock()
	if set == "" {
		sets, _, err := query[record](ctx, s, "", `SELECT Id FROM PermissionSet WHERE Name = `+quoted(s.config.PermissionSet)+` LIMIT 2`)
		if err != nil {
			return err
		}
		if len(sets) != 1 {
			return fmt.Errorf("%w: it has no permission set %s", ErrUnreachable, s.config.PermissionSet)
		}
		set = sets[0].ID
		s.mu.Lock()
		s.set = set
		s.mu.Unlock()
	}
	err = s.call(ctx, http.MethodPost, s.path(assignments), map[string]string{"AssigneeId": users[0].ID, "PermissionSetId": set, "ExpirationDate": end}, nil)
	if refused := (*refusal)(nil); errors.As(err, &refused) && refused.Code == "DUPLICATE_VALUE" {
		return nil // somebody was quicker; how long theirs lasts the next look sees
	}
	return err
}

// Revoke ends all assignments of the permission set to somebody.
func (s *Salesforce) Revoke(ctx context.Context, number string) error {
	held, err := s.held(ctx, number)
	if err != nil {
		return err
	}
	for _, a := range held {
		err := s.call(ctx, http.MethodDelete, s.path(assignments+"/"+a.ID), nil, nil)
		if refused := (*refusal)(nil); errors.As(err, &refused) && refused.Status == http.StatusNotFound {
			continue // it was gone already
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// quoted is a text as SOQL takes it.
func quoted(text string) string {
	return `'` + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`).Replace(text) + `'`
}

func (s *Salesforce) path(rest string) string { return "/services/data/" + s.config.Version + rest }

// query asks for a page of records; page is "" for the first.
func query[T any](ctx context.Context, s *Salesforce, page, soql string) (records []T, next string, err error) {
	var answer struct {
		Records []T    `json:"records"`
		Done    bool   `json:"done"`
		Next    string `json:"nextRecordsUrl"`
	}
	if page == "" {
		page = s.path("/query?q=" + url.QueryEscape(soql))
	}
	if !strings.HasPrefix(page, "/services/data/") {
		return nil, "", fmt.Errorf("%w: its next page is at a place that is none of the API's", ErrUnreachable)
	}
	err = s.call(ctx, http.MethodGet, page, nil, &answer)
	if err == nil && !answer.Done && answer.Next == "" {
		err = fmt.Errorf("%w: a page says that there are more and not where", ErrUnreachable)
	}
	return answer.Records, answer.Next, err
}

// refusal is an error that Salesforce answered with.
type refusal struct {
	Status        int
	Code, Message string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("crm: Salesforce answered %d %s: %s", r.Status, r.Code, r.Message)
}

// about reports whether the refusal is about us or the API and not about one record.
func (r *refusal) general() bool {
	switch r.Code {
	case "REQUEST_LIMIT_EXCEEDED", "INVALID_FIELD", "INVALID_TYPE", "MALFORMED_QUERY", "API_DISABLED_FOR_ORG", "INSUFFICIENT_ACCESS", "INVALID_SESSION_ID":
		return true
	}
	return r.Status == http.StatusUnauthorized || r.Status == http.StatusTooManyRequests || r.Status >= 500 || r.Status/100 == 3
}

// call is one call of the API; a token that has ended is renewed once.
func (s *Salesforce) call(ctx context.Context, method, path string, body, answer any) error {
	for renewed := false; ; renewed = true {
		token, err := s.signIn(ctx, renewed)
		if err != nil {
			return err
		}
		err = s.do(ctx, method, path, "Bearer "+token, body, answer)
		refused := (*refusal)(nil)
		if !errors.As(err, &refused) {
			return err
		}
		if refused.Status == http.StatusUnauthorized && !renewed {
			continue
		}
		if refused.general() {
			return fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
		return err
	}
}

// signIn is the token of the client-credentials flow, a new one if the old was refused.
func (s *Salesforce) signIn(ctx context.Context, anew bool) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && !anew {
		return s.token, nil
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.config.ClientID}, "client_secret": {s.config.ClientSecret}}
	if err := s.do(ctx, http.MethodPost, "/services/oauth2/token", "", form, &answer); err != nil {
		return "", fmt.Errorf("%w: signing in: %w", ErrUnreachable, err)
	}
	s.token = answer.Token
	return s.token, nil
}

// mostAnswered is how much of an answer is read; a page of 2,000 records is half a megabyte.
const mostAnswered = 16 << 20

// do is one request. Neither a secret nor a token is ever part of its error.
func (s *Salesforce) do(ctx context.Context, method, path, authorization string, body, answer any) error {
	var content io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case url.Values:
		content, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.config.URL+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", kind)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := s.client.Do(request)
	if err != nil {
		if outer := (*url.Error)(nil); errors.As(err, &outer) {
			err = outer.Err
		}
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, mostAnswered))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if response.StatusCode/100 != 2 {
		return refused(response.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%w: its answer is no JSON", ErrUnreachable)
	}
	return nil
}

// refused reads an error: a list of them from the API, one object from the sign-in.
func refused(status int, text []byte) *refusal {
	var list []struct{ ErrorCode, Message string }
	if json.Unmarshal(text, &list) == nil && len(list) > 0 {
		return &refusal{status, list[0].ErrorCode, list[0].Message}
	}
	var one struct {
		Code    string `json:"error"`
		Message string `json:"error_description"`
	}
	_ = json.Unmarshal(text, &one)
	return &refusal{status, one.Code, one.Message}
}
