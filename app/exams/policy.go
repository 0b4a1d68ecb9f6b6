package exams

import "slices"

// Preset is one of the policies that an exam file starts from: "integrity: standard", or a mapping with "preset:" and
// single settings beside it that differ.
type Preset string

const (
	PresetPractice   Preset = "practice"    // nothing but the journal
	PresetStandard   Preset = "standard"    // what happens inside the page, and whether it is the same browser throughout
	PresetHighStakes Preset = "high-stakes" // all that a page can notice, with an invigilator present
)

// Presets are all of them, the mildest first.
func Presets() []Preset { return []Preset{PresetPractice, PresetStandard, PresetHighStakes} }

// What an exam may have watched. Each is a setting of the integrity policy, on or off, and shown to the candidate in
// words before the start. The journal is no setting: answers, times of contact and acts of the invigilator are always
// kept, because deadlines and grades follow from them.
const (
	WatchFocus         = "focus"          // the window loses and regains the focus
	WatchVisibility    = "visibility"     // the page is hidden and shown again
	WatchFullscreen    = "fullscreen"     // the full screen is entered and left
	WatchResize        = "resize"         // the window changes its size
	WatchClipboard     = "clipboard"      // something is copied, cut or pasted: how many characters, never which
	WatchPrint         = "print"          // printing is asked for
	WatchSecondScreen  = "second_screen"  // a second screen is attached
	WatchDevices       = "devices"        // a camera, microphone or loudspeaker is plugged in or out
	WatchExtraTabs     = "extra_tabs"     // the paper is opened in another tab of the same browser
	WatchAddress       = "address"        // the network that the browser calls from changes
	WatchBrowser       = "browser"        // another browser calls
	WatchGaps          = "heartbeat_gaps" // nothing is heard of the page for a while
	WatchItemTimes     = "item_times"     // the time spent on each question
	WatchAnswerChanges = "answer_changes" // how answers were changed
)

// What camera and shared screen tell is asked for by settings of their own, and consented to by each candidate.
const (
	WatchCamera = "camera" // it is switched on and off; how many faces it sees
	WatchScreen = "screen" // it is shared and no longer; as a whole or not
)

// Watchable is all that is a setting of its own, in the order in which it is said.
func Watchable() []string {
	return []string{WatchFocus, WatchVisibility, WatchFullscreen, WatchResize, WatchClipboard, WatchPrint, WatchSecondScreen, WatchDevices,
		WatchExtraTabs, WatchAddress, WatchBrowser, WatchGaps, WatchItemTimes, WatchAnswerChanges}
}

// What the camera does, when somebody who consented has it on.
const (
	CameraOff       = "off"
	CameraPresence  = "presence"  // faces are counted inside the browser: 0, 1, 2 or more; no picture leaves it
	CameraSnapshots = "snapshots" // pictures are kept encrypted, and seen inside a case alone
)

// What is shared of the screen.
const (
	ScreenOff   = "off"
	ScreenShare = "share" // the candidate shares a surface; which kind, and when it ends, is kept
)

// How firmly something is asked for.
const (
	NeedOff      = "off"
	NeedOptional = "optional"
	NeedRequired = "required"
)

// Integrity is the policy of an exam: what it watches and asks for. Everything is off unless a file says otherwise.
type Integrity struct {
	Preset      Preset   // that the file starts from, "" for one that names none
	Watch       []string // of Watchable, in its order
	Camera      string   // CameraOff, CameraPresence, CameraSnapshots
	CameraNeed  string   // NeedOff exactly when there is no camera, else NeedOptional or NeedRequired
	Screen      string   // ScreenOff, ScreenShare
	Seb         string   // Safe Exam Browser: NeedOff, NeedOptional, NeedRequired
	Invigilated bool
	Canaries    int      // unscored items with a planted key, beside the items of the sections
	SebRules    SebRules // which Safe Exam Browser, where one is asked for
}

// unwatched is the policy that asks for nothing.
func unwatched() Integrity {
	return Integrity{Camera: CameraOff, CameraNeed: NeedOff, Screen: ScreenOff, Seb: NeedOff}
}

// Policy is what the preset stands for. Camera and shared screen are off in each of them: whoever wants those says so.
func (p Preset) Policy() Integrity {
	i := unwatched()
	i.Preset = p
	switch p {
	case PresetStandard:
		i.Watch = []string{WatchFocus, WatchVisibility, WatchClipboard, WatchPrint, WatchExtraTabs, WatchAddress, WatchBrowser, WatchGaps,
			WatchItemTimes, WatchAnswerChanges}
	case PresetHighStakes:
		i.Watch, i.Seb, i.Invigilated = Watchable(), NeedOptional, true
	}
	return i
}

// Watches reports whether that is watched: one of Watchable, or WatchCamera and WatchScreen.
func (i Integrity) Watches(what string) bool {
	switch what {
	case WatchCamera:
		return i.Camera != CameraOff
	case WatchScreen:
		return i.Screen != ScreenOff
	}
	return slices.Contains(i.Watch, what)
}

// set turns something that may be watched on or off.
func (i *Integrity) set(what string, on bool) {
	var watch []string
	for _, w := range Watchable() {
		if w == what && on || w != what && i.Watches(w) {
			watch = append(watch, w)
		}
	}
	i.Watch = watch
}
