package stats

// honestPick is how often somebody who does not know it chooses a canary's planted answer.
const honestPick = .1

// CanaryP is the chance of choosing the planted wrong answer in at least picked of seen canaries by somebody who has not
// seen the leaked key: P(Bin(seen, .1) ≥ picked). A canary is an unscored item whose leaked "key" was made up and
// wrong, plausible enough that one in ten honest people choose it. 1 when there was none.
func CanaryP(picked, seen int) float64 {
	if picked <= 0 || seen <= 0 {
		return 1
	}
	if picked > seen {
		return 0
	}
	return upperTail(binomial(seen, honestPick))[picked]
}
