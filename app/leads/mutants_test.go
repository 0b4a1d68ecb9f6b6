package leads

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// defect is one read in other lead pools, and the test without which nobody would notice it here.
type defect struct{ name, killedBy string }

// defects are the six, an allocation that believes its draft, and a gate whose explanation and enforcement differ, either
// way.
func defects() []defect {
	return []defect{
		{"double claim", "TestClaimTakesTheVeryLeadOnce"},
		{"quota reset", "TestL2_LimitsCountWhatWasReturned"},
		{"fake follow-up", "TestL5_NoTimeOfAClientMovesTheClock"},
		{"assignee unchecked", "TestG1_TheReceiversGateIsAskedAndNotTheManagers"},
		{"given by the draft", "TestG1_NothingIsGivenToAGateThatClosedAfterTheDraft"},
		{"midnight edges", "TestL5_NothingIsReclaimedBeforeItsMinute"},
		{"stale reclaim", "TestL5_TheReclaimJobActsOnWhatIsThereNow"},
		{"explained but not given", "TestG3_ThePoolGivesWhatTheGateAllowsAndNothingElse"},
		{"given but not explained", "TestG3_ThePoolGivesWhatTheGateAllowsAndNothingElse"},
	}
}

// change puts defects into a source; what is new asks mutated for its name.
type change struct{ file, from, to string }

func changes() []change {
	return []change{
		{"take.go", // a look and then a write, and no index to stop it
			"	n, err := tx.Exec(`UPDATE lead SET state = 'held'", `
	if mutated("double claim") {
		if _, err := tx.Exec("DROP INDEX IF EXISTS tenure_open"); err != nil {
			return nil, err
		}
		how.from = leads[0].State
	}
` + "	n, err := tx.Exec(`UPDATE lead SET state = 'held'"},
		{"take.go", // today's draws counted from what is held now
			"func todayIn(rx *store.Rx, personID, day string) (Today, error) {\n", `
func todayIn(rx *store.Rx, personID, day string) (Today, error) {
	if mutated("quota reset") {
		held := 0
		err := rx.Row("SELECT count(*) FROM tenure WHERE holder_id = ? AND ended_ms IS NULL", personID).Scan(&held)
		return Today{Day: day, Drawn: held}, err
	}
`},
		{"followup.go", // the clock believes what the client says about time
			"		if c.Kind != Note {\n", `
		if said, err := time.Parse(time.DateOnly, c.Next); err == nil && mutated("fake follow-up") {
			t.Due = said
			if t.Due.After(t.Hard) {
				t.Due = t.Hard
			}
		}
		if c.Kind != Note {
`},
		{"take.go", // the manager's gate instead of the receiver's
			"	r, err := p.receiverIn(tx.Rx, personID, gate.Assign, gate.Others)\n", `
	asked := personID
	if mutated("assignee unchecked") {
		asked = by
	}
	r, err := p.receiverIn(tx.Rx, asked, gate.Assign, gate.Others)
	r.decision.PersonID = personID
`},
		{"nightly.go", // nobody asks again what was true when the draft was made
			"	r, err := p.receiverOnIn(rx, h.personID, gate.Assign, gate.Others, h.day, h.day)\n", `
	asked := h.personID
	if mutated("given by the draft") {
		asked = h.by
	}
	r, err := p.receiverOnIn(rx, asked, gate.Assign, gate.Others, h.day, h.day)
	r.decision.PersonID = h.personID
`},
		{"end.go", // calendar days instead of the moment
			"store.Ms(tx.Now), reclaimBatch)\n", "midnightOf(tx), reclaimBatch)\n"},
		{"end.go", // the list is read before the transaction that acts on it
			"		err := p.db.Write(ctx, func(tx *store.Tx) error {\n			due, err := store.All(tx.Rx, scanTenure,", `
		if mutated("stale reclaim") {
			return p.staleReclaim(ctx)
		}
		err := p.db.Write(ctx, func(tx *store.Tx) error {
			due, err := store.All(tx.Rx, scanTenure,`},
		{"receiver.go", // the gate says one thing, the pool does another
			"	if !d.Allows(a) {\n",
			"	if mutated(\"explained but not given\") || !d.Allows(a) && !mutated(\"given but not explained\") {\n"},
	}
}

