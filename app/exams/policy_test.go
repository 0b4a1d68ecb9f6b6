package exams

import (
	"slices"
	"strings"
	"testing"

	"bainian/app/locale"
)

// examWith is the usual exam file with this integrity policy in line 18.
func examWith(policy string) (*Blueprint, []string) {
	b, problems := ParseBlueprint(examFile("integrity: {watch: [focus, paste], camera: off, seb: optional, invigilated: true, canaries: 1}", "integrity: "+policy))
	return b, where(problems)
}

func TestPolicy(t *testing.T) {
	old := []string{WatchFocus, WatchVisibility, WatchClipboard}
	standard := PresetStandard.Policy().Watch
	for _, test := range []struct {
		policy string
		want   Integrity
	}{
		// Files from before there were presets read as they did.
		{"{watch: [focus, paste], camera: off, seb: optional, invigilated: true, canaries: 1}", Integrity{"", old, "off", "off", "off", "optional", true, 1, SebRules{}}},
		{"{watch: [], camera: off, seb: off, invigilated: false, canaries: 0}", Integrity{"", nil, "off", "off", "off", "off", false, 0, SebRules{}}},
		{"{watch: [fullscreen], camera: optional}", Integrity{"", []string{WatchFullscreen}, "presence", "optional", "off", "off", false, 0, SebRules{}}},
		{"{camera: required, seb: required}", Integrity{"", nil, "presence", "required", "off", "required", false, 0, SebRules{}}},

		{"practice", Integrity{"practice", nil, "off", "off", "off", "off", false, 0, SebRules{}}},
		{"standard", Integrity{"standard", standard, "off", "off", "off", "off", false, 0, SebRules{}}},
		{"high-stakes", Integrity{"high-stakes", Watchable(), "off", "off", "off", "optional", true, 0, SebRules{}}},
		{"{preset: high-stakes}", Integrity{"high-stakes", Watchable(), "off", "off", "off", "optional", true, 0, SebRules{}}},
		{"{preset: practice, print: on, focus: true}", Integrity{"practice", []string{WatchFocus, WatchPrint}, "off", "off", "off", "off", false, 0, SebRules{}}},
		{"{invigilated: on, print: off, preset: standard, canaries: 2, screen: share, seb: required}", Integrity{"standard", slices.DeleteFunc(slices.Clone(standard), func(w string) bool { return w == WatchPrint }), "off", "off", "share", "required", true, 2, SebRules{}}},
		{"{preset: standard, camera: snapshots}", Integrity{"standard", standard, "snapshots", "optional", "off", "off", false, 0, SebRules{}}},
		{"{preset: standard, camera_need: required, camera: presence}", Integrity{"standard", standard, "presence", "required", "off", "off", false, 0, SebRules{}}},
	} {
		b, problems := examWith(test.policy)
		if b == nil {
			t.Errorf("%s: %q", test.policy, problems)
			continue
		}
		got := b.Integrity
		if !slices.Equal(got.Watch, test.want.Watch) {
			t.Errorf("%s watches %q, want %q", test.policy, got.Watch, test.want.Watch)
		}
		got.Watch, test.want.Watch = nil, nil
		if got.Preset != test.want.Preset || got.Camera != test.want.Camera || got.CameraNeed != test.want.CameraNeed || got.Screen != test.want.Screen ||
			got.Seb != test.want.Seb || got.Invigilated != test.want.Invigilated || got.Canaries != test.want.Canaries {
			t.Errorf("%s: %+v, want %+v", test.policy, got, test.want)
		}
	}
	if b, problems := examWith("standard\ntrack: values"); b != nil || !slices.Equal(problems, []string{"19 twice"}) {
		t.Errorf("the field after a preset: %q", problems)
	}
}

// TestPolicyProblems has every wrong policy named, all of its problems at once, with the line.
func TestPolicyProblems(t *testing.T) {
	for policy, want := range map[string]string{
		"strict":                                               "18 value",
		"{preset: strict, focus: maybe}":                       "18 value, 18 value",
		"{preset: standard, watch: [focus]}":                   "18 watch_preset",
		"{preset: standard, gaze: on}":                         "18 unknown",
		"{focus: on, focus: off}":                              "18 twice",
		"{camera: eyes}":                                       "18 value",
		"{camera_need: required}":                              "18 camera_need",
		"{camera: off, camera_need: optional}":                 "18 camera_need",
		"{camera: required, camera_need: optional}":            "18 camera_need_twice",
		"{camera: presence, camera_need: off, screen: window}": "18 value, 18 value",
		"\n  preset: standard\n  seb: maybe\n  invigilated: 2": "20 value, 21 value",
		"[focus]": "18 value",
		"{preset: [standard], canaries: 99, fullscreen: [on]}": "18 value, 18 value, 18 value",
	} {
		b, problems := examWith(policy)
		if got := strings.Join(problems, ", "); b != nil || got != want {
			t.Errorf("%s: %q, want %q", policy, got, want)
		}
	}
}

// TestEverythingWatchedHasWords: what can be watched is said to candidates, in all languages.
func TestEverythingWatchedHasWords(t *testing.T) {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range Watchable() {
		for _, lang := range locale.Langs() {
			if !words.Has(lang, "notice.watch_"+what) {
				t.Errorf("%s is watched and not said in %s", what, lang)
			}
		}
	}
}
