// SPDX-License-Identifier: Apache-2.0

// The commands that make keys and certificates, and tell public keys.

package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gozmq/zmq"
	"github.com/gozmq/zmq/auth"
)

// maxInput is the most bytes that these commands read: keys and certificates
// are short, and Z85 is meant for such.
const maxInput = 1 << 20

func newKeygenCommand(s Streams) *cobra.Command {
	var out string
	var about []string
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Make a CURVE key pair",
		Long: `Makes a CURVE key pair and prints it, each key as 40 characters of Z85.

With --out it writes certificate files instead, as czmq and pyzmq have them: NAME.key_secret with both
keys, which stays where it is and only you can read, and NAME.key with the public key, which goes to
the others. The public key is printed then. Files that are there already are not overwritten.`,
		Example: "  zmq keygen\n  zmq keygen --out alice --about name='Alice Smith'",
		GroupID: "security",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			metadata, err := pairs("--about", about)
			if err != nil {
				return err
			}
			c := auth.NewCertificate(metadata)
			if out == "" {
				if len(about) > 0 {
					return usageError{errors.New("--about is for certificates: it needs --out")}
				}
				_, err = fmt.Fprintf(s.Out, "public %s\nsecret %s\n", c.Keys.Public, c.Keys.Secret.Z85())
				return err
			}
			if err := c.WriteFiles(out); err != nil {
				if errors.Is(err, zmq.ErrInvalid) {
					return usageError{bare(err)}
				}
				return bare(err)
			}
			public, secret := auth.CertificateFiles(out)
			fmt.Fprintf(s.Err, "wrote %s, for others, and %s, to be kept secret\n", public, secret)
			_, err = fmt.Fprintln(s.Out, c.Keys.Public)
			return err
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "write certificate files `NAME`.key and NAME.key_secret")
	cmd.Flags().StringArrayVar(&about, "about", nil, "put `NAME=VALUE` into the certificate's metadata; repeatable")
	return cmd
}

func newPublicCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "public [FILE]",
		Short: "Tell the public key of a secret one",
		Long: `Prints the public key of a certificate file, secret or public, or of a file with a secret key in Z85.
Without FILE it reads standard input. A key is not taken as an argument, where others could see it.`,
		Example: "  zmq public alice.key_secret\n  zmq keygen | sed -n 's/secret //p' | zmq public",
		GroupID: "security",
		Args:    atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := readAll(s.In, args)
			if err != nil {
				return err
			}
			if secret, err := zmq.ParseSecretKey(strings.TrimSpace(string(text))); err == nil {
				_, err = fmt.Fprintln(s.Out, secret.Public())
				return err
			}
			c, err := auth.ParseCertificate(text)
			if err != nil {
				return fmt.Errorf("neither a secret key of 40 characters nor a certificate: %w", bare(err))
			}
			_, err = fmt.Fprintln(s.Out, c.Keys.Public)
			return err
		},
	}
}

func newZ85Command(s Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "z85",
		Short:   "Write bytes as text, and back",
		Long:    "Z85 (RFC 32) is the text form of keys: five characters for four bytes.",
		GroupID: "security",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no %q; there are encode and decode", args[0])}
			}
			return usageError{errors.New("it wants encode or decode")}
		},
	}
	var raw bool
	encode := &cobra.Command{
		Use:     "encode [HEX]",
		Short:   "Write bytes in Z85",
		Long:    "Writes bytes in Z85. They come as hex digits, as the argument or from standard input, or with --raw\nfrom standard input as they are. Their number is a multiple of four.",
		Example: "  zmq z85 encode 864FD26FB559F75B\n  head -c 32 /dev/urandom | zmq z85 encode --raw",
		Args:    atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := dataOf(s.In, args, raw)
			if err != nil {
				return err
			}
			text, err := zmq.EncodeZ85(data)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.Out, text)
			return err
		},
	}
	decode := &cobra.Command{
		Use:     "decode [TEXT]",
		Short:   "Read bytes in Z85",
		Long:    "Writes the bytes of a text in Z85, which is the argument or comes from standard input, as hex digits\nor with --raw as they are.",
		Example: "  zmq z85 decode HelloWorld",
		Args:    atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := textOf(s.In, args)
			if err != nil {
				return err
			}
			data, err := zmq.DecodeZ85(text)
			if err != nil {
				return err
			}
			if raw {
				_, err = s.Out.Write(data)
			} else {
				_, err = fmt.Fprintf(s.Out, "%x\n", data)
			}
			return err
		},
	}
	for _, c := range []*cobra.Command{encode, decode} {
		c.Flags().BoolVar(&raw, "raw", false, "bytes as they are instead of hex digits")
		cmd.AddCommand(c)
	}
	return cmd
}

// dataOf reads what encode is to encode.
func dataOf(in io.Reader, args []string, raw bool) ([]byte, error) {
	if raw {
		if len(args) > 0 {
			return nil, usageError{errors.New("--raw reads standard input and takes no argument")}
		}
		return readAll(in, nil)
	}
	text, err := textOf(in, args)
	if err != nil {
		return nil, err
	}
	data, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, fmt.Errorf("these are no hex digits, two for each byte (--raw takes bytes as they are)")
	}
	return data, nil
}

// textOf is the argument, or standard input without its line end.
func textOf(in io.Reader, args []string) (string, error) {
	if len(args) > 0 {
		return args[0], nil
	}
	b, err := readAll(in, nil)
	return strings.TrimRight(string(b), "\r\n"), err
}

// readAll reads a file, or without one standard input.
func readAll(in io.Reader, args []string) ([]byte, error) {
	name := "standard input"
	if len(args) > 0 && args[0] != "-" {
		name = args[0]
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > maxInput {
		return nil, fmt.Errorf("read %s: it has more than %d bytes", name, maxInput)
	}
	return b, nil
}

// pairs takes NAME=VALUE apart.
func pairs(flag string, list []string) (map[string]string, error) {
	m := map[string]string{}
	for _, p := range list {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, usageError{fmt.Errorf("%s %s: it wants NAME=VALUE", flag, p)}
		}
		m[name] = value
	}
	return m, nil
}

// atMostOne is cobra.MaximumNArgs(1) as a usage error.
func atMostOne(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError{fmt.Errorf("it takes one argument at most, but got %q", args)}
	}
	return nil
}
