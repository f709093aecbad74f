// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"io/fs"
	"os"
	"time"
)

// stamp is the state of a file when it was read. A later look compares it to find out
// whether the file has changed.
type stamp struct {
	info fs.FileInfo
	// settled is false if the file had changed so recently that another change may not
	// be visible, because file systems store times coarsely.
	settled bool
}

const coarsest = 2 * time.Second // FAT

// newStamp looks at an open file. It is called before the file is read, so that a
// change in between is noticed later.
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
