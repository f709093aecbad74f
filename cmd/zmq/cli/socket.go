// SPDX-License-Identifier: Apache-2.0

// The subcommands that are sockets: their help, and the life of one run.

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
	"github.com/gozmq/zmq/cmd/zmq/format"
)

// about is the help of a type: a line for the list, what it does with standard
// streams, and an example.
var about = map[zmq.SocketType]struct{ short, long, example string }{
	zmq.PUB: {"Send to every subscriber",
		"The first frame of a message begins with its topic. Messages without a subscriber are dropped.",
		"  zmq pub --bind 'tcp://*:5556' --wait-subscribers 2 <log.txt\n  zmq pub --connect tcp://host:5556 weather.10001 '24 C'\n  zmq pub --connect 'epgm://eth0;239.192.1.1:5555' --set RATE=10000 weather.10001 '24 C'"},
	zmq.SUB: {"Receive what was subscribed to",
		"Writes the messages whose first frame begins with one of the topics.",
		"  zmq sub --connect tcp://localhost:5556 -s weather. -s traffic.\n  zmq sub --connect tcp://localhost:5556 --count 1 --timeout 5s\n  zmq sub --connect 'epgm://eth0;239.192.1.1:5555'"},
	zmq.REQ: {"Send requests, write the replies",
		"Each message is a request; the next one is sent when its reply has come.",
		"  zmq req --connect tcp://localhost:5555 --timeout 2s hello\n  zmq req --connect tcp://a:5555 --connect tcp://b:5555 <requests.txt"},
	zmq.REP: {"Receive requests, send replies",
		`Writes each request, and replies with the next message of standard input; it ends with that.
--echo, --reply and --exec reply without.

The shell command of --exec (sh -c, on Windows cmd /C) is run for each request. It reads the frames
of the request, one after the other and as they are. Its output is the reply, as one frame and
less one line end at its end, which stays with --format raw. If the command fails the reply has two
frames, an empty one and the reason, so that it cannot be taken for output.`,
		"  zmq rep --bind 'tcp://*:5555' --echo\n  zmq rep --bind 'tcp://*:5555' --exec 'jq .name'"},
	zmq.DEALER: {"Send to peers in turn, receive from all",
		"A REP or a REQ at the other end wants an empty frame before the content.",
		"  printf '\\thello\\n' | zmq dealer --connect tcp://localhost:5555 --count 1"},
	zmq.ROUTER: {"Send to the peer that the first frame names",
		"The first frame of every message is the identity of the peer that it came from or goes to.\nIdentities that peers did not choose are not text: use --escape, or --format json or hex.",
		"  zmq router --bind 'tcp://*:5555' --escape"},
	zmq.PUSH: {"Send to peers in turn",
		"Waits while there is no peer, or none that has room.",
		"  seq 1000 | zmq push --bind 'tcp://*:5557'\n  zmq push --connect tcp://localhost:5557 one message"},
	zmq.PULL: {"Receive from all peers", "Writes messages of all peers in turn.",
		"  zmq pull --bind 'tcp://*:5557'\n  zmq pull --bind 'tcp://*:5557' --count 1 --format raw >file"},
	zmq.PAIR: {"Talk to one peer", "Sends and receives at the same time, with one peer.",
		"  zmq pair --bind 'tcp://*:5558'\n  zmq pair --connect tcp://localhost:5558"},
	zmq.XPUB: {"A PUB that sees subscriptions",
		"Also writes a message for each new subscription, byte 1 and the topic, and for each that\nended, byte 0 and the topic.",
		"  zmq xpub --bind 'tcp://*:5556'"},
	zmq.XSUB: {"A SUB that sends subscriptions as messages",
		"Byte 1 and a topic subscribe, byte 0 and a topic end that. Messages that begin otherwise go to\nthe publishers.",
		"  printf '\\\\x01weather.\\n' | zmq xsub --connect tcp://localhost:5556 --escape"},
	zmq.STREAM: {"Talk to raw TCP peers",
		"Every message has two frames: which peer, and bytes; none of these when a peer came or went,\nor, sent, to close its connection.",
		"  zmq stream --connect tcp://localhost:80 --set CONNECT_ROUTING_ID=web --escape web 'GET / HTTP/1.0\\r\\n\\r\\n'"},
	zmq.CLIENT: {"Talk to SERVERs in turn, without envelopes", "Messages have one frame.",
		"  zmq client --connect tcp://localhost:5555 --count 1 hello"},
	zmq.SERVER: {"Talk to CLIENTs by number, without envelopes",
		"The first of two frames is the number of the client that a message came from or goes to.",
		"  zmq server --bind 'tcp://*:5555'"},
	zmq.RADIO: {"Send to every DISH of a group",
		"With --group all messages go to that one, and have one frame; without, the first of two frames\nis the group. Over udp a RADIO connects, and does not learn whether anything arrives.",
		"  zmq radio --bind 'tcp://*:5556' --group weather --wait-subscribers 1 rain\n  zmq radio --connect udp://239.0.0.1:5556 --group weather rain"},
	zmq.DISH: {"Receive groups", "Writes two frames, the group and the message.",
		"  zmq dish --connect tcp://localhost:5556 --join weather\n  zmq dish --bind 'udp://*;239.0.0.1:5556' --join weather --join traffic"},
	zmq.SCATTER: {"Send to peers in turn, messages of one frame", "Waits while there is no peer, or none that has room.",
		"  seq 1000 | zmq scatter --bind 'tcp://*:5557'"},
	zmq.GATHER: {"Receive from all SCATTERs", "Writes messages of all peers in turn.",
		"  zmq gather --connect tcp://localhost:5557"},
	zmq.PEER: {"Talk to other PEERs by number",
		"The first of two frames is the number of the peer that a message came from or goes to. What\nconnects to one endpoint and binds to none sends messages of one frame to that peer.",
		"  zmq peer --bind 'tcp://*:5558'\n  zmq peer --connect tcp://localhost:5558 --count 1 hello"},
	zmq.CHANNEL: {"Talk to one peer, messages of one frame", "Sends and receives at the same time, with one peer.",
		"  zmq channel --bind 'tcp://*:5558'\n  zmq channel --connect tcp://localhost:5558"},
	zmq.DGRAM: {"Talk by datagrams of udp", "The first of two frames is the address that a datagram came from or goes to.",
		"  zmq dgram --bind 'udp://*:5559' 192.0.2.1:5559 hello"},
}

