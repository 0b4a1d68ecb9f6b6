package stats

import "math"

// nodes is how many points of ability the marginal likelihood is summed over.
const nodes = 21

// maxAbility bounds every estimate of ability: [−4, 4] in standard deviations of the group.
const maxAbility = 4.0

// nodeStep is the distance between two nodes.
const nodeStep = 2 * maxAbility / (nodes - 1)

// ability is the ability of a node.
func ability(node int) float64 { return -maxAbility + nodeStep*float64(node) }

// normalWeights are the shares of a standard normal group at the nodes; they sum to 1.
func normalWeights() (w [nodes]float64) {
	sum := 0.0
	for q := range w {
		w[q] = math.Exp(-ability(q) * ability(q) / 2)
		sum += w[q]
	}
	for q := range w {
		w[q] /= sum
	}
	return w
}

// curves hold, for each item and each of its options, the logarithm of the probability of the option at each node.
type curves [][][nodes]float64

// posterior is where a person's answers put them: the probability of each node, given a standard normal group.
// Answers that are Missing say nothing.
func (c curves) posterior(row []int8, prior *[nodes]float64) (post [nodes]float64) {
	for q := range post {
		post[q] = math.Log(prior[q])
	}
	for i, k := range row {
		if k >= 0 {
			l := &c[i][k]
			for q := range post {
				post[q] += l[q]
			}
		}
	}
	top := post[0]
	for _, l := range post {
		top = math.Max(top, l)
	}
	sum := 0.0
	for q := range post {
		post[q] = math.Exp(post[q] - top)
		sum += post[q]
	}
	for q := range post {
		post[q] /= sum
	}
	return post
}

// counts is how many people are expected at each node with each option: the outcome of the E-step.
type counts [][][nodes]float64

// emptyCounts has room for every option of every item.
func emptyCounts(options []int) counts {
	r := make(counts, len(options))
	for i, k := range options {
		r[i] = make([][nodes]float64, k)
	}
	return r
}

// add counts a person with these answers who is at the nodes with these probabilities.
func (r counts) add(row []int8, post *[nodes]float64) {
	for i, k := range row {
		if k >= 0 {
			c := &r[i][k]
			for q := range post {
				c[q] += post[q]
			}
		}
	}
}

// expect is the E-step of marginal maximum likelihood (Bock & Aitkin 1981): the posterior of every person, and the
// expected counts they sum to. People are taken in blocks of a fixed size, so that sums do not depend on workers.
func (c curves) expect(rows [][]int8, options []int, workers int) ([][nodes]float64, counts) {
	const block = 512
	prior := normalWeights()
	posts := make([][nodes]float64, len(rows))
	blocks := (len(rows) + block - 1) / block
	parts := make([]counts, blocks)
	parallel(workers, blocks, func(b int) {
		part := emptyCounts(options)
		for p := b * block; p < min(len(rows), (b+1)*block); p++ {
			posts[p] = c.posterior(rows[p], &prior)
			part.add(rows[p], &posts[p])
		}
		parts[b] = part
	})
	sum := emptyCounts(options)
	for _, part := range parts {
		for i := range part {
			for k := range part[i] {
				for q := range part[i][k] {
					sum[i][k][q] += part[i][k][q]
				}
			}
		}
	}
	return posts, sum
}

// solve replaces b by the solution of A·x = b for a symmetric positive definite A of n rows, kept in one slice row by
// row and overwritten by its Cholesky factor. It reports false where A is not positive definite.
func solve(a, b []float64, n int) bool {
	for j := range n {
		for i := j; i < n; i++ {
			s := a[i*n+j]
			for k := range j {
				s -= a[i*n+k] * a[j*n+k]
			}
			if i > j {
				a[i*n+j] = s / a[j*n+j]
			} else if s > 0 {
				a[j*n+j] = math.Sqrt(s)
			} else {
				return false
			}
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i*n+k] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k*n+i] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	return true
}
