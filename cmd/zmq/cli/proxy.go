// SPDX-License-Identifier: Apache-2.0

// zmq proxy: a queue, forwarder or streamer between two sockets.

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

const proxyLong = `Passes messages on between two sockets, in both directions where their types allow it, until a signal
ends it. The device says what the sockets are:

  queue      --frontend ROUTER for clients, --backend DEALER for servers
  forwarder  --frontend XSUB for publishers, --backend XPUB for subscribers
  streamer   --frontend PULL for sources, --backend PUSH for workers

Without a device each side names its type: --frontend sub:tcp://*:5559. An endpoint is bound, unless
connect: stands in front of it: --frontend sub:connect:tcp://host:5556. A flag that is given again adds
an endpoint to the same socket. A SUB subscribes to everything.

--capture sends a copy of every message to another socket, a PUB unless it says otherwise. --control
takes the commands PAUSE, RESUME, TERMINATE and STATISTICS (eight numbers of 8 bytes in the reply), as
libzmq's zmq_proxy_steerable does, at a REP unless it says otherwise. Every program that can connect to it may give them.

A client of a queue that does not read loses its own replies once its queue is full, and holds up no
other. With --set WAIT_FOR_PEER=1 its replies wait, and those of all others behind them.

--print shows what passes. The flags of PLAIN, CURVE and addresses that other commands have are there twice,
with frontend- and backend- in front of their names, for the two sockets. The other sockets have no security.

On a terminal a line tells what passes. After a signal a proxy of one direction takes nothing new, and
ends when what it has is passed on; a second signal ends it at once.`

const proxyExamples = `  zmq proxy queue --frontend 'tcp://*:5559' --backend 'tcp://*:5560'
  zmq proxy forwarder --frontend connect:tcp://host:5556 --backend 'tcp://*:5557' --capture 'tcp://127.0.0.1:5558'
  zmq proxy --frontend 'dealer:tcp://*:5561' --backend 'push:ipc:///run/jobs' --control tcp://127.0.0.1:5562
  zmq req --connect tcp://127.0.0.1:5562 PAUSE
  zmq proxy queue -F 'tcp://*:5559' -B 'ipc:///run/workers' --frontend-curve-server server.key_secret --frontend-auth-keys clients`

// proxyFlags are the command line of a proxy.
type proxyFlags struct {
	frontend, backend []string
	capture, control  []string
	secure            [2]securityFlags // of the frontend and of the backend
	print             bool
	text              textFlags
	socket            socketFlags // without endpoints
	tls               tlsFlags
}

func newProxyCommand(s Streams) *cobra.Command {
	var f proxyFlags
	cmd := &cobra.Command{
		Use:       "proxy [queue|forwarder|streamer]",
		Short:     "Pass messages on between two sockets",
		Long:      proxyLong + "\n\n" + plainExitHelp,
		Example:   proxyExamples,
		GroupID:   "more",
		ValidArgs: []string{"queue", "forwarder", "streamer"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.applyContexts(cmd, s.Err); err != nil {
				return err
			}
			return runProxy(cmd.Context(), s, &f, args)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringArrayVarP(&f.frontend, "frontend", "F", nil, "the first socket, at `PLACE`: [TYPE:][connect:]ENDPOINT; repeatable")
	fs.StringArrayVarP(&f.backend, "backend", "B", nil, "the second socket, at `PLACE`; repeatable")
	fs.StringArrayVar(&f.capture, "capture", nil, "send a copy of every message to a socket at `PLACE` (default type: pub)")
	fs.StringArrayVar(&f.control, "control", nil, "obey commands that come to a socket at `PLACE` (default type: rep)")
	fs.StringVar(&f.socket.linger, "linger", sendLinger, "at the end, go on passing and sending what is queued for at most `D`; -1 is for ever")
	fs.BoolVar(&f.print, "print", false, "write every message that passes to standard output, after > for front to back and < for back to front")
	f.text.add(fs)
	fs.StringVar(&f.text.template, "print-format", "%d %m", "with --print, write each message as `TEXT` with fields: %d is the direction, others are those of 'zmq sub --help'")
	for i, prefix := range []string{"frontend-", "backend-"} {
		f.secure[i].prefix, f.secure[i].domain = prefix, prefix+authDomain
		f.secure[i].add(fs)
		fs.String(prefix+"context", "", "take endpoints and keys of that socket from saved context `NAME`; see 'zmq context'")
	}
	f.tls.add(fs)
	fs.StringArrayVar(&f.socket.set, "set", nil, "set any option, `OPTION=VALUE`, on the sockets it applies to; repeatable; see 'zmq options'")
	fs.BoolVarP(&f.socket.verbose, "verbose", "v", false, "log connections to standard error")
	fs.BoolVarP(&f.socket.quiet, "quiet", "q", false, "write only errors to standard error")
	return cmd
}

// applyContexts sets the flags of each of the two sockets that its saved context has and
// the command line has not.
func (f *proxyFlags) applyContexts(cmd *cobra.Command, notes io.Writer) error {
	given := make(map[string]bool)
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = true })
	set := make(map[string]string) // certificates, which both sockets have, and the context that has them
	for i, side := range []string{"frontend", "backend"} {
		name, _ := cmd.Flags().GetString(side + "-context")
		if name == "" {
			continue
		}
		c, err := readContext(name, notes)
		if err != nil {
			return err
		}
		if !given[side] {
			places := slices.Clone(c.Flags["bind"])
			for _, endpoint := range c.Flags["connect"] {
				places = append(places, "connect:"+endpoint)
			}
			if err := setFlag(cmd, side, places); err != nil {
				return err
			}
		}
		mechanism := slices.ContainsFunc(mechanismFlags, func(flag string) bool { return given[f.secure[i].prefix+flag] })
		for _, flag := range slices.Sorted(maps.Keys(c.Flags)) {
			to, values := f.secure[i].prefix+flag, c.Flags[flag]
			switch {
			case flag == "bind" || flag == "connect",
				mechanism && slices.Contains(mechanismFlags, flag),
				(flag == "cert" || flag == "key") && (given["cert"] || given["key"]):
				continue
			case cmd.Flags().Lookup(to) == nil: // a certificate
				if other := set[flag]; other != "" && other != name {
					return usageError{fmt.Errorf("the contexts %s and %s both have --%s, and a proxy has one", other, name, flag)}
				}
				to, set[flag] = flag, name
			}
			if given[to] || cmd.Flags().Lookup(to) == nil {
				continue
			}
			if err := setFlag(cmd, to, values); err != nil {
				return fmt.Errorf("context %s: %w", name, err)
			}
		}
	}
	return nil
}