const sendingHelp = `Messages come from standard input, a line each, or from the arguments, which are the frames of
one message. When a signal comes, what was read is still sent; a second one gives that up.`

const receivingHelp = `What is received is written to standard output until --count, --timeout or a signal.`

const bothHelp = `Both happen at once; the end of the input does not end the command. After --count messages it still
sends the input that is there already.`

const formatHelp = `Formats of messages, read and written:
  text  a line; frames are separated by --separator. Control characters and bytes that are not
        UTF-8 are written as \n \r \t \xNN. With --escape these are also read, and \\ is a backslash
  hex   a line of hex digits, with a space between frames; - is an empty frame
  json  a line with an array of strings; a frame that is not UTF-8 is {"base64":"..."}
  raw   bytes as they are; all of the input is one message, and nothing is written between messages
A line, or all of a raw input, has at most 256 MiB, unless --set MAXMSGSIZE=BYTES says otherwise.
Arguments, topics and --reply have the bytes that they show, or --escape or --format hex say.`

func sends(t zmq.SocketType) bool {
	return t != zmq.SUB && t != zmq.PULL && t != zmq.DISH && t != zmq.GATHER
}

func receives(t zmq.SocketType) bool {
	return t != zmq.PUB && t != zmq.PUSH && t != zmq.RADIO && t != zmq.SCATTER
}

// typeHelp is the long help of a type.
func typeHelp(t zmq.SocketType) string {
	parts := []string{about[t].short + ".\n" + about[t].long}
	switch {
	case t == zmq.REP:
	case t == zmq.REQ:
		parts = append(parts, sendingHelp)
	default:
		if sends(t) {
			parts = append(parts, sendingHelp)
		}
		if receives(t) {
			parts = append(parts, receivingHelp)
		}
		if sends(t) && receives(t) {
			parts = append(parts, bothHelp)
		}
	}
	parts = append(parts, formatHelp)
	if receives(t) {
		parts = append(parts, "Fields of --print-format:\n"+format.TemplateHelp)
	}
	return strings.Join(append(parts, exitHelp), "\n\n")
}

func newSocketCommand(s Streams, t zmq.SocketType) *cobra.Command {
	name := strings.ToLower(t.String())
	var f flags
	cmd := &cobra.Command{
		Use:     name,
		Short:   about[t].short,
		Long:    typeHelp(t),
		Example: about[t].example,
		GroupID: "sockets",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			args, err := f.begin(cmd, s, args)
			if err != nil {
				return err
			}
			return runSocket(cmd.Context(), s, t, &f, args, nil, nil)
		},
	}
	if sends(t) && t != zmq.REP {
		cmd.Use += " [ENDPOINT...] [FRAME...]"
	} else {
		cmd.Use += " [ENDPOINT...]"
		cmd.Annotations = map[string]string{wordless: "true"}
	}
	f.add(cmd.Flags(), t, true)
	return cmd
}

// wordless is the annotation of commands whose arguments are endpoints only.
const wordless = "wordless"

