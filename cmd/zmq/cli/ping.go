// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
)

const pingLong = `Says what listens at an endpoint, whether a handshake with it succeeds, and how long heartbeats
take. It sends no message and takes none: with a peer that would send messages to any
socket that connects (PUSH, DEALER, REQ, PAIR) it stops before the handshake. Peers that use CURVE or PLAIN
tell their type only to clients that may connect: give the keys, and --type if it is no ROUTER or REP.`

// ping is one run of the command.
type ping struct {
	out      io.Writer
	notes    io.Writer
	endpoint string
	count    int
	interval time.Duration
	timeout  time.Duration
	socket   string
	connect  []string
	security securityFlags
	tls      tlsFlags
}

func newPingCommand(s Streams) *cobra.Command {
	p := &ping{out: s.Out, notes: s.Err}
	cmd := &cobra.Command{
		Use:     "ping [ENDPOINT]",
		Short:   "Say what listens at an endpoint and how quick it is",
		Long:    pingLong + "\n\n" + exitHelp,
		Example: "  zmq ping tcp://localhost:5555\n  zmq ping tcp://db.example.org:5556 --server-key db.key",
		GroupID: "more",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{errors.New("it wants one endpoint, such as tcp://HOST:PORT")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := applyContext(cmd, p.notes); err != nil {
				return err
			}
			switch {
			case len(args) > 0:
				p.endpoint = args[0]
			case len(p.connect) > 0:
				p.endpoint = p.connect[0]
			default:
				return usageError{errors.New("it wants one endpoint, such as tcp://HOST:PORT, or a --context that connects to one")}
			}
			return p.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.IntVarP(&p.count, "count", "n", 3, "time `N` heartbeats")
	durationVar(f, &p.interval, "interval", "i", 200*time.Millisecond, "pause between heartbeats")
	durationVar(f, &p.timeout, "timeout", "t", 5*time.Second, "wait for `D` at most for an answer")
	f.StringVar(&p.socket, "type", "", "shake hands as a socket of that `TYPE`")
	p.security.add(f)
	p.tls.addClient(f)
	addContextFlag(f)
	addHiddenConnect(f, &p.connect)
	return cmd
}

// target is where the endpoint leads, with the certificates that were given.
func (p *ping) target(endpoint string) (*target, error) {
	t, err := dialable(endpoint)
	if err != nil || t.tls == nil {
		return t, err
	}
	given, err := p.tls.config()
	if err != nil {
		return nil, err
	}
	given.MinVersion = t.tls.MinVersion
	t.tls = given
	return t, nil
}

func (p *ping) run(ctx context.Context) error {
	if err := errors.Join(p.security.check(), p.tls.check()); err != nil {
		return usageError{err}
	}
	if p.count < 0 || p.interval <= 0 || p.timeout <= 0 {
		return usageError{errors.New("--interval and --timeout are above zero, and --count is no less")}
	}
	at, err := p.target(p.endpoint)
	if err != nil {
		return err
	}
	probeCtx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	found, err := probe(probeCtx, at)
	if found != nil {
		fmt.Fprintf(p.out, "connected to %s in %s\n", found.Address, brief(found.Connect))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.endpoint, err)
	}
	fmt.Fprintf(p.out, "it speaks %s\n", strings.Join(found.words(), ", "))
	typ, why, err := p.choose(found)
	switch {
	case err != nil:
		return err
	case why != "":
		fmt.Fprintln(p.out, why)
		return nil
	}
	_, err = p.shake(ctx, found, typ)
	return err
}

// words are what is known of the peer.
func (f *presence) words() []string {
	words := []string{f.Protocol}
	if f.Mechanism != "" {
		words = append(words, f.Mechanism)
	}
	if f.Type != "" {
		words = append(words, f.Type)
	}
	if len(f.Identity) > 0 {
		words = append(words, fmt.Sprintf("identity %q", f.Identity))
	}
	return words
}

// harmless are the socket types that a peer of each type sends nothing to unless it
// is asked.
var harmless = map[string]zmq.SocketType{
	"ROUTER": zmq.DEALER, "REP": zmq.DEALER, "PUB": zmq.SUB, "XPUB": zmq.SUB,
	"SUB": zmq.PUB, "XSUB": zmq.PUB, "PULL": zmq.PUSH,
}

// choose returns the type to shake hands as, or why there is to be no handshake.
func (p *ping) choose(f *presence) (typ zmq.SocketType, why string, err error) {
	mechanism := p.mechanism()
	if f.Mechanism != "" && f.Mechanism != mechanism {
		return 0, "", fmt.Errorf("%s: it wants %s and would refuse %s: %s", p.endpoint, f.Mechanism, mechanism, howTo(f.Mechanism))
	}
	if p.socket != "" {
		typ, err = zmq.ParseSocketType(p.socket)
		if err != nil {
			return 0, "", usageError{fmt.Errorf("--type: %w", err)}
		}
		return typ, "", nil
	}
	if f.Type == "" && f.Mechanism != "" {
		return zmq.DEALER, "", nil
	}
	typ, ok := harmless[f.Type]
	switch {
	case f.Type == "" && strings.HasPrefix(f.Protocol, "ZWS"):
		return 0, "no handshake: without a mechanism, as web pages speak it, a peer does not tell its type", nil
	case f.Type == "":
		return 0, "no handshake: peers that old do not tell their type", nil
	case !ok:
		return 0, fmt.Sprintf("no handshake: a %s would send messages to any socket that connects (--type does it all the same)", f.Type), nil
	}
	return typ, "", nil
}

func (p *ping) mechanism() string { return p.security.mechanism() }

func howTo(mechanism string) string {
	switch mechanism {
	case "CURVE":
		return "give the server's public key with --server-key, and your own with --curve-client if it asks for one"
	case "PLAIN":
		return "give --plain USER:PASSWORD, in clear text"
	case "NULL":
		return "leave the keys and passwords out"
	}
	return "this library does not have it"
}

// shake shakes hands as a socket of the type and times heartbeats. It returns the type
// of the peer.
func (p *ping) shake(ctx context.Context, f *presence, typ zmq.SocketType) (string, error) {
	settings, err := p.security.settings(p.notes)
	if err != nil {
		return "", err
	}
	transports, err := p.tls.transports()
	if err != nil {
		return "", err
	}
	settings = append(settings, transports)
	beats := p.count > 0 && f.Protocol >= "ZMTP 3.1" // older ones may take a PING for a message; "ZWS 2.0" has its own
	settings = append(settings, zmq.Linger.Of(0), zmq.ReconnectInterval.Of(-1))
	if beats {
		settings = append(settings, zmq.HeartbeatInterval.Of(p.interval), zmq.HeartbeatTimeout.Of(p.timeout))
	}
	zctx, err := zmq.NewContext(zmq.ContextConfig{})
	if err != nil {
		return "", err
	}
	defer zctx.Close()
	sock, err := zctx.NewSocket(typ, settings...)
	if err != nil {
		return "", err
	}
	peer, err := p.handshake(ctx, sock)
	if err != nil {
		return "", fmt.Errorf("%s: %w", p.endpoint, err)
	}
	if !beats {
		return peer, nil
	}
	return peer, p.beat(ctx, sock)
}

func (p *ping) handshake(ctx context.Context, sock *zmq.Socket) (peer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	events := sock.Monitor(ctx, zmq.EventHandshakeSucceeded|zmq.EventHandshakeFailed|zmq.EventDisconnected|zmq.EventClosed)
	began := time.Now()
	if err := sock.Connect(p.endpoint); err != nil {
		return "", setupError(err)
	}
	for e := range events {
		switch e.Kind {
		case zmq.EventHandshakeSucceeded:
			words := []string{"handshake with a " + e.Peer.SocketType + " in " + brief(time.Since(began))}
			if len(e.Peer.Identity) > 0 {
				words = append(words, fmt.Sprintf("identity %q", e.Peer.Identity))
			}
			fmt.Fprintln(p.out, strings.Join(words, ", "))
			if p.mechanism() != "NULL" {
				fmt.Fprintln(p.out, "the key or password is right")
			}
			return e.Peer.SocketType, nil
		case zmq.EventHandshakeFailedAuth:
			return "", fmt.Errorf("the handshake failed: it does not let us in: %w", e.Err)
		default:
			return "", fmt.Errorf("the handshake failed%s: %w", p.suspicion(), e.Err)
		}
	}
	return "", timeoutError{"the handshake was not over", p.timeout}
}

// suspicion is the common reason for a CURVE server to end the connection without
// a word.
func (p *ping) suspicion() string {
	if p.mechanism() == "CURVE" {
		return " (a wrong --server-key looks like this, and so does a --type that does not fit)"
	}
	return ""
}

// beat waits for heartbeats that were answered and tells how long they took.
func (p *ping) beat(ctx context.Context, sock *zmq.Socket) error {
	var took []time.Duration
	tick := time.NewTicker(p.interval)
	defer tick.Stop()
	limit := time.NewTimer(p.timeout + time.Duration(p.count)*p.interval)
	defer limit.Stop()
	for len(took) < p.count {
		select {
		case <-ctx.Done():
			return errInterrupted
		case <-limit.C:
			return timeoutError{fmt.Sprintf("%d of %d heartbeats were answered", len(took), p.count), p.timeout}
		case <-tick.C:
		}
		peers := sock.Peers()
		if len(peers) == 0 {
			return fmt.Errorf("%s: the connection ended", p.endpoint)
		}
		if d := peers[0].RoundTrip(); d > 0 && (len(took) == 0 || d != took[len(took)-1]) {
			took = append(took, d)
			fmt.Fprintf(p.out, "heartbeat %d: %s\n", len(took), brief(d))
		}
	}
	slices.Sort(took)
	fmt.Fprintf(p.out, "round trip: least %s, median %s, most %s\n", brief(took[0]), brief(took[len(took)/2]), brief(took[len(took)-1]))
	return nil
}

// brief prints a duration with three digits.
func brief(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}
