// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"slices"
	"strings"
)

// didYouMean returns a question that names what was probably meant by a word,
// or nothing.
func didYouMean(word string, names []string) string {
	found := nearest(word, names)
	if len(found) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(found, " or ") + "?"
}

// nearest returns at most three names that are like a word, the nearest first.
// A third of the letters may be wrong, or the word may be part of the name.
func nearest(word string, names []string) []string {
	type candidate struct {
		name string
		far  int
	}
	word = strings.ToLower(word)
	var found []candidate
	for _, name := range names {
		lower := strings.ToLower(name)
		far := distance(word, lower)
		near := far <= max(1, len(word)/3)
		part := len(word) >= 3 && strings.Contains(lower, word)
		if near || part {
			found = append(found, candidate{name, far})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.far - b.far })
	var best []string
	for _, c := range found[:min(len(found), 3)] {
		best = append(best, c.name)
	}
	return best
}

// distance counts the letters to insert, remove, replace or swap with their
// neighbour to make one word of the other.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+1)
			if a[i-1] == b[j-1] {
				row[j] = min(row[j], last[j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