// place is one endpoint of a socket.
type place struct {
	endpoint string
	connect  bool
}

// side is one socket of a proxy, as the command line has it.
type side struct {
	flag   string
	typ    zmq.SocketType
	typed  bool
	places []place
}

// parseSide reads the values of one flag. They may name a type, all the same.
func parseSide(flag string, values []string) (side, error) {
	s := side{flag: flag}
	for _, v := range values {
		at := strings.Index(v, "://")
		if at < 0 {
			return s, fmt.Errorf("%s %s: it wants [TYPE:][connect:]ENDPOINT, such as tcp://*:5555 or sub:connect:tcp://host:5556", flag, v)
		}
		start := strings.LastIndexByte(v[:at], ':') + 1
		p := place{endpoint: v[start:]}
		if strings.HasPrefix(p.endpoint, "inproc:") {
			return s, fmt.Errorf("%s %s reaches only sockets of the same process, and there is no other: use ipc:// or tcp://", flag, v)
		}
		for word := range strings.SplitSeq(strings.TrimSuffix(v[:start], ":"), ":") {
			switch {
			case start == 0 || word == "bind":
			case word == "connect":
				p.connect = true
			default:
				t, err := zmq.ParseSocketType(word)
				if err != nil {
					return s, fmt.Errorf("%s %s: there is no socket type %q%s", flag, v, word, didYouMean(word, append(typeNames(), "connect", "bind")))
				}
				if s.typed && t != s.typ {
					return s, fmt.Errorf("%s cannot be both %v and %v", flag, s.typ, t)
				}
				s.typ, s.typed = t, true
			}
		}
		s.places = append(s.places, p)
	}
	return s, nil
}

func typeNames() (names []string) {
	for _, t := range zmq.SocketTypes() {
		names = append(names, strings.ToLower(t.String()))
	}
	return names
}

// sides reads the command line: frontend, backend, capture, control.
func (f *proxyFlags) sides(args []string) (list [4]side, err error) {
	for i, x := range []struct {
		flag   string
		values []string
	}{{"--frontend", f.frontend}, {"--backend", f.backend}, {"--capture", f.capture}, {"--control", f.control}} {
		if list[i], err = parseSide(x.flag, x.values); err != nil {
			return list, err
		}
	}
	for i, t := range []zmq.SocketType{2: zmq.PUB, 3: zmq.REP} {
		if i >= 2 && !list[i].typed {
			list[i].typ = t
		}
	}
	if len(f.frontend) == 0 || len(f.backend) == 0 {
		return list, errors.New("it needs --frontend and --backend, each with an endpoint such as tcp://*:5555")
	}
	if f.socket.verbose && f.socket.quiet {
		return list, errors.New("--verbose and --quiet exclude each other")
	}
	return list, list[0].together(&list[1], args)
}

