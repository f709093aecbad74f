// SPDX-License-Identifier: Apache-2.0

// The flags of PLAIN, CURVE and the authentication of peers.

package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/pflag"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
)

// securityFlags are the identity of the socket and what it accepts of its peers.
type securityFlags struct {
	prefix string // of the names of the flags: "frontend-" of a proxy
	domain string // by which the handler finds the rules; empty is authDomain
	// Of a client.
	plain       string
	curveClient string
	serverKey   string
	// Of a server.
	curveServer string
	users       string
	keys        string
	anyKey      bool
	// Of any socket that others talk to.
	allow, deny []string
}

// passwordVariable keeps a password off the command line, where every user of a
// host can read it.
const passwordVariable = "ZMQ_PASSWORD"

// authDomain is the ZAP domain of sockets that authenticate. A NULL socket asks
// the handler only if it has one.
const authDomain = "zmq"

func (f *securityFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.plain, f.prefix+"plain", "", "send `USER:PASSWORD` to PLAIN servers, in clear text; without :PASSWORD it is $"+passwordVariable)
	fs.StringVar(&f.serverKey, f.prefix+"server-key", "", "talk CURVE to the server with public `KEY`: 40 characters, or its certificate file. Without --curve-client the client has new keys, which the server does not know")
	fs.StringVar(&f.curveClient, f.prefix+"curve-client", "", "talk CURVE with the key pair of secret certificate `FILE` to the server of --server-key; see 'zmq keygen'")
	fs.StringVar(&f.curveServer, f.prefix+"curve-server", "", "be a CURVE server with the key pair of secret certificate `FILE`; --auth-keys says for which clients")
	fs.StringVar(&f.keys, f.prefix+"auth-keys", "", "let in CURVE clients with a certificate file in `DIR`; files may come and go meanwhile")
	fs.BoolVar(&f.anyKey, f.prefix+"insecure-any-key", false, "let in every CURVE client, whatever its key")
	fs.StringVar(&f.users, f.prefix+"auth-users", "", "be a PLAIN server, and let in the users of password file `FILE`; see 'zmq password'")
	fs.StringArrayVar(&f.allow, f.prefix+"auth-allow", nil, "let in `CIDR` alone, an address or a range like 10.0.0.0/8; repeatable")
	fs.StringArrayVar(&f.deny, f.prefix+"auth-deny", nil, "keep out `CIDR`, an address or a range like 10.0.0.0/8; repeatable")
}

// named puts the prefix of the flags into a text that names them.
func (f *securityFlags) named(text string) string {
	return strings.ReplaceAll(text, "--", "--"+f.prefix)
}

// check finds flags that do not go together.
func (f *securityFlags) check() error {
	if text := f.conflict(); text != "" {
		return errors.New(f.named(text))
	}
	return nil
}

// conflict says which flags do not go together; empty if all do.
func (f *securityFlags) conflict() string {
	client := f.plain != "" || f.serverKey != "" || f.curveClient != ""
	server := f.users != "" || f.curveServer != "" || f.keys != "" || f.anyKey
	switch {
	case client && server:
		return "--plain, --server-key and --curve-client are for clients, --curve-server and --auth-users for servers: a socket is one or the other"
	case f.plain != "" && (f.serverKey != "" || f.curveClient != ""):
		return "--plain and --server-key exclude each other: a socket has one mechanism"
	case f.users != "" && f.curveServer != "":
		return "--auth-users and --curve-server exclude each other: a socket has one mechanism, and passwords are PLAIN's"
	case f.curveClient != "" && f.serverKey == "":
		return "--curve-client needs --server-key, the public key of the server"
	case (f.keys != "" || f.anyKey) && f.curveServer == "":
		return "--auth-keys and --insecure-any-key need --curve-server"
	case f.keys != "" && f.anyKey:
		return "--auth-keys and --insecure-any-key exclude each other"
	case f.curveServer != "" && f.keys == "" && !f.anyKey:
		return "--curve-server needs --auth-keys DIR, which has the keys of the clients, or --insecure-any-key"
	}
	return ""
}

// settings are the options of the socket. What the notes get is odd, but no error.
func (f *securityFlags) settings(notes io.Writer) ([]zmq.Setting, error) {
	switch {
	case f.plain != "":
		return f.plainClient()
	case f.serverKey != "":
		return f.asCurveClient(notes)
	case f.curveServer != "":
		pair, err := readPair(f.named("--curve-server"), f.curveServer, notes)
		if err != nil {
			return nil, err
		}
		return append(f.authenticated(), pair.AsServer()), nil
	case f.users != "":
		return append(f.authenticated(), zmq.PlainServer.Of(true)), nil
	case f.asks():
		return f.authenticated(), nil
	}
	return nil, nil
}

// authenticated are the settings of every socket that asks the handler.
func (f *securityFlags) authenticated() []zmq.Setting {
	domain := f.domain
	if domain == "" {
		domain = authDomain
	}
	return []zmq.Setting{zmq.ZAPDomain.Of(domain), zmq.ZAPEnforceDomain.Of(true)}
}

