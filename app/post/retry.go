package post

import "time"

// waits are how long after a failed try the next one comes, as Standard Webhooks asks: the first goes at once, and after
// the tenth, some three days later, nobody tries any more until an admin has it sent again.
func waits(tries int) (wait time.Duration, more bool) {
	schedule := [...]time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	if tries > len(schedule) {
		return 0, false
	}
	return schedule[max(tries, 1)-1], true
}

// jittered is a wait and up to a fifth of it, by a random byte, so that those who failed together do not come together.
func jittered(wait time.Duration, chance byte) time.Duration {
	return wait + wait*time.Duration(chance)/(5*255)
}