// together finds the types of the two sides: those of the device, or their own.
func (s *side) together(back *side, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("it takes one device, but got %q", args)
	}
	if len(args) == 0 {
		for _, x := range []*side{s, back} {
			if !x.typed {
				return fmt.Errorf("%s needs a type, such as %s router:%s, or the proxy a device: queue, forwarder or streamer", x.flag, x.flag, x.places[0].endpoint)
			}
		}
		return nil
	}
	d, err := zmq.ParseDevice(args[0])
	if err != nil {
		return fmt.Errorf("there is no device %q%s", args[0], didYouMean(args[0], []string{"queue", "forwarder", "streamer"}))
	}
	front, rear := d.Types()
	for _, x := range []struct {
		s *side
		t zmq.SocketType
	}{{s, front}, {back, rear}} {
		if x.s.typed && x.s.typ != x.t {
			return fmt.Errorf("the %s of a %v is a %v, not a %v; leave %v out for other types", x.s.flag, d, x.t, x.s.typ, d)
		}
		x.s.typ = x.t
	}
	return nil
}

// runProxy is the whole life of the command.
func runProxy(ctx context.Context, s Streams, f *proxyFlags, args []string) error {
	sides, err := f.sides(args)
	if err != nil {
		return usageError{err}
	}
	settings, err := f.socket.settings()
	if err != nil {
		return usageError{err}
	}
	if err := errors.Join(f.tls.check(), f.secure[0].check(), f.secure[1].check()); err != nil {
		return usageError{err}
	}
	shown, err := f.output(s)
	if err != nil {
		return usageError{err}
	}
	transports, err := f.tls.transports()
	if err != nil {
		return err
	}
	settings = append(settings, transports)
	level, notes := slog.LevelWarn, s.Err
	switch {
	case f.socket.verbose:
		level = slog.LevelDebug
	case f.socket.quiet:
		level, notes = slog.LevelError, io.Discard
	}
	logger := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: level}))
	settings = append([]zmq.Setting{zmq.SendHWMBytes.Of(maxQueued)}, settings...) // --set may say otherwise
	zctx, err := zmq.NewContext(zmq.ContextConfig{Logger: logger, Settings: settings})
	if err != nil {
		return setupError(err)
	}
	handler, err := f.handler(zctx, logger)
	if err != nil {
		return err
	}
	if handler != nil {
		defer handler.Close()
	}
	d := &device{notes: notes, shown: shown}
	for i := range f.secure {
		if d.security[i], err = f.secure[i].settings(notes); err != nil {
			return err
		}
	}
	if err := d.open(zctx, sides); err != nil {
		d.close(true)
		return setupError(err)
	}
	// A line that changes would be written over messages on the same terminal.
	err = d.run(ctx, newStatusLine(s.Err, f.socket.quiet || f.print && terminal(s.Out) != nil))
	d.close(false) // what is queued goes out within the linger that the sockets have
	if err == nil {
		err = d.shownErr
	}
	return err
}

// output is where messages are shown; nil if they are not.
func (f *proxyFlags) output(s Streams) (*output, error) {
	if !f.print {
		return nil, nil
	}
	form, err := f.text.parse()
	if err != nil {
		return nil, err
	}
	o := newOutput(s.Out, form)
	if o.template, err = format.NewTemplate(f.text.template, form); err != nil {
		return nil, fmt.Errorf("--print-format: %w", err)
	}
	return o, nil
}

// handler starts what answers the questions of the two sockets; nil if they have none.
func (f *proxyFlags) handler(zctx *zmq.Context, logger *slog.Logger) (*auth.Handler, error) {
	cfg := auth.Config{Domains: make(map[string]auth.Rules), Logger: logger}
	for i := range f.secure {
		if !f.secure[i].asks() {
			continue
		}
		rules, err := f.secure[i].rules()
		if err != nil {
			return nil, err
		}
		cfg.Domains[f.secure[i].domain] = rules
	}
	if len(cfg.Domains) == 0 {
		return nil, nil
	}
	return auth.Start(zctx, cfg)
}

// device is a proxy with its sockets.
type device struct {
	notes       io.Writer
	proxy       *zmq.Proxy
	front, back *zmq.Socket
	sockets     []*zmq.Socket // all that are open
	security    [2][]zmq.Setting
	shown       *output // nil: messages are not shown
	shownErr    error   // why showing them has ended; owned by the goroutine of the proxy
}