// must is for what fails only if this package is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// maxQueued is how many bytes wait for a peer at most, unless --set SNDHWM_BYTES says
// otherwise. What the budget of the context does not count would be as much as messages are
// large: messages for an endpoint that has had no peer yet.
const maxQueued = 256 << 20

// link is one run of a socket: the socket with its streams.
type link struct {
	sock   *zmq.Socket
	format format.Format
	input  *input
	output sink
	notes  io.Writer // where it listens and what is odd; nowhere with --quiet
	errs   io.Writer
	pace   paceFlags
	group  *string       // --group; nil: it was not given
	only   uint32        // number of the only peer of a PEER; 0 if there may be others
	auth   *auth.Handler // nil where peers are not authenticated
	reach  *reach
	closed chan struct{} // closed when the socket is
	sent   uint64        // messages, by sendAll
	sendAt time.Time     // when --rate let the last message go
	slow   bool          // it was said that a subscriber has no room; owned by sendAll
}

// begin completes the flags with endpoints that are arguments and with what a saved context
// has, and checks them. It returns the other arguments.
func (f *flags) begin(cmd *cobra.Command, s Streams, args []string) ([]string, error) {
	args = f.socket.claim(args)
	if err := applyContext(cmd, s.Err); err != nil {
		return nil, err
	}
	if err := f.check(cmd, args); err != nil {
		return nil, usageError{err}
	}
	return args, nil
}

// runSocket is the whole life of a socket command. Messages go to standard output and come
// from standard input, unless they have another sink, or a recording that they come from.
func runSocket(ctx context.Context, s Streams, t zmq.SocketType, f *flags, args []string, to sink, from *replayed) error {
	form, err := f.text.parse()
	if err != nil {
		return usageError{err}
	}
	in, err := newInput(s.In, form, args, f.pace.count, f.pace.repeat, receives(t) && t != zmq.REQ)
	if err != nil {
		return usageError{err}
	}
	l := &link{closed: make(chan struct{}), format: form, input: in, notes: s.Err, errs: s.Err, pace: f.pace}
	if from != nil {
		in.recorded, in.source = from, nil
	}
	if l.output = to; to == nil {
		if l.output, err = f.output(s, form); err != nil {
			return usageError{err}
		}
	}
	if f.socket.grouped {
		l.group = &f.socket.group
	}
	if f.socket.quiet {
		l.notes = io.Discard
	}
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if err := l.open(following, s, t, f); err != nil {
		return err
	}
	var line *statusLine
	if wantsProgress(s, t, f.socket.quiet) {
		line = newStatusLine(s.Err, false)
	}
	shown := startProgress(following, line, l.sock, in.source)
	defer func() {
		select {
		case <-l.closed: // so the monitor ends by itself, after all that has happened
			l.reach.wait()
		default:
		}
		stop()
		<-shown.done
		l.reach.wait()
		l.closeHandler()
	}()
	err = l.run(ctx, t, &f.reply)
	if err != nil && t == zmq.REQ && f.socket.linger == "" {
		must(zmq.Linger.Set(l.sock, 0)) // a request that was given up is not worth waiting for
	}
	if flushErr := l.output.flush(); err == nil {
		err = flushErr
	}
	if unheard := l.unheard(); err == nil {
		err = unheard
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = nil // a signal is how receiving ends
		if t == zmq.REQ || !receives(t) {
			err = errInterrupted
		}
	}
	if closeErr := l.close(ctx, t); err == nil {
		err = closeErr
	}
	return err
}

// output is where and how messages are written.
func (f *flags) output(s Streams, form format.Format) (*output, error) {
	if f.color == "" {
		f.color = "auto"
	}
	painted, err := paints(s.Out, f.color)
	if err != nil {
		return nil, err
	}
	if text, ok := form.(*format.Text); ok && painted {
		form = text.Painted()
	}
	o := newOutput(s.Out, form)
	o.sample = max(1, f.pace.sample)
	if f.text.template != "" {
		if o.template, err = format.NewTemplate(f.text.template, form); err != nil {
			return nil, fmt.Errorf("--print-format: %w", err)
		}
	}
	return o, nil
}

// run moves messages in the way of the type.
func (l *link) run(ctx context.Context, t zmq.SocketType, r *replyFlags) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends what reads the input
	switch {
	case t == zmq.REQ:
		return l.request(ctx)
	case t == zmq.REP:
		return l.serve(ctx, r)
	case !receives(t):
		return l.send(ctx)
	case !sends(t):
		return l.receive(ctx)
	}
	return l.exchange(ctx)
}

