package manage

import (
	"slices"
	"strings"

	"bainian/app/courses"
	"bainian/app/gate"
	"bainian/app/web/page"
)

// stops are a decision as the path: the pledge, each track with its courses and its exam, and the gate. Cases
// are no stop on it: what a manager may know of them is whether the gate is open.
func (w *Wing) stops(c *page.Ctx, d gate.Decision) ([]page.Stop, error) {
	var places []string // in the policy's order
	steps := map[string][]gate.Step{}
	for _, s := range d.Steps {
		place := placeOf(s.Requirement)
		if place == "" {
			continue
		}
		if steps[place] == nil {
			places = append(places, place)
		}
		steps[place] = append(steps[place], s)
	}
	var stops []page.Stop
	walking := true // the first place that is not done is where the person is
	for _, place := range places {
		stop := page.Stop{State: page.Done, Label: c.T("manage.pledge")}
		if place != string(gate.Pledge) {
			label, err := w.placeLabel(c, place)
			if err != nil {
				return nil, err
			}
			stop.Label = label
		}
		done := 0
		for _, s := range steps[place] {
			if s.Done() {
				done++
			}
		}
		if done < len(steps[place]) {
			stop.State, stop.Detail = page.Todo, c.T("manage.stop_part", "done", done, "total", len(steps[place]))
			if walking {
				stop.State, walking = page.At, false
			}
		}
		stops = append(stops, stop)
	}
	door := page.Stop{State: page.Door, Label: c.T("manage.gate"), Detail: c.T("manage.level_" + string(d.Level))}
	if d.Level.Takes() {
		door.State = page.Open
	}
	return append(stops, door), nil
}

// placeOf is the stop that a requirement belongs to: a track for its courses and for the exam of its name.
func placeOf(r gate.Requirement) string {
	switch r.Kind {
	case gate.Pledge:
		return string(gate.Pledge)
	case gate.Course:
		track, _, _ := strings.Cut(r.Ref, "/")
		return track
	case gate.Exam:
		return r.Ref
	}
	return ""
}

// placeLabel is a track's name, or the title of an exam that belongs to none.
func (w *Wing) placeLabel(c *page.Ctx, place string) (string, error) {
	if slices.Contains(courses.Tracks(), place) {
		return c.T("courses.track_" + place), nil
	}
	titled, err := w.keeper.Titled(c.Context(), []gate.Reason{{Args: []any{"exam", place}}}, c.Lang)
	if err != nil {
		return "", err
	}
	return titled[0].Args[1].(string), nil
}
