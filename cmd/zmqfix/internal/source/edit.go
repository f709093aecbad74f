// SPDX-License-Identifier: Apache-2.0

package source

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// A Range is a piece of a file's text, between two positions.
type Range struct{ Pos, End token.Pos }

// Of returns the range of a node.
func Of(n ast.Node) Range { return Range{n.Pos(), n.End()} }

// Edits collects changes of one file's text. Changes may be nested: a
// replacement is made of strings and of Ranges, and a Range stands for the text
// there as the other changes leave it, wherever it is moved to.
type Edits struct {
	file *File
	list []edit
}

type edit struct {
	Range
	parts []any // string or Range
}

// Replace puts parts, each a string or a Range, in the place of a range. Of two
// replacements of the same range the first is the outer one.
func (e *Edits) Replace(r Range, parts ...any) {
	e.list = append(e.list, edit{r, parts})
}

// Insert puts text in front of a position.
func (e *Edits) Insert(pos token.Pos, text string) {
	e.list = append(e.list, edit{Range{pos, pos}, []any{text}})
}

// Delete takes a range away.
func (e *Edits) Delete(r Range) { e.Replace(r) }

// Empty reports whether there are no changes.
func (e *Edits) Empty() bool { return len(e.list) == 0 }

// Apply returns the text of the file with all changes.
func (e *Edits) Apply() []byte {
	r := renderer{edits: slices.Clone(e.list), active: map[int]bool{}, file: e.file}
	slices.SortStableFunc(r.edits, func(a, b edit) int {
		if a.Pos != b.Pos {
			return int(a.Pos - b.Pos)
		}
		// An insertion comes before what begins at its position.
		if (a.Pos == a.End) != (b.Pos == b.End) {
			if a.Pos == a.End {
				return -1
			}
			return 1
		}
		return int(b.End - a.End)
	})
	base := token.Pos(e.file.tok.Base())
	r.render(Range{base, base + token.Pos(len(e.file.Src))}, true)
	return []byte(r.out.String())
}

// A renderer writes ranges with the edits in them.
type renderer struct {
	file   *File
	edits  []edit
	active map[int]bool // those being written, whose own range stands for the text
	out    strings.Builder
}

// render writes a range. Insertions at its very ends belong to what is around
// it, except for the whole file.
func (r *renderer) render(in Range, whole bool) {
	pos := in.Pos
	for i, e := range r.edits {
		if r.active[i] || e.Pos < pos || e.End > in.End {
			continue
		}
		if e.Pos == e.End && !whole && (e.Pos == in.Pos || e.Pos == in.End) {
			continue
		}
		r.copy(pos, e.Pos)
		r.active[i] = true
		for _, part := range e.parts {
			switch part := part.(type) {
			case string:
				r.out.WriteString(part)
			case Range:
				r.render(part, false)
			}
		}
		delete(r.active, i)
		pos = e.End
	}
	r.copy(pos, in.End)
}

func (r *renderer) copy(from, to token.Pos) {
	r.out.Write(r.file.Src[r.file.tok.Offset(from):r.file.tok.Offset(to)])
}
