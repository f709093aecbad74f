// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

// flags are the command line of a socket. A flag exists only on the types that
// it means something for.
type flags struct {
	socket socketFlags
	secure securityFlags
	tls    tlsFlags
	text   textFlags
	pace   paceFlags
	reply  replyFlags
	color  string // auto, always or never
}

// socketFlags say what the socket is to be.
type socketFlags struct {
	bind, connect  []string
	subscribe      []string
	join           []string
	group          string
	grouped        bool // --group was given
	identity       string
	linger         string // in the text of the option; empty leaves its default
	set            []string
	verbose, quiet bool
}

// textFlags say how messages are read and written.
type textFlags struct {
	format, separator string
	template          string
	escape            bool
}

// paceFlags say when to begin, to go on and to end.
type paceFlags struct {
	count           uint64
	timeout         time.Duration
	interval        time.Duration
	rate            float64 // messages a second; 0 is no limit
	repeat          uint64  // how often the input is sent
	sample          uint64  // one of so many messages is written
	wait            int
	waitSubscribers int
	patient         bool // waitSubscribers was given, not the default of a PUB
	drop            bool // a PUB drops instead of waiting
}

// replyFlags say what a REP answers. At most one is set.
type replyFlags struct {
	echo  bool
	text  string
	given bool // text was, even if it is empty
	exec  string
}

// pubGrace is how long a PUB with --drop waits for the first subscriber, and without
// it for the first peer to subscribe, which may want other topics. It is long enough for
// a running subscriber to connect.
const pubGrace = time.Second

// sendLinger is the default of --linger for types that only send: what is left
// to do when the input has ended is to deliver it.
const sendLinger = "10s"

// add adds the flags of a type. Those that say how messages look are left out where
// messages are not text.
func (f *flags) add(fs *pflag.FlagSet, t zmq.SocketType, text bool) {
	fs.SortFlags = false // by meaning instead
	s, p := &f.socket, &f.pace
	s.addEndpoints(fs)
	addContextFlag(fs)
	if t == zmq.SUB || t == zmq.XSUB {
		usage := "receive messages that begin with `TOPIC`; repeatable"
		if t == zmq.SUB {
			usage += " (default: every message)"
		}
		fs.StringArrayVarP(&s.subscribe, "subscribe", "s", nil, usage)
	}
	switch t {
	case zmq.RADIO:
		fs.StringVarP(&s.group, "group", "g", "", "send all messages to `GROUP` (default: the first frame of each says)")
	case zmq.DISH:
		fs.StringArrayVarP(&s.join, "join", "j", nil, "receive the messages of `GROUP`; repeatable (default: the empty group)")
	case zmq.REP:
		fs.BoolVar(&f.reply.echo, "echo", false, "reply with the request")
		fs.StringVar(&f.reply.text, "reply", "", "reply with `TEXT`, read as a line of input")
		fs.StringVar(&f.reply.exec, "exec", "", "reply with the output of shell command `CMD`, which gets the request as its input")
	}
	fs.Uint64VarP(&p.count, "count", "n", 0, countUsage(t))
	durationVar(fs, &p.timeout, "timeout", "t", 0, timeoutUsage(t))
	if text {
		f.text.add(fs)
	}
	if text && receives(t) {
		fs.StringVar(&f.text.template, "print-format", "", "write each message as `TEXT` with fields says, such as '%t %p %f %m'; see above")
		fs.Uint64Var(&p.sample, "sample", 1, "write the first of every `N` messages, and leave out the others")
	}
	if sends(t) && t != zmq.REP {
		durationVar(fs, &p.interval, "interval", "i", 0, "pause for `D` between messages that are sent")
		fs.Float64Var(&p.rate, "rate", 0, "send `N` messages a second at most")
		fs.Uint64Var(&p.repeat, "repeat", 1, "send the whole input `N` times")
		fs.IntVarP(&p.wait, "wait", "w", 0, "before sending, wait until `N` peers are connected")
	}
	if t == zmq.PUB || t == zmq.XPUB || t == zmq.RADIO {
		usage := "before sending, wait until `N` peers would get the first message"
		if t != zmq.XPUB {
			usage += " (default: until one peer is there)"
			fs.BoolVar(&p.drop, "drop", false, "do not wait for subscribers, at most a second for the first: drop what they have no room for, and say at the end how much")
		}
		fs.IntVarP(&p.waitSubscribers, "wait-subscribers", "W", 0, usage)
	}
	lingerUsage := "at the end, go on sending what is queued for at most `D`; -1 is for ever"
	if !receives(t) {
		s.linger = sendLinger
	}
	fs.StringVar(&s.linger, "linger", s.linger, lingerUsage)
	fs.StringVar(&s.identity, "identity", "", "the `NAME` by which ROUTERs know the socket: text, or 0x and hex digits")
	if t != zmq.STREAM { // has no handshake
		f.secure.add(fs)
		if t != zmq.DGRAM {
			f.tls.add(fs)
		}
	}
	if text {
		fs.StringVar(&f.color, "color", "auto", "`WHEN` to use colours: auto (on a terminal, unless NO_COLOR is set), always, never")
	}
	fs.StringArrayVar(&s.set, "set", nil, "set any option, `OPTION=VALUE`; repeatable; see 'zmq options'")
	fs.BoolVarP(&s.verbose, "verbose", "v", false, "log connections to standard error")
	fs.BoolVarP(&s.quiet, "quiet", "q", false, "write only errors to standard error")
}