// mutantVariable names the defect that a run of the mutated build has.
const mutantVariable = "BAINIAN_TEST_MUTANT"

// mutation is what the changed sources need beside themselves.
const mutation = `package leads

import (
	"context"
	"os"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

func mutated(name string) bool { return os.Getenv("` + mutantVariable + `") == name }

func midnightOf(tx *store.Tx) int64 {
	if !mutated("midnight edges") {
		return store.Ms(tx.Now)
	}
	return store.Ms(tx.Now.Truncate(24 * time.Hour).Add(24 * time.Hour))
}

func (p *Pool) staleReclaim(ctx context.Context) error {
	var stale []Tenure
	if err := p.db.Read(ctx, func(rx *store.Rx) (err error) {
		stale, err = store.All(rx, scanTenure, "SELECT "+tenureColumns+" FROM tenure t WHERE t.ended_ms IS NULL AND t.due_ms <= ?", store.Ms(rx.Now))
		return err
	}); err != nil {
		return err
	}
	time.Sleep(30 * time.Millisecond)
	return p.db.Write(ctx, func(tx *store.Tx) error { return p.endIn(tx, Reclaimed, "", people.SystemID, stale...) })
}
`

// TestEveryKnownDefectIsFound builds this package once more with all the defects in it, switched by a variable, and runs
// for each the test that must fail; with none of them switched on, the same tests pass.
func TestEveryKnownDefectIsFound(t *testing.T) {
	t.Parallel()
	sources := map[string]string{"mutation.go": mutation}
	for _, c := range changes() {
		if sources[c.file] == "" {
			text, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			sources[c.file] = string(text)
		}
		if n := strings.Count(sources[c.file], c.from); n != 1 {
			t.Fatalf("%s: what is to be changed stands there %d times: %s", c.file, n, c.from)
		}
		sources[c.file] = withImport(strings.Replace(sources[c.file], c.from, c.to, 1), "time", c.to)
	}
	program := build(t, sources)
	run := func(name, tests string) (string, error) {
		cmd := exec.Command(program, "-test.run", "^("+tests+")$/^sqlite$")
		cmd.Env = append(os.Environ(), mutantVariable+"="+name)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	var all []string
	for _, d := range defects() {
		all = append(all, d.killedBy)
	}
	if out, err := run("", strings.Join(all, "|")); err != nil || strings.Contains(out, "no tests to run") {
		t.Fatalf("without a defect: %v\n%s", err, out)
	}
	for _, d := range defects() {
		if out, err := run(d.name, d.killedBy); err == nil || !strings.Contains(out, "--- FAIL: "+d.killedBy) {
			t.Errorf("%s was not found by %s: %v\n%s", d.name, d.killedBy, err, out)
		}
	}
}

// build compiles the tests of this package with other texts of some of its files.
func build(t *testing.T, sources map[string]string) (program string) {
	t.Helper()
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	put := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for file, text := range sources {
		overlay.Replace[filepath.Join(here, file)] = put(file, []byte(text))
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "leads.test")
	if out, err := exec.Command("go", "test", "-c", "-overlay", put("overlay.json", list), "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("the changed package does not build: %v\n%s", err, out)
	}
	return program
}

// withImport adds an import that a change uses to a source that lacks it.
func withImport(source, name, change string) string {
	if !strings.Contains(change, name+".") || strings.Contains(source, "\t\""+name+"\"\n") {
		return source
	}
	return strings.Replace(source, "import (\n", "import (\n\t\""+name+"\"\n", 1)
}
