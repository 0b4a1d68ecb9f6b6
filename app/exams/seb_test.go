package exams

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/exams/seb"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

func TestSebPolicy(t *testing.T) {
	key, build := strings.Repeat("ab", 32), strings.Repeat("01", 32)
	for _, test := range []struct {
		seb  string
		need string
		want SebRules
	}{
		{"off", NeedOff, SebRules{}},
		{"required", NeedRequired, SebRules{}},
		{"{need: optional}", NeedOptional, SebRules{}},
		{"{encrypt: off}", NeedRequired, SebRules{Plain: true}},
		{"{config_keys: [" + strings.ToUpper(key) + "]}", NeedRequired, SebRules{ByHand: true, Config: []string{key}}},
		{"{config_keys: [" + key + "], generate: on, exam_keys: [\"" + build + "\"]}", NeedRequired, SebRules{Config: []string{key}, Exam: []string{build}}},
		{"{generate: off, exam_keys: [\"" + build + "\"]}", NeedRequired, SebRules{ByHand: true, Exam: []string{build}}},
	} {
		b, problems := examWith("{seb: " + test.seb + "}")
		if b == nil {
			t.Errorf("%s: %q", test.seb, problems)
			continue
		}
		got := b.Integrity.SebRules
		if b.Integrity.Seb != test.need || got.ByHand != test.want.ByHand || got.Plain != test.want.Plain || !slices.Equal(got.Config, test.want.Config) || !slices.Equal(got.Exam, test.want.Exam) {
			t.Errorf("%s: %s %+v", test.seb, b.Integrity.Seb, got)
		}
	}
	for policy, want := range map[string]string{
		"{generate: off}":                    "18 seb_keyless",
		"{config_keys: [abc]}":               "18 seb_key",
		"{config_keys: abc}":                 "18 value",
		"{keys: [" + key + "]}":              "18 unknown",
		"{need: always}":                     "18 value",
		"{encrypt: maybe}":                   "18 value",
		"[required]":                         "18 value",
		"{exam_keys: [{a: b}, " + key + "]}": "18 seb_key",
	} {
		if _, problems := examWith("{seb: " + policy + "}"); len(problems) != 1 || !strings.Contains(problems[0], want) {
			t.Errorf("%s: %q, want %s", policy, problems, want)
		}
	}
}

func TestSeb(t *testing.T) {
	inOneWorld(t,
		part{name: "OneConfigurationEach", run: sebOneEach},
		part{name: "ALinkSignsInOnce", run: sebOnce},
		part{name: "BothClicksAtOnce", run: sebTwice},
		part{name: "EveryRequestIsAsked", run: sebEveryRequest},
		part{name: "KeysByHand", run: sebByHand},
		part{name: "OptionalIsWrittenDown", run: sebOptional},
		part{name: "Exempt", run: sebExempt})
}

const sebSite = "https://exam.example.com"

// requireSeb publishes the exam with this policy and opens a sitting of it.
func (w *world) requireSeb(policy string) {
	w.Helper()
	w.publish("quizzes/red.exam.md", "seb: optional", "seb: "+policy)
	w.sitting = w.open()
}

// configured is the configuration that a person is given, its key, and the token of its start URL.
func (w *world) configured(p people.Person) (config seb.Dict, key, token string) {
	w.Helper()
	ctx := context.Background()
	file, err := w.room.SebConfig(ctx, p, w.sitting.ID, sebSite)
	w.ok(err)
	offer, err := w.room.SebOffer(ctx, p, w.sitting.ID)
	w.ok(err)
	config, err = seb.Read(file, offer.Password)
	w.ok(err)
	token, ok := strings.CutPrefix(config["startURL"].(string), sebSite+SebStart)
	if !ok || len(token) < 40 {
		w.Fatalf("the start is %v", config["startURL"])
	}
	return config, seb.ConfigKey(config), token
}

// inSeb is a visit of that path by a client with that key; key "" is another browser.
func inSeb(path, key string) SebVisit {
	url := sebSite + path
	v := SebVisit{Request: seb.Claim{URL: url}, Page: seb.Claim{URL: url}}
	if key != "" {
		v.Request.Config = seb.Hash(url, key)
	}
	return v
}

