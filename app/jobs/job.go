package jobs

import "time"

const (
	maxTries = 10
	lease    = time.Minute // renewed while the handler runs; after a crash another process takes over
	poll     = time.Second // how often other processes' jobs are looked for
)

// job is one try at a job. The number of the try also proves the lease: whoever takes it next counts up.
type job struct {
	id      string
	kind    string
	payload []byte
	tries   int
}

// backoff is how long to wait after that many tries: 10 s, 20 s, 40 s, … up to an hour.
func backoff(tries int) time.Duration {
	wait := 10 * time.Second << min(tries-1, 9)
	return min(wait, time.Hour)
}
