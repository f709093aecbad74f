// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"io/fs"
	"os"
	"time"
)

// stamp is what a file looked like when it was read, by which a later look finds
// out whether it has changed.
type stamp struct {
	info fs.FileInfo
	// settled is false where the file had changed so shortly before that another
	// change may not show: file systems keep times as coarsely as this.
	settled bool
}

const coarsest = 2 * time.Second // FAT

// newStamp looks at an open file. To be on the safe side it is called before the
// file is read.
func newStamp(f *os.File) (stamp, error) {
	info, err := f.Stat()
	if err != nil {
		return stamp{}, err
	}
	return stampOf(info), nil
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{info: info, settled: time.Since(info.ModTime()).Abs() > coarsest}
}

// holds reports whether the file at path is the one that was read, unchanged.
func (s stamp) holds(path string) bool {
	info, err := os.Stat(path)
	return err == nil && s.same(info)
}

func (s stamp) same(info fs.FileInfo) bool {
	return s.info != nil && s.settled && os.SameFile(s.info, info) &&
		s.info.Size() == info.Size() && s.info.ModTime().Equal(info.ModTime())
}