// open makes the socket. What it cannot do is a usage error.
func (l *link) open(ctx context.Context, s Streams, t zmq.SocketType, fs *flags) error {
	f := &fs.socket
	settings, err := f.settings()
	if err != nil {
		return usageError{err}
	}
	security, err := fs.secure.settings(l.notes)
	if err != nil {
		return err
	}
	transports, err := fs.tls.transports()
	if err != nil {
		return err
	}
	settings = append(append([]zmq.Setting{zmq.SendHWMBytes.Of(maxQueued)}, append(security, transports)...), settings...)
	if (t == zmq.PUB || t == zmq.RADIO) && !fs.pace.drop {
		settings = append([]zmq.Setting{zmq.XPubNoDrop.Of(true)}, settings...) // --set may say otherwise
	}
	level := slog.LevelWarn
	switch {
	case f.verbose:
		level = slog.LevelDebug
	case f.quiet:
		level = slog.LevelError
	}
	var log slog.Handler = slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: level})
	if !f.verbose {
		log = unsaid{log, f.connect}
	}
	logger := slog.New(log)
	zctx, err := zmq.NewContext(zmq.ContextConfig{Logger: logger})
	if err != nil {
		return err
	}
	if l.auth, err = fs.secure.handler(zctx, logger); err != nil {
		return err
	}
	if l.sock, err = zctx.NewSocket(t, settings...); err != nil {
		l.closeHandler()
		return setupError(err)
	}
	l.input.stream.Limit = zmq.MaxMessageSize.Get(l.sock)
	l.reach = newReach(ctx, l.sock, l.notes, f.bind...)
	if err = l.attach(t, f); err != nil {
		must(zmq.Linger.Set(l.sock, 0))
		_ = l.sock.Close()
		l.reach.wait()
		l.closeHandler()
		return setupError(err)
	}
	return nil
}

func (l *link) closeHandler() {
	if l.auth != nil {
		_ = l.auth.Close()
	}
}

// attach subscribes before it connects, so that no message is missed in between.
func (l *link) attach(t zmq.SocketType, f *socketFlags) error {
	topics, err := l.topics(f.subscribe)
	if err != nil {
		return usageError{err}
	}
	if t == zmq.SUB && len(topics) == 0 {
		topics = []string{""}
		fmt.Fprintln(l.notes, "subscribed to every message; --subscribe chooses")
	}
	if t == zmq.DISH {
		if err := l.join(f.join); err != nil {
			return err
		}
	}
	for _, topic := range topics {
		if t == zmq.XSUB {
			err = l.sock.TrySend(append([]byte{1}, topic...)) // RFC 29: byte 1 subscribes
		} else {
			err = l.sock.Subscribe(topic)
		}
		if err != nil {
			return err
		}
	}
	for _, endpoint := range f.bind {
		if err := l.sock.Bind(endpoint); err != nil {
			return err
		}
		fmt.Fprintf(l.notes, "listening on %s\n", l.sock.LastEndpoint())
	}
	for _, endpoint := range f.connect {
		if t == zmq.PEER {
			err = l.connectPeer(endpoint)
		} else {
			err = l.sock.Connect(endpoint)
		}
		if err != nil {
			return err
		}
	}
	if len(f.bind) > 0 || len(f.connect) > 1 {
		l.only = 0
	}
	return nil
}

func (l *link) topics(args []string) ([]string, error) {
	var topics []string
	for _, arg := range args {
		b, err := l.format.Frame(arg)
		if err != nil {
			return nil, fmt.Errorf("--subscribe %s: %w", arg, err)
		}
		topics = append(topics, string(b))
	}
	return topics, nil
}

// closeNote is how long a close may take in silence.
const closeNote = time.Second

// close ends the socket and reports what could not be sent: an error for a type
// whose only purpose that is. A signal that comes while it waits leaves the rest
// to the end of the process.
func (l *link) close(ctx context.Context, t zmq.SocketType) error {
	interrupt := ctx.Done()
	if ctx.Err() != nil {
		interrupt = nil // that one brought us here; the next one ends the process
	}
	linger := zmq.Linger.Get(l.sock)
	before := uint64(0)
	if t != zmq.PUSH { // for others a peer that left earlier is no failure
		before = l.sock.Stats().Drops.PeerGone
	}
	closed := make(chan error, 1)
	go func() {
		err := l.sock.Close()
		close(l.closed)
		closed <- err
	}()
	slow := time.NewTimer(closeNote)
	defer slow.Stop()
	for {
		select {
		case err := <-closed:
			if lost := l.sock.Stats().Drops.PeerGone - before; err == nil && lost > 0 {
				err = lostError{lost, linger}
				if receives(t) {
					if t != zmq.REQ { // its caller knows that there was no reply
						fmt.Fprintln(l.notes, err)
					}
					err = nil
				}
			}
			return err
		case <-interrupt:
			return errInterrupted
		case <-slow.C:
			fmt.Fprintln(l.notes, "sending what is queued; interrupt to give it up")
		}
	}
}