func sebOneEach(t *testing.T, w *world) {
	ctx := context.Background()
	w.requireSeb("required")
	amy, ben := w.candidate("A001"), w.candidate("B001")
	config, key, _ := w.configured(amy)
	// The key that the server keeps is the one that a client derives from the file.
	var kept []string
	w.ok(w.db.Read(ctx, func(rx *store.Rx) (err error) {
		kept, err = store.All(rx, scanText, `SELECT config_key FROM seb_config WHERE sitting_id = ? AND person_id = ?`, w.sitting.ID, amy.ID)
		return err
	}))
	if !slices.Equal(kept, []string{key}) {
		t.Errorf("the server keeps %v, a client has %s", kept, key)
	}
	if config["quitURL"] != sebSite+SebQuit || config["allowUploads"] != false || config["allowAudioCapture"] != false {
		t.Errorf("%v", config)
	}
	_, again, _ := w.configured(amy)
	_, other, _ := w.configured(ben)
	if again == key || other == key {
		t.Error("two configurations have the same key")
	}
	mine, err := w.room.SebOffer(ctx, amy, w.sitting.ID)
	w.ok(err)
	theirs, err := w.room.SebOffer(ctx, ben, w.sitting.ID)
	w.ok(err)
	if mine.Password == theirs.Password || len(mine.Password) != 9 || !mine.Written || mine.Need != NeedRequired {
		t.Errorf("amy is offered %+v, ben %+v", mine, theirs)
	}
	_, err = w.room.SebConfig(ctx, w.person("X001", people.Manager), w.sitting.ID, sebSite)
	w.refused(err, fault.Forbidden, "exams.not_invited")
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		for range maxSebConfigs - 2 {
			id := tx.NewID()
			if _, err := tx.Exec(`INSERT INTO seb_config (id, sitting_id, person_id, config_key, token_hash, at_ms) VALUES (?, ?, ?, ?, ?, 0)`, id, w.sitting.ID, amy.ID, key, id); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err = w.room.SebConfig(ctx, amy, w.sitting.ID, sebSite)
	w.refused(err, fault.TooMany, "exams.seb_many")
}

func sebOnce(t *testing.T, w *world) {
	ctx := context.Background()
	w.requireSeb("required")
	amy, ben := w.candidate("A001"), w.candidate("B001")
	_, key, token := w.configured(amy)
	_, bens, _ := w.configured(ben)
	at := SebStart + token
	_, err := w.room.SebEnter(ctx, token+"x", inSeb(at, key))
	w.refused(err, fault.NotFound, "exams.seb_link_unknown")
	_, err = w.room.SebEnter(ctx, token, inSeb(at, ""))
	w.refused(err, fault.Forbidden, "exams.seb_missing")
	_, err = w.room.SebEnter(ctx, token, inSeb(at, bens)) // a link that was passed on does nothing in another configuration
	w.refused(err, fault.Forbidden, "exams.seb_wrong")

	entry, err := w.room.SebEnter(ctx, token, inSeb(at, key))
	w.ok(err)
	p, err := w.dir.Session(ctx, entry.Session)
	w.ok(err)
	if p.ID != amy.ID || entry.SittingID != w.sitting.ID || entry.Live != "" {
		t.Errorf("%s entered %+v", p.Name, entry)
	}
	w.clock.Add(sebGrace)
	_, err = w.room.SebEnter(ctx, token, inSeb(at, key)) // a client that opens it twice
	w.ok(err)
	w.clock.Add(time.Second)
	_, err = w.room.SebEnter(ctx, token, inSeb(at, key))
	w.refused(err, fault.Conflict, "exams.seb_link_used")

	attempt := w.start(amy)
	_, key, token = w.configured(amy) // the machine broke down: another configuration goes on with the attempt
	entry, err = w.room.SebEnter(ctx, token, inSeb(SebStart+token, key))
	w.ok(err)
	if entry.Live != attempt {
		t.Errorf("it goes on with %q, not %s", entry.Live, attempt)
	}
	_, key, token = w.configured(ben)
	w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
	_, err = w.room.SebEnter(ctx, token, inSeb(SebStart+token, key))
	w.refused(err, fault.Conflict, "exams.sitting_closed")
}

func sebTwice(t *testing.T, w *world) {
	ctx := context.Background()
	w.requireSeb("{encrypt: off}")
	amy := w.candidate("A001")
	_, key, token := w.configured(amy)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		wg.Go(func() { _, errs[n] = w.room.SebEnter(ctx, token, inSeb(SebStart+token, key)) })
	}
	wg.Wait()
	for _, err := range errs {
		w.ok(err)
	}
	var used int
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*) FROM seb_config WHERE used_ms IS NOT NULL AND person_id = ?`, amy.ID).Scan(&used)
	}))
	if used != 1 {
		t.Errorf("used %d times", used)
	}
}

func sebEveryRequest(t *testing.T, w *world) {
	ctx := context.Background()
	w.requireSeb("required")
	amy, ben := w.candidate("A001"), w.candidate("B001")
	_, key, token := w.configured(amy)
	_, bens, _ := w.configured(ben)
	entry, err := w.room.SebEnter(ctx, token, inSeb(SebStart+token, key))
	w.ok(err)
	begin := "/sittings/" + w.sitting.ID + "/attempts"
	w.ok(w.room.SebAdmitsStart(ctx, amy, w.sitting.ID, inSeb(begin, key)))
	w.refused(w.room.SebAdmitsStart(ctx, amy, w.sitting.ID, inSeb(begin, "")), fault.Forbidden, "exams.seb_missing")
	w.refused(w.room.SebAdmitsStart(ctx, amy, w.sitting.ID, inSeb(begin, bens)), fault.Forbidden, "exams.seb_wrong")
	attempt := w.start(amy)
	w.save(amy, attempt, 1, 1, w.right(attempt, 1))

	at := "/attempts/" + attempt
	admits := func(v SebVisit) error { return w.room.SebAdmits(ctx, amy, attempt, v) }
	w.ok(admits(inSeb(at+"/answers/1", key)))
	byScript := inSeb(at, "")
	byScript.Page.Config = seb.Hash(sebSite+at, key)
	w.ok(admits(byScript))
	stale := inSeb(at+"/state", key) // a hash of the URL before a redirect, and the right one from the page
	stale.Request.URL, stale.Page.URL, stale.Page.Config = sebSite+at, sebSite+at, seb.Hash(sebSite+at, key)
	w.ok(admits(stale))
	opens := inSeb(at, "") // an engine without headers, in the session that was opened there
	opens.Session, opens.Opens = entry.Session, true
	w.ok(admits(opens))

	calls := opens
	calls.Opens = false
	w.refused(admits(calls), fault.Forbidden, "exams.seb_missing") // a call must show the keys
	elsewhere := opens
	elsewhere.Session, err = w.dir.SignInAs(ctx, amy.ID)
	w.ok(err)
	w.refused(admits(elsewhere), fault.Forbidden, "exams.seb_missing")
	w.refused(admits(inSeb(at, bens)), fault.Forbidden, "exams.seb_wrong")
	plainKey := inSeb(at, "")
	plainKey.Request.Config = key
	w.refused(admits(plainKey), fault.Forbidden, "exams.seb_wrong")
	for range 3 { // now these keys and now none is no more to write down
		w.refused(admits(inSeb(at, bens)), fault.Forbidden, "exams.seb_wrong")
		w.refused(admits(inSeb(at, "")), fault.Forbidden, "exams.seb_missing")
	}

	// A session that signs in by password in there proves itself by script once.
	proof := byScript
	proof.Session = elsewhere.Session
	w.ok(w.room.SebProve(ctx, amy, attempt, proof))
	w.ok(admits(elsewhere))
	w.refused(w.room.SebProve(ctx, ben, attempt, proof), fault.NotFound, "exams.missing")

	// The answer stays, and each change of what was refused is in the journal once.
	var events []sebPayload
	for _, e := range w.verified(attempt) {
		if e.Type == entrySeb {
			var p sebPayload
			w.ok(json.Unmarshal(e.Payload, &p))
			events = append(events, p)
		}
	}
	if len(events) != 2 || events[0].Event != "access_prevented" || events[0].Verdict != "missing" || events[1].Verdict != "wrong" ||
		!slices.Equal(events[1].Expected, []string{seb.Hash(sebSite+at, key)}) || !slices.Equal(events[1].Received, []string{seb.Hash(sebSite+at, bens)}) {
		t.Errorf("%+v", events)
	}
	w.clock.Add(sebAgain)
	bytes := inSeb(at, "") // a header can hold what is no text
	bytes.Request.Config = "\xff\xfe" + strings.Repeat("課", maxSebText)
	w.refused(admits(bytes), fault.Forbidden, "exams.seb_wrong")
	all := w.verified(attempt)
	if n := len(all); n != len(events)+3 {
		t.Errorf("%d entries after a minute", n)
	}
	if last := string(all[len(all)-1].Payload); !strings.Contains(last, "課") || len(last) > 2*maxSebText {
		t.Errorf("what the header held is kept as %s", last)
	}
	if _, err := w.room.Submit(ctx, amy, attempt); err != nil {
		t.Fatal(err)
	}
	w.ok(admits(inSeb(at, ""))) // once it is over anybody may look at their own
	if _, err := w.room.Replay(ctx, attempt); err != nil {
		t.Error(err)
	}
}

func sebByHand(t *testing.T, w *world) {
	ctx := context.Background()
	key, build := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	w.requireSeb("{config_keys: [" + key + "], exam_keys: [" + build + "]}")
	amy := w.candidate("A001")
	_, err := w.room.SebConfig(ctx, amy, w.sitting.ID, sebSite)
	w.refused(err, fault.Conflict, "exams.seb_not_written")
	offer, err := w.room.SebOffer(ctx, amy, w.sitting.ID)
	w.ok(err)
	if offer.Written || offer.Password != "" {
		t.Errorf("%+v", offer)
	}
	attempt := w.start(amy)
	v := inSeb("/attempts/"+attempt, key)
	w.refused(w.room.SebAdmits(ctx, amy, attempt, v), fault.Forbidden, "exams.seb_wrong") // the build is asked for as well
	v.Request.Exam = seb.Hash(v.Request.URL, build)
	w.ok(w.room.SebAdmits(ctx, amy, attempt, v))
}

func sebOptional(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	_, key, _ := w.configured(amy)
	attempt := w.start(amy)
	at := "/attempts/" + attempt
	w.ok(w.room.SebAdmits(ctx, amy, attempt, inSeb(at, "")))
	var verdicts []string
	for _, v := range []SebVisit{inSeb(at, ""), inSeb(at, ""), inSeb(at, key), inSeb(at, key), inSeb(at, strings.Repeat("0", 64))} {
		w.ok(w.room.SebSeen(ctx, amy, attempt, v))
	}
	for _, e := range w.verified(attempt) {
		if e.Type == entrySeb {
			var p sebPayload
			w.ok(json.Unmarshal(e.Payload, &p))
			verdicts = append(verdicts, p.Event+" "+p.Verdict)
		}
	}
	if !slices.Equal(verdicts, []string{"seen missing", "seen matched", "seen wrong"}) {
		t.Errorf("%v", verdicts)
	}
}

func sebExempt(t *testing.T, w *world) {
	ctx := context.Background()
	amy, ben := w.candidate("A001"), w.candidate("B001")
	w.refused(w.room.SebExempt(ctx, w.trainer, w.sitting.ID, amy.ID, "螢幕報讀軟體"), fault.Conflict, "exams.seb_not_asked")
	w.requireSeb("required")
	begin := inSeb("/sittings/"+w.sitting.ID+"/attempts", "")
	w.refused(w.room.SebExempt(ctx, amy, w.sitting.ID, amy.ID, "我的電腦"), fault.Forbidden, "exams.forbidden")
	w.refused(w.room.SebExempt(ctx, w.trainer, w.sitting.ID, amy.ID, " "), fault.Invalid, "exams.text_missing")
	w.refused(w.room.SebExempt(ctx, w.trainer, w.sitting.ID, w.person("X1", people.Manager).ID, "外人"), fault.Invalid, "exams.not_expected")
	for range 2 {
		w.ok(w.room.SebExempt(ctx, w.trainer, w.sitting.ID, amy.ID, "螢幕報讀軟體"))
	}
	w.ok(w.room.SebAdmitsStart(ctx, amy, w.sitting.ID, begin))
	w.refused(w.room.SebAdmitsStart(ctx, ben, w.sitting.ID, begin), fault.Forbidden, "exams.seb_missing")
	attempt := w.start(amy)
	w.ok(w.room.SebAdmits(ctx, amy, attempt, inSeb("/attempts/"+attempt, "")))
	d, err := w.room.Sitting(ctx, w.trainer, w.sitting.ID)
	w.ok(err)
	if d.Seb != NeedRequired || len(d.SebExempted) != 1 || d.SebExempted[0].PersonID != amy.ID || d.SebExempted[0].Reason != "螢幕報讀軟體" || d.SebExempted[0].By != w.trainer.ID {
		t.Errorf("%s %+v", d.Seb, d.SebExempted)
	}
}
