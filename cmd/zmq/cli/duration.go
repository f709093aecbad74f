// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// duration is the value of a flag: 500ms, 2s, or a bare number of seconds.
type duration struct{ d *time.Duration }

// durationVar adds a flag that is a duration.
func durationVar(fs *pflag.FlagSet, d *time.Duration, name, short string, value time.Duration, usage string) {
	*d = value
	fs.VarP(duration{d}, name, short, usage)
}

// Set implements pflag.Value.
func (v duration) Set(text string) (err error) {
	*v.d, err = parseDuration(text)
	return err
}

// parseDuration reads a duration. A number without a unit is in seconds, as it is for
// ping, sleep and timeout.
func parseDuration(text string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		d := seconds * float64(time.Second)
		if math.IsNaN(d) || math.Abs(d) >= math.MaxInt64 {
			return 0, fmt.Errorf("%q seconds are more than a duration can be", text)
		}
		return time.Duration(d), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: it wants seconds, such as 5 or 0.5, or a unit, such as 500ms or 2m", text)
	}
	return d, nil
}

// String implements pflag.Value. Help shows no default of zero.
func (v duration) String() string {
	if v.d == nil || *v.d == 0 {
		return "0"
	}
	return v.d.String()
}

// Type implements pflag.Value.
func (duration) Type() string { return "duration" }
