package questions

// Grade is what the response earns: thousandths of a point from 0 to i.Points, rounded half up. A response
// that Check refuses, and kinds that only a person can mark, earn 0.
func (i Item) Grade(l Layout, r Response) int {
	if i.Blank(r) || i.Check(l, r) != nil {
		return 0
	}
	switch i.Kind {
	case Single, TrueFalse:
		return share(i.Points, i.Credit[l.Order[r.Choices[0]]], 1000)
	case Multiple:
		ticked := make([]bool, len(i.Right))
		for _, displayed := range r.Choices {
			ticked[l.Order[displayed]] = true
		}
		return i.gradeTicks(ticked)
	case Order:
		kept := 0
		for n := 1; n < len(r.Order); n++ {
			if l.Order[r.Order[n]] == l.Order[r.Order[n-1]]+1 {
				kept++
			}
		}
		return share(i.Points, kept, len(r.Order)-1)
	case Match:
		right := 0
		for row, option := range r.Pairs {
			if option >= 0 && l.Rights[option] == l.Order[row] {
				right++
			}
		}
		return share(i.Points, right, len(r.Pairs))
	case Numeric:
		return share(i.Points, creditOfNumber(i.Keys, i.Unit, r.Text), 1000)
	case Short:
		return share(i.Points, creditOfWords(i.Keys, i.Exact, r.Text), 1000)
	case Cloze:
		earned := 0
		for n, said := range r.Gaps {
			earned += i.creditOfGap(n, l, said)
		}
		return share(i.Points, earned, 1000*len(i.Gaps))
	}
	return 0
}

// creditOfGap is what one gap earns, in thousandths of its share.
func (i Item) creditOfGap(n int, l Layout, said string) int {
	g := i.Gaps[n]
	if g.Options > 0 {
		if displayed, ok := option(said, g); ok && l.Gaps[n][displayed] == g.Right {
			return 1000
		}
		return 0
	}
	var numbers, words []Key
	for _, k := range g.Keys {
		if k.Low != "" {
			numbers = append(numbers, k)
		} else {
			words = append(words, k)
		}
	}
	if fold(said, true) == "" {
		return 0
	}
	return max(creditOfNumber(numbers, "", said), creditOfWords(words, i.Exact, said))
}

func (i Item) gradeTicks(ticked []bool) int {
	var right, rightTicked, wrong, wrongTicked int
	for n, isRight := range i.Right {
		switch {
		case isRight && ticked[n]:
			right, rightTicked = right+1, rightTicked+1
		case isRight:
			right++
		case ticked[n]:
			wrong, wrongTicked = wrong+1, wrongTicked+1
		default:
			wrong++
		}
	}
	switch i.Score {
	case PerOption:
		return share(i.Points, rightTicked+wrong-wrongTicked, right+wrong)
	case RightMinusWrong:
		// With nothing wrong to tick there is nothing to take off; fractions are brought to right×wrong.
		if wrong == 0 {
			return share(i.Points, rightTicked, right)
		}
		return share(i.Points, max(0, rightTicked*wrong-wrongTicked*right), right*wrong)
	}
	if rightTicked == right && wrongTicked == 0 {
		return i.Points
	}
	return 0
}

// share is points × part/whole rounded half up; part and whole are not negative.
func share(points, part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (2*points*part + whole) / (2 * whole)
}

// GuessScore is what answering at random earns on average, in thousandths of a point: one choice at random,
// each box ticked or not by a coin, rows in random order, each left row paired with a random option, each
// drop-down set at random. Words and numbers are not guessed, and what a person marks is not earned by chance.
func (i Item) GuessScore() int {
	n := len(i.Right)
	switch i.Kind {
	case Single, TrueFalse:
		sum := 0
		for _, credit := range i.Credit {
			sum += credit
		}
		return share(i.Points, sum, 1000*n)
	case Multiple:
		return i.guessTicks()
	case Order, Match:
		return share(i.Points, 1, n) // a given pair of neighbours survives 1 shuffle in n
	case Cloze:
		sum := 0
		for _, g := range i.Gaps {
			if g.Options > 0 {
				sum += (1000 + g.Options/2) / g.Options
			}
		}
		return share(i.Points, sum, 1000*len(i.Gaps))
	}
	return 0
}

// guessTicks sums over how many right and wrong boxes the coins tick, which is all that scoring looks at.
func (i Item) guessTicks() int {
	right := 0
	for _, r := range i.Right {
		if r {
			right++
		}
	}
	wrong := len(i.Right) - right
	total := 0.0
	for a, ways := 0, 1.0; a <= right; a, ways = a+1, ways*float64(right-a)/float64(a+1) {
		for b, more := 0, 1.0; b <= wrong; b, more = b+1, more*float64(wrong-b)/float64(b+1) {
			total += ways * more * float64(i.gradeTicks(i.ticks(a, b)))
		}
	}
	for range i.Right {
		total /= 2
	}
	return int(total + 0.5)
}

// ticks is some response with that many right and wrong choices ticked.
func (i Item) ticks(right, wrong int) []bool {
	ticked := make([]bool, len(i.Right))
	for n, isRight := range i.Right {
		left := &wrong
		if isRight {
			left = &right
		}
		if *left > 0 {
			ticked[n], *left = true, *left-1
		}
	}
	return ticked
}