// show writes a message that passes. If it cannot be written, the proxy goes on
// without.
func (d *device) show(way zmq.Direction, m zmq.Message) {
	if d.shownErr != nil {
		return
	}
	arrow := ">"
	if way == zmq.BackToFront {
		arrow = "<"
	}
	if d.shownErr = d.shown.pass(arrow, m); d.shownErr != nil {
		fmt.Fprintf(d.notes, "%v; messages pass without being shown\n", d.shownErr)
	}
}

// close closes the sockets, all at a time since each may linger.
func (d *device) close(atOnce bool) {
	var all sync.WaitGroup
	for _, s := range d.sockets {
		if atOnce {
			must(zmq.Linger.Set(s, 0))
		}
		all.Go(func() { _ = s.Close() })
	}
	all.Wait()
}

// open makes the sockets and the proxy. The control socket comes last, because what it
// says can be obeyed then.
func (d *device) open(zctx *zmq.Context, sides [4]side) error {
	var socks [4]*zmq.Socket
	for i := range sides {
		if len(sides[i].places) == 0 {
			continue
		}
		var err error
		var security []zmq.Setting
		if i < len(d.security) {
			security = d.security[i]
		}
		if socks[i], err = zctx.NewSocket(sides[i].typ, security...); err != nil {
			return err
		}
		d.sockets = append(d.sockets, socks[i])
		if err = sides[i].attach(socks[i], d.notes); err != nil {
			return err
		}
	}
	d.front, d.back = socks[0], socks[1]
	var settings []zmq.ProxySetting
	if socks[2] != nil {
		settings = append(settings, zmq.WithCapture(socks[2]))
	}
	if d.shown != nil {
		settings = append(settings, zmq.WithCaptureFunc(d.show))
	}
	if socks[3] != nil {
		settings = append(settings, zmq.WithControl(socks[3]))
	}
	var err error
	d.proxy, err = zmq.NewProxy(d.front, d.back, settings...)
	return err
}

// attach binds and connects.
func (s *side) attach(sock *zmq.Socket, notes io.Writer) (err error) {
	if s.typ == zmq.SUB {
		err = sock.Subscribe("")
	}
	for _, p := range s.places {
		if err != nil {
			break
		}
		if p.connect {
			err = sock.Connect(p.endpoint)
		} else if err = sock.Bind(p.endpoint); err == nil {
			fmt.Fprintf(notes, "%s: %v listening on %s\n", strings.TrimPrefix(s.flag, "--"), s.typ, sock.LastEndpoint())
		}
	}
	return err
}

// run passes messages on until a signal or a TERMINATE.
func (d *device) run(ctx context.Context, line *statusLine) error {
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	result := make(chan error, 1)
	go func() { result <- d.proxy.Run(running) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	before, started := d.proxy.Statistics(), time.Now()
	for ended := false; !ended; {
		select {
		case <-tick.C:
			now := d.proxy.Statistics()
			line.showRates(before, now, time.Second, d.proxy.Paused())
			before = now
		case err := <-result:
			line.end()
			d.sum(started)
			return err // nil after TERMINATE
		case <-ctx.Done():
			ended = true
		}
	}
	line.end()
	d.drain()
	end()
	err := <-result
	d.sum(started)
	if errors.Is(err, context.Canceled) {
		err = nil // a signal is how a proxy ends
	}
	return err
}

// drain takes nothing new and waits until what has come is passed on, as long as
// the backend lingers. With traffic both ways there is no such moment.
func (d *device) drain() {
	from, to := d.front, d.back
	if !receives(from.Type()) || !sends(to.Type()) {
		from, to = to, from
	}
	if receives(to.Type()) && sends(from.Type()) || d.proxy.Paused() {
		return
	}
	for _, e := range from.Endpoints() {
		if e.Bound { // messages of a connect that is taken away would be dropped
			_ = from.Unbind(e.Address)
		}
	}
	var expired <-chan time.Time
	if limit := zmq.Linger.Get(to); limit >= 0 {
		expired = time.After(limit)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		st := d.proxy.Statistics()
		out := st.Backend.MessagesOut + st.Frontend.MessagesOut + st.Backend.Refused + st.Frontend.Refused +
			st.Backend.Dropped + st.Frontend.Dropped
		if from.Events()&zmq.PollIn == 0 && st.Frontend.MessagesIn+st.Backend.MessagesIn == out {
			return
		}
		select {
		case <-tick.C:
		case <-expired:
			return
		}
	}
}

// sum tells in the end what has passed.
func (d *device) sum(started time.Time) {
	st := d.proxy.Statistics()
	fmt.Fprintf(d.notes, "passed on in %s: %s\n", time.Since(started).Round(time.Second),
		strings.Join(directions(st, func(n, bytes uint64) string { return fmt.Sprintf("%d messages (%s)", n, amount(float64(bytes), "B")) }), ", "))
}
