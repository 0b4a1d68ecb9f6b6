package stats

// chance is a small reproducible source of random numbers (SplitMix64: Steele, Lea & Flood 2014). Every piece of a
// simulation takes a source of its own from the seed and its number, so that the outcome does not depend on how
// the work was shared out.
type chance uint64

// chanceOf is the source of the piece with these numbers.
func chanceOf(seed uint64, piece ...int) chance {
	c := chance(seed)
	for _, p := range piece {
		c = chance(c.next() ^ uint64(p)*0xd1342543de82ef95)
	}
	return c
}

func (c *chance) next() uint64 {
	*c += 0x9e3779b97f4a7c15
	z := uint64(*c)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// float is uniform in [0, 1).
func (c *chance) float() float64 { return float64(c.next()>>11) / (1 << 53) }

// below is uniform in 0 … n−1.
func (c *chance) below(n int) int { return int(c.float() * float64(n)) }

// pick is an index drawn with the given probabilities, which sum to about 1.
func (c *chance) pick(p []float64) int {
	u := c.float()
	for i, x := range p[:len(p)-1] {
		if u -= x; u < 0 {
			return i
		}
	}
	return len(p) - 1
}