func (f *securityFlags) plainClient() ([]zmq.Setting, error) {
	user, password, given := strings.Cut(f.plain, ":")
	if !given {
		password = os.Getenv(passwordVariable)
	}
	if user == "" || password == "" {
		return nil, usageError{fmt.Errorf("%s wants USER:PASSWORD, or USER and the password in the environment as %s", f.named("--plain"), passwordVariable)}
	}
	if len(user) > 255 || len(password) > 255 {
		return nil, usageError{errors.New(f.named("--plain: a user and a password have at most 255 bytes"))}
	}
	return []zmq.Setting{zmq.PlainUsername.Of(user), zmq.PlainPassword.Of(password)}, nil
}

func (f *securityFlags) asCurveClient(notes io.Writer) ([]zmq.Setting, error) {
	server, err := readPublicKey(f.named("--server-key"), f.serverKey)
	if err != nil {
		return nil, err
	}
	pair := zmq.NewCurveKeypair()
	if f.curveClient != "" {
		if pair, err = readPair(f.named("--curve-client"), f.curveClient, notes); err != nil {
			return nil, err
		}
	}
	return []zmq.Setting{pair.AsClient(server)}, nil
}

// mechanism names the mechanism that the flags choose.
func (f *securityFlags) mechanism() string {
	switch {
	case f.serverKey != "" || f.curveServer != "":
		return "CURVE"
	case f.plain != "" || f.users != "":
		return "PLAIN"
	}
	return "NULL"
}

// asks says whether peers are to be authenticated.
func (f *securityFlags) asks() bool {
	return f.users != "" || f.curveServer != "" || len(f.allow)+len(f.deny) > 0
}

// handler starts what answers the socket's questions; nil if it has none.
func (f *securityFlags) handler(zctx *zmq.Context, logger *slog.Logger) (*auth.Handler, error) {
	if !f.asks() {
		return nil, nil
	}
	rules, err := f.rules()
	if err != nil {
		return nil, err
	}
	return auth.Start(zctx, auth.Config{Default: rules, Logger: logger})
}

// rules say which peers are let in.
func (f *securityFlags) rules() (rules auth.Rules, err error) {
	rules.InsecureAllowNull = f.users == "" && f.curveServer == "" // the addresses are what was asked for
	if rules.Allow, err = auth.ParseAddresses(f.allow...); err != nil {
		return rules, usageError{fmt.Errorf("%s: %w", f.named("--auth-allow"), bare(err))}
	}
	if rules.Deny, err = auth.ParseAddresses(f.deny...); err != nil {
		return rules, usageError{fmt.Errorf("%s: %w", f.named("--auth-deny"), bare(err))}
	}
	if f.users != "" {
		if rules.Passwords, err = auth.OpenPasswordFile(f.users); err != nil {
			return rules, fmt.Errorf("%s: %w", f.named("--auth-users"), bare(err))
		}
	}
	if f.keys != "" {
		if rules.Keys, err = auth.OpenKeyDirectory(f.keys); err != nil {
			return rules, fmt.Errorf("%s: %w", f.named("--auth-keys"), bare(err))
		}
	}
	if f.anyKey {
		rules.Keys = auth.InsecureAllowAnyKey()
	}
	return rules, nil
}

// readPair reads a secret certificate.
func readPair(flag, path string, notes io.Writer) (zmq.CurveKeypair, error) {
	c, err := auth.ReadCertificate(path)
	if err != nil {
		return zmq.CurveKeypair{}, fmt.Errorf("%s: %w", flag, bare(err))
	}
	if c.Keys.Secret.IsZero() {
		_, secret := auth.CertificateFiles(path)
		return zmq.CurveKeypair{}, usageError{fmt.Errorf("%s: %s has no secret key; it may be in %s", flag, path, secret)}
	}
	info, err := os.Stat(path)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(notes, "%s holds a secret key and is open to others: chmod 600 %s\n", path, path)
	}
	return c.Keys, nil
}

// readPublicKey takes a key, or a file that has one.
func readPublicKey(flag, text string) (zmq.PublicKey, error) {
	key, err := zmq.ParsePublicKey(text)
	if err == nil {
		return key, nil
	}
	if _, statErr := os.Stat(text); statErr != nil {
		return zmq.PublicKey{}, usageError{fmt.Errorf("%s wants a public key of 40 characters or a certificate file, and %q is neither", flag, text)}
	}
	c, err := auth.ReadCertificate(text)
	if err != nil {
		return zmq.PublicKey{}, fmt.Errorf("%s: %w", flag, bare(err))
	}
	return c.Keys.Public, nil
}

// bare takes the name of the package off an error that gets another beginning.
func bare(err error) error { return bareError{err} }

type bareError struct{ error }

// Error implements error.
func (e bareError) Error() string { return strings.ReplaceAll(e.error.Error(), "auth: ", "") }

// Unwrap gives the error.
func (e bareError) Unwrap() error { return e.error }
