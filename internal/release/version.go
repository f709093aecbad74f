// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// version is MAJOR.MINOR.PATCH of https://semver.org, without pre-releases.
type version struct{ major, minor, patch int }

var versionForm = regexp.MustCompile(`^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

func parseVersion(text string) (v version, err error) {
	m := versionForm.FindStringSubmatch(text)
	if m == nil {
		return v, fmt.Errorf("%q is no version of the form 1.2.3", text)
	}
	for i, to := range []*int{&v.major, &v.minor, &v.patch} {
		if *to, err = strconv.Atoi(m[i+1]); err != nil {
			return version{}, fmt.Errorf("%q is no version: %w", text, err)
		}
	}
	return v, nil
}

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch) }

func (v version) compare(w version) int {
	return cmp.Or(cmp.Compare(v.major, w.major), cmp.Compare(v.minor, w.minor), cmp.Compare(v.patch, w.patch))
}

// breaks reports whether the step from w to v may take names away: a new major
// version, and before 1.0 a new minor one.
func (v version) breaks(w version) bool {
	return v.major > w.major || v.major == 0 && v.minor > w.minor
}
