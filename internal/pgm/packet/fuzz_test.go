// SPDX-License-Identifier: Apache-2.0

package packet

import (
	"bytes"
	"slices"
	"testing"
)

// seeds adds the golden packets of some types.
func seeds(f *testing.F, types ...Type) {
	for _, g := range golden {
		if p := fromHex(f, g.bytes); slices.Contains(types, Type(p[4])) {
			f.Add(p)
		}
	}
}

// sealed parses the header of b as if its checksum and type were right, so that the fuzzer
// comes past them.
func sealed(b []byte, t Type) (h Header, body []byte, ok bool) {
	if len(b) < HeaderSize {
		return h, nil, false
	}
	b = bytes.Clone(b)
	b[4] = byte(t)
	seal(b)
	h, body, err := Parse(b)
	return h, body, err == nil
}

// FuzzHeader: whatever comes is parsed or malformed.
func FuzzHeader(f *testing.F) {
	seeds(f, SPM, OData, NAK, NCF, SPMR)
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, body, err := Parse(b); err == nil && (len(body) != len(b)-HeaderSize || h.Source().GSI != h.Asked().GSI) {
			t.Fatalf("% x: %+v", b, h)
		}
	})
}

// FuzzSPM: what is parsed is encoded in the same way, if its options can be.
func FuzzSPM(f *testing.F) {
	seeds(f, SPM)
	f.Fuzz(func(t *testing.T, b []byte) {
		h, body, ok := sealed(b, SPM)
		if !ok {
			return
		}
		m, err := ParseSPM(&h, body)
		if err != nil {
			return
		}
		h, body, err = Parse(AppendSPM(nil, h.Source(), h.To, &m))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseSPM(&h, body); err != nil || again.Path != m.Path || again.Lead != m.Lead || again.Fin != m.Fin {
			t.Fatalf("%+v became %+v, %v", m, again, err)
		}
	})
}

// FuzzData: of ODATA and RDATA.
func FuzzData(f *testing.F) {
	seeds(f, OData)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []Type{OData, RData} {
			h, body, ok := sealed(b, kind)
			if !ok {
				return
			}
			m, err := ParseData(&h, body)
			if err != nil {
				return
			}
			p := AppendData(nil, kind, h.Source(), h.To, m.Seq, m.Trail, m.Data)
			Repeat(p, m.Trail)
			if h, body, err = Parse(p); err != nil {
				t.Fatal(err)
			}
			if again, err := ParseData(&h, body); err != nil || again.Seq != m.Seq || !bytes.Equal(again.Data, m.Data) {
				t.Fatalf("%+v became %+v, %v", m, again, err)
			}
		}
	})
}

// FuzzRequest: of NAK and NCF.
func FuzzRequest(f *testing.F) {
	seeds(f, NAK, NCF)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []Type{NAK, NCF} {
			h, body, ok := sealed(b, kind)
			if !ok {
				return
			}
			r, err := ParseRequest(&h, body)
			if err != nil {
				return
			}
			seqs := slices.Collect(r.Seqs())
			if len(seqs) > 1+MaxListed {
				t.Fatalf("%d sequence numbers", len(seqs))
			}
			h, body, err = Parse(AppendNCF(nil, h.Source(), h.To, r.Source, r.Group, seqs))
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParseRequest(&h, body); err != nil || !slices.Equal(slices.Collect(again.Seqs()), seqs) {
				t.Fatalf("%+v became %+v, %v", r, again, err)
			}
		}
	})
}
