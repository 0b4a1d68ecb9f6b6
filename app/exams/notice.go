package exams

import (
	"fmt"
	"strings"

	"bainian/app/locale"
)

// noticeVersion is that of what the notice promises; it grows when a promise changes, not when a word does.
const noticeVersion = 1

// How long what is recorded is kept unless a case is open: events for so many days after the last day for an appeal or
// the end of one, media for so many after the end of the attempt, the file of a red line for so many years after
// employment ends.
const (
	KeepEventsDays   = 90
	KeepMediaDays    = 30
	KeepRedLineYears = 2
)

// Notice is what a candidate is told before the start of what the exam records, in one language. It follows from the
// exam's policy, so that nothing is recorded that was not told.
type Notice struct {
	Lang    locale.Lang
	Version int
	Parts   []NoticePart
	Asks    []Ask // what needs a consent of its own
}

// NoticePart is one heading of the notice.
type NoticePart struct {
	Name        string // "collect", "not", "why", "seen", "kept", "means", "rights"
	Title, Lead string // Lead may be ""
	Lines       []string
}

// Ask is a consent that is asked for beside the notice, and may be refused.
type Ask struct {
	About       string // AskCamera, AskScreen
	Title, Text string
	Choices     []AskChoice
}

// AskChoice is one answer to an ask, in words.
type AskChoice struct {
	Choice Choice
	Words  string
}

// What is asked about.
const (
	AskCamera = "camera"
	AskScreen = "screen"
)

// Choice is what somebody answers to an ask.
type Choice string

const (
	Unasked   Choice = ""
	Consented Choice = "consent"
	Declined  Choice = "declined"
	InPerson  Choice = "in_person" // declined where the camera is required: an invigilator takes its place
)

// noticeOf is the notice of a policy. The contact answers questions about personal data; "" when the company names none.
func noticeOf(words *locale.Catalog, lang locale.Lang, i Integrity, contact string) Notice {
	t := func(key string, args ...any) string { return words.T(lang, "notice."+key, args...) }
	n := Notice{Lang: lang, Version: noticeVersion}
	part := func(name, lead string, lines ...string) {
		n.Parts = append(n.Parts, NoticePart{Name: name, Title: t(name), Lead: lead, Lines: lines})
	}
	collect := []string{t("always")}
	for _, what := range i.Watch {
		collect = append(collect, t("watch_"+what))
	}
	for _, more := range []struct {
		told bool
		line string
	}{
		{i.Camera != CameraOff, t("camera_" + i.Camera)},
		{i.Screen != ScreenOff, t("screen_" + i.Screen)},
		{i.Seb != NeedOff, t("seb_" + i.Seb)},
		{i.Invigilated, t("invigilated")},
		{i.Canaries > 0, t("canaries", "n", i.Canaries)},
	} {
		if more.told {
			collect = append(collect, more.line)
		}
	}
	part("collect", t("collect_lead"), collect...)

	never := []string{t("not_body"), t("not_contents"), t("not_outside")}
	if i.Camera == CameraOff {
		never = append(never, t("not_camera"))
	}
	if i.Screen == ScreenOff {
		never = append(never, t("not_screen"))
	}
	part("not", "", never...)
	part("why", "", t("why_fair"), t("why_notice"))
	part("seen", "", t("seen_watch"), t("seen_case"), t("seen_not"))
	kept := []string{t("kept_events", "n", KeepEventsDays)}
	if i.Camera == CameraSnapshots {
		kept = append(kept, t("kept_media", "n", KeepMediaDays))
	}
	part("kept", "", append(kept, t("kept_case", "years", KeepRedLineYears), t("kept_hashes"))...)
	part("means", "", t("means_accuses"), t("means_innocent"), t("means_people"), t("means_beforehand"))
	rights := []string{t("rights_case"), t("rights_person")}
	if contact != "" {
		rights = append(rights, t("rights_contact", "contact", contact))
	}
	part("rights", "", rights...)
	n.Asks = asksOf(t, i)
	return n
}

// asksOf are the consents that a policy needs. An employee's consent means little where a refusal costs something, so
// every ask has an answer that is no.
func asksOf(t func(key string, args ...any) string, i Integrity) (asks []Ask) {
	if i.Camera != CameraOff {
		no := Declined
		if i.CameraNeed == NeedRequired {
			no = InPerson
		}
		asks = append(asks, Ask{About: AskCamera, Title: t("ask_camera"), Text: t("ask_camera_" + i.CameraNeed),
			Choices: []AskChoice{{Consented, t("yes_camera")}, {no, t("no_camera_" + i.CameraNeed)}}})
	}
	if i.Screen != ScreenOff {
		asks = append(asks, Ask{About: AskScreen, Title: t("ask_screen"), Text: t("ask_screen_text"),
			Choices: []AskChoice{{Consented, t("yes_screen")}, {Declined, t("no_screen")}}})
	}
	return asks
}

// takes reports whether that is an answer to the ask.
func (a Ask) takes(c Choice) bool {
	for _, known := range a.Choices {
		if known.Choice == c {
			return true
		}
	}
	return false
}

// Text is the notice as it is kept, with what was asked.
func (n Notice) Text() string {
	var b strings.Builder
	for _, p := range n.Parts {
		fmt.Fprintf(&b, "# %s\n\n", p.Title)
		if p.Lead != "" {
			fmt.Fprintf(&b, "%s\n\n", p.Lead)
		}
		for _, line := range p.Lines {
			fmt.Fprintf(&b, "- %s\n", line)
		}
		b.WriteByte('\n')
	}
	for _, a := range n.Asks {
		fmt.Fprintf(&b, "# %s\n\n%s\n\n", a.Title, a.Text)
		for _, c := range a.Choices {
			fmt.Fprintf(&b, "- ( ) %s\n", c.Words)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Digest is the SHA-256 of version, language and text, in hex: whoever agrees names it, so that what they agreed to is
// what they were shown.
func (n Notice) Digest() string { return noticeDigest(n.Version, n.Lang, n.Text()) }

func noticeDigest(version int, lang locale.Lang, text string) string {
	return digest(fmt.Sprintf("notice %d %s\n%s", version, lang, text))
}

// Agree are the terms of somebody who confirms the pledge, agrees to the notice and consents to nothing beyond it.
func (n Notice) Agree() Terms {
	t := Terms{Pledge: true, Notice: n.Digest()}
	for _, ask := range n.Asks {
		no := ask.Choices[len(ask.Choices)-1].Choice
		if ask.About == AskCamera {
			t.Camera = no
		} else {
			t.Screen = no
		}
	}
	return t
}
