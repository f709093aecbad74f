// SPDX-License-Identifier: Apache-2.0

// zmq probe: what listens at many endpoints, for scripts.

package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

const surveyLong = `Says in a line for each endpoint what listens there: a ZeroMQ socket with its protocol, mechanism, type and
identity, or what is there in its place. Endpoints are the arguments, or the lines of standard input. With
--server-key or --plain it also shakes hands, and so tells whether the key is right.

It takes no message and sends none.
States: ok, refused, unresolved, unreachable, silent, ends, http, tls, ssh, foreign, denied, unexpected.

Exit codes:
  0  every endpoint is as it should be
  1  one is not, or something went wrong
  2  the command line makes no sense`

// surveyWidth is how many endpoints are looked at at a time.
const surveyWidth = 32

// survey is one run of the command.
type survey struct {
	ping              // how one endpoint is looked at
	form    string    // text or json
	expect  [2]string // type and mechanism; empty is any
	streams Streams
}

// surveyed is what is known of an endpoint. Its JSON is promised to scripts.
type surveyed struct {
	Endpoint  string  `json:"endpoint"`
	State     string  `json:"state"`
	Reason    string  `json:"reason,omitempty"`
	Protocol  string  `json:"protocol,omitempty"`
	Mechanism string  `json:"mechanism,omitempty"`
	Type      string  `json:"type,omitempty"`
	Identity  string  `json:"identity,omitempty"`
	Connect   float64 `json:"connect_seconds,omitempty"`
}

func newProbeCommand(s Streams) *cobra.Command {
	v := &survey{streams: s}
	cmd := &cobra.Command{
		Use:     "probe [ENDPOINT...]",
		Short:   "Say what listens at many endpoints, for scripts",
		Long:    surveyLong,
		Example: "  zmq probe tcp://a:5555 tcp://b:5555\n  zmq probe --format json --expect-type ROUTER <endpoints.txt | jq -r 'select(.state != \"ok\").endpoint'",
		GroupID: "more",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := applyContext(cmd, v.streams.Err); err != nil {
				return err
			}
			if named, _ := cmd.Flags().GetString("context"); len(args) == 0 && named != "" {
				args = v.connect
			}
			return v.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	durationVar(f, &v.timeout, "timeout", "t", 5*time.Second, "wait for `D` at most for an answer of each")
	f.StringVarP(&v.form, "format", "f", "text", "how to write: text, json (an object a line)")
	f.StringVar(&v.expect[0], "expect-type", "", "`TYPE` that each socket is to have")
	f.StringVar(&v.expect[1], "expect-mechanism", "", "`MECHANISM` that each socket is to have: NULL, PLAIN, CURVE")
	v.security.add(f)
	v.tls.addClient(f)
	addContextFlag(f)
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)))
	addHiddenConnect(f, &v.connect)
	return cmd
}

// surveyError says that an endpoint is not as it should be. The lines say which.
type surveyError struct{ wrong, all int }

// Error implements error.
func (e surveyError) Error() string {
	return fmt.Sprintf("%d of %d endpoints are not as they should be", e.wrong, e.all)
}

func (v *survey) run(ctx context.Context, args []string) error {
	if err := errors.Join(v.security.check(), v.tls.check()); err != nil {
		return usageError{err}
	}
	if v.timeout <= 0 || v.form != "text" && v.form != "json" {
		return usageError{errors.New("--timeout is above zero, and --format is text or json")}
	}
	endpoints := args
	if len(args) == 0 {
		var err error
		if endpoints, err = readEndpoints(v.streams.In); err != nil {
			return err
		}
	}
	if len(endpoints) == 0 {
		return usageError{errors.New("it wants endpoints, as arguments or as lines of standard input")}
	}
	for _, e := range endpoints {
		if _, err := v.target(e); err != nil {
			return err
		}
	}
	list, err := v.lookAt(ctx, endpoints)
	if err != nil {
		return err
	}
	wrong := 0
	for _, r := range list {
		if r.State != "ok" {
			wrong++
		}
	}
	if err := v.write(list); err != nil {
		return err
	}
	if wrong > 0 {
		return surveyError{wrong, len(list)}
	}
	return nil
}