// addEndpoints adds the flags that say where the socket is.
func (s *socketFlags) addEndpoints(fs *pflag.FlagSet) {
	fs.StringArrayVarP(&s.bind, "bind", "b", nil, "bind to `ENDPOINT`: tcp://*:5555, tcp://127.0.0.1:* for any free port, ipc:///path, ws://*:8080/path; repeatable")
	fs.StringArrayVarP(&s.connect, "connect", "c", nil, "connect to `ENDPOINT`: tcp://host:5555, ipc:///path, wss://host:443/path, tls://host:5555; repeatable")
}

func (f *textFlags) add(fs *pflag.FlagSet) {
	fs.StringVarP(&f.format, "format", "f", "text", "the `FORMAT` of messages, in and out: text, hex, json, raw")
	fs.StringVar(&f.separator, "separator", `\t`, "`TEXT` between the frames of a text message; empty: lines are not split")
	fs.BoolVarP(&f.escape, "escape", "e", false, `read \n \r \t \xNN \\ in text, and write text that is read back exactly`)
}

func countUsage(t zmq.SocketType) string {
	switch {
	case t == zmq.REQ:
		return "end after `N` replies"
	case t == zmq.REP:
		return "end after `N` requests"
	case !receives(t):
		return "end after `N` messages; a message that was given as arguments is sent N times"
	}
	return "end after `N` messages were received"
}

func timeoutUsage(t zmq.SocketType) string {
	switch {
	case t == zmq.REQ:
		return "end with exit code 3 when a reply does not come for `D`, such as 500ms, 2s or 2"
	case !receives(t):
		return "end with exit code 3 when a message cannot be queued for `D`, such as 500ms, 2s or 2"
	}
	return "end with exit code 3 when no message comes for `D`, such as 500ms, 2s or 2"
}

// sendsInput reports whether a command has the flags of what sends its input.
func sendsInput(cmd *cobra.Command) bool { return cmd.Flags().Lookup("repeat") != nil }

// check finds mistakes that the flags' types do not.
func (f *flags) check(cmd *cobra.Command, args []string) error {
	p := &f.pace
	switch {
	case len(f.socket.bind)+len(f.socket.connect) == 0:
		return needsEndpoint(cmd.Name(), args)
	case len(args) > 0 && cmd.Annotations[wordless] != "":
		return fmt.Errorf("it takes no arguments but endpoints, and got %q", args)
	case p.timeout < 0 || p.interval < 0:
		return fmt.Errorf("--timeout and --interval cannot be negative; 0 is none")
	case p.rate < 0 || p.rate > 0 && p.interval > 0:
		return fmt.Errorf("--rate is above zero, and --interval says the same in another way")
	case p.repeat < 1 && sendsInput(cmd), p.sample < 1 && cmd.Flags().Lookup("sample") != nil:
		return fmt.Errorf("--repeat and --sample are 1 or more")
	case p.wait < 0 || p.waitSubscribers < 0:
		return fmt.Errorf("--wait and --wait-subscribers cannot be negative; 0 is none")
	case f.socket.verbose && f.socket.quiet:
		return fmt.Errorf("--verbose and --quiet exclude each other")
	}
	for _, endpoint := range slices.Concat(f.socket.bind, f.socket.connect) {
		if strings.HasPrefix(endpoint, "inproc:") {
			return fmt.Errorf("%s reaches only sockets of the same process, and there is no other: use ipc:// or tcp://", endpoint)
		}
		if looksLikeHost(endpoint) {
			return fmt.Errorf("an endpoint names its transport: did you mean tcp://%s?", endpoint)
		}
	}
	var ways []string
	for _, name := range []string{"echo", "reply", "exec"} {
		if flag := cmd.Flags().Lookup(name); flag != nil && flag.Changed {
			ways = append(ways, "--"+name)
		}
	}
	if len(ways) > 1 {
		return fmt.Errorf("%s exclude each other", strings.Join(ways, " and "))
	}
	if err := f.secure.check(); err != nil {
		return err
	}
	if err := f.tls.check(); err != nil {
		return err
	}
	f.reply.given = cmd.Flags().Changed("reply")
	p.patient = cmd.Flags().Changed("wait-subscribers")
	f.socket.grouped = cmd.Flags().Changed("group")
	return nil
}

// settings are the options of the socket, in the order of growing precision:
// what has a flag of its own, then --set in the order given.
func (f *socketFlags) settings() ([]zmq.Setting, error) {
	var list []zmq.Setting
	add := func(name, text, flag string) error {
		s, err := zmq.ParseSetting(name, text)
		if err != nil {
			return fmt.Errorf("%s: %s", flag, strings.TrimPrefix(err.Error(), "zmq: "))
		}
		list = append(list, s)
		return nil
	}
	if f.linger != "" {
		text := f.linger
		if d, err := parseDuration(text); err == nil && d >= 0 {
			text = d.String() // the option takes a bare number for milliseconds
		}
		if err := add("LINGER", text, "--linger "+f.linger); err != nil {
			return nil, err
		}
	}
	if f.identity != "" {
		if err := add("ROUTING_ID", f.identity, "--identity "+f.identity); err != nil {
			return nil, err
		}
	}
	for _, pair := range f.set {
		name, text, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("--set %s: it wants OPTION=VALUE, such as SNDHWM=5000", pair)
		}
		_, known := zmq.LookupOption(name)
		if !known {
			return nil, fmt.Errorf("--set %s: there is no option %q ('zmq options' lists them)%s", pair, name, didYouMean(name, optionNames()))
		}
		if err := add(name, text, "--set "+pair); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (f *textFlags) parse() (format.Format, error) {
	if f.format == "" { // a command without these flags
		return format.New("raw", "", false)
	}
	return format.New(f.format, f.separator, f.escape)
}