// maxEndpoints is how many bytes of endpoints are read.
const maxEndpoints = 16 << 20

// readEndpoints reads a line each; empty ones and those that begin with # are passed over.
func readEndpoints(r io.Reader) (list []string, err error) {
	lines := bufio.NewScanner(r)
	for size := 0; lines.Scan(); size += len(lines.Bytes()) + 1 {
		if size > maxEndpoints {
			return nil, fmt.Errorf("read standard input: it has more than %d MiB, and no more endpoints are taken", maxEndpoints>>20)
		}
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	return list, nil
}

// lookAt looks at all endpoints, many at a time, and returns them in their order.
func (v *survey) lookAt(ctx context.Context, endpoints []string) ([]surveyed, error) {
	list := make([]surveyed, len(endpoints))
	places := make(chan struct{}, surveyWidth)
	var all sync.WaitGroup
	for i, endpoint := range endpoints {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			list[i] = v.one(ctx, endpoint)
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	return list, nil
}

// one looks at one endpoint.
func (v *survey) one(ctx context.Context, endpoint string) surveyed {
	r := surveyed{Endpoint: endpoint, State: "ok"}
	at, err := v.target(endpoint)
	if err != nil { // of a file that was there a moment ago
		r.State, r.Reason = "foreign", err.Error()
		return r
	}
	probeCtx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	found, err := probe(probeCtx, at)
	if found != nil {
		r.Protocol, r.Mechanism, r.Type, r.Identity = found.Protocol, found.Mechanism, found.Type, string(found.Identity)
		r.Connect = found.Connect.Seconds()
	}
	if err != nil {
		r.State, r.Reason = "foreign", err.Error()
		var s stranger
		if errors.As(err, &s) {
			r.State = s.state
		}
		return r
	}
	for i, has := range []string{r.Type, r.Mechanism} {
		if want := v.expect[i]; want != "" && has != "" && !strings.EqualFold(want, has) {
			r.State, r.Reason = "unexpected", "it is "+has+", not "+strings.ToUpper(want)
			return r
		}
	}
	if v.mechanism() != "NULL" {
		v.knock(ctx, found, &r)
	}
	if want := v.expect[0]; r.State == "ok" && want != "" && r.Type == "" {
		r.State, r.Reason = "unexpected", "it does not tell its type to strangers: give --server-key or --plain"
	}
	return r
}

// knock shakes hands, with the keys that were given.
func (v *survey) knock(ctx context.Context, found *presence, r *surveyed) {
	p := v.ping // a copy of its own, because others shake hands meanwhile
	p.endpoint, p.out, p.notes = r.Endpoint, io.Discard, io.Discard
	typ, why, err := p.choose(found)
	if err == nil && why == "" {
		var peer string
		peer, err = p.shake(ctx, found, typ)
		r.Type = peer
	}
	if err != nil {
		r.State, r.Reason = "denied", strings.TrimPrefix(err.Error(), r.Endpoint+": ")
	}
}

// write writes what was found.
func (v *survey) write(list []surveyed) error {
	if v.form == "json" {
		e := json.NewEncoder(v.streams.Out)
		e.SetEscapeHTML(false)
		for _, r := range list {
			if err := e.Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(v.streams.Out, 0, 0, 2, ' ', 0)
	for _, r := range list {
		what := r.Reason
		if what == "" {
			p := presence{Protocol: r.Protocol, Mechanism: r.Mechanism, Type: r.Type, Identity: []byte(r.Identity)}
			what = strings.Join(p.words(), " ")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.Endpoint, r.State, what)
	}
	return t.Flush()
}
