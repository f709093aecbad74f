// SPDX-License-Identifier: Apache-2.0

package kvcache

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tinylib/msgp/msgp"
)

// ErrFormat is the error of a payload that is not a batch of events.
var ErrFormat = errors.New("kvcache: not a batch of events")

// The fields of arrays, in their order. Maps have the same names.
var (
	batchFields  = []string{"ts", "events", "data_parallel_rank"}
	storedFields = []string{
		"block_hashes", "parent_block_hash", "token_ids", "block_size", "lora_id",
		"medium", "lora_name", "extra_keys", "group_idx",
	}
	removedFields = []string{"block_hashes", "medium", "group_idx"}
)

// Decode reads a batch. What it keeps as MessagePack lies in the payload, which must not be
// changed while the batch is used; texts and hashes are copied. It uses memory in proportion to the payload, whatever lengths that
// announces. An event that cannot be read becomes an Unknown with an Err; the error of
// Decode, which matches ErrFormat, is that of the batch itself.
func Decode(payload []byte) (*Batch, error) {
	fields, err := split(payload, batchFields)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	b, events := &Batch{}, false
	for _, f := range fields {
		switch f.Name {
		case "ts":
			b.Seconds, err = number(f.Raw)
		case "events":
			events = true
			err = each(f.Raw, func(raw []byte) error {
				b.Events = append(b.Events, decodeEvent(raw))
				return nil
			})
		case "data_parallel_rank":
			b.Rank, err = optionalInt(f.Raw)
		default:
			b.More = append(b.More, f)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrFormat, f.Name, err)
		}
	}
	if !events {
		return nil, fmt.Errorf("%w: it has no events", ErrFormat)
	}
	return b, nil
}

// decodeEvent reads an event, which may be wrapped in a bin.
func decodeEvent(raw []byte) Event {
	inner, err := raw, error(nil)
	for err == nil && msgp.NextType(inner) == msgp.BinType {
		inner, _, err = msgp.ReadBytesZC(inner)
	}
	tag, fields := "", []Field(nil)
	if err == nil {
		tag, fields, err = tagged(inner)
	}
	if err != nil {
		return &Unknown{Raw: raw, Err: err}
	}
	var e Event
	switch tag {
	case "BlockStored":
		e, err = stored(fields)
	case "BlockRemoved":
		e, err = removed(fields)
	case "AllBlocksCleared":
		e = &AllBlocksCleared{More: fields}
	default:
		return &Unknown{Tag: tag, Raw: raw}
	}
	if err != nil {
		return &Unknown{Tag: tag, Raw: raw, Err: err}
	}
	return e
}

// tagged returns the type of an event, and its other fields by their names.
func tagged(raw []byte) (tag string, fields []Field, err error) {
	all, err := split(raw, nil)
	if err != nil {
		return "", nil, err
	}
	asMap := msgp.NextType(raw) == msgp.MapType
	found := false
	for i, f := range all {
		if asMap && f.Name != "type" || !asMap && i > 0 {
			fields = append(fields, f)
			continue
		}
		if tag, err = text(f.Raw); err != nil {
			return "", nil, fmt.Errorf("the type of an event: %w", err)
		}
		found = true
	}
	if !found {
		return "", nil, errors.New("an event without a type")
	}
	if asMap {
		return tag, fields, nil
	}
	names := map[string][]string{"BlockStored": storedFields, "BlockRemoved": removedFields}[tag]
	for i := range min(len(fields), len(names)) {
		fields[i].Name = names[i]
	}
	return tag, fields, nil
}

func stored(fields []Field) (*BlockStored, error) {
	e := &BlockStored{}
	var err error
	for _, f := range fields {
		switch f.Name {
		case "block_hashes":
			e.Blocks, err = hashes(f.Raw)
		case "parent_block_hash":
			e.Parent, err = optional(f.Raw, hash)
		case "token_ids":
			e.Tokens, err = tokens(f.Raw)
		case "block_size":
			e.BlockSize, err = integer(f.Raw)
		case "lora_id":
			e.LoRAID, err = optionalInt(f.Raw)
		case "medium":
			e.Medium, err = optionalText(f.Raw)
		case "lora_name":
			e.LoRAName, err = optionalText(f.Raw)
		case "extra_keys":
			if !msgp.IsNil(f.Raw) {
				e.ExtraKeys = f.Raw
			}
		case "group_idx":
			e.Group, err = optionalInt(f.Raw)
		default:
			e.More = append(e.More, f)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return e, nil
}

func removed(fields []Field) (*BlockRemoved, error) {
	e := &BlockRemoved{}
	var err error
	for _, f := range fields {
		switch f.Name {
		case "block_hashes":
			e.Blocks, err = hashes(f.Raw)
		case "medium":
			e.Medium, err = optionalText(f.Raw)
		case "group_idx":
			e.Group, err = optionalInt(f.Raw)
		default:
			e.More = append(e.More, f)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return e, nil
}

// split takes an array or a map apart. Items of an array get names in their order.
func split(raw []byte, names []string) (fields []Field, err error) {
	if msgp.NextType(raw) != msgp.MapType {
		err = each(raw, func(item []byte) error {
			f := Field{Raw: item}
			if len(fields) < len(names) {
				f.Name = names[len(fields)]
			}
			fields = append(fields, f)
			return nil
		})
		return fields, err
	}
	n, rest, err := msgp.ReadMapHeaderBytes(raw)
	for ; err == nil && n > 0; n-- {
		var name, value []byte
		if name, rest, err = next(rest); err != nil {
			break
		}
		if value, rest, err = next(rest); err != nil {
			break
		}
		var key string
		if key, err = text(name); err != nil {
			return nil, fmt.Errorf("a key of a map: %w", err)
		}
		fields = append(fields, Field{key, value})
	}
	return fields, err
}

// each calls f for each item of an array.
func each(raw []byte, f func(item []byte) error) error {
	n, rest, err := msgp.ReadArrayHeaderBytes(raw)
	for ; err == nil && n > 0; n-- {
		var item []byte
		if item, rest, err = next(rest); err == nil {
			err = f(item)
		}
	}
	return err
}

// next cuts one value off.
func next(b []byte) (value, rest []byte, err error) {
	rest, err = msgp.Skip(b)
	if err != nil {
		return nil, nil, err
	}
	n := len(b) - len(rest)
	return b[:n:n], rest, nil
}

func optional[T any](raw []byte, read func([]byte) (T, error)) (*T, error) {
	if msgp.IsNil(raw) {
		return nil, nil
	}
	v, err := read(raw)
	if err != nil {
		return nil, err
	}
	return &v, nil
}

func optionalInt(raw []byte) (*int64, error) { return optional(raw, integer) }

func optionalText(raw []byte) (string, error) {
	if msgp.IsNil(raw) {
		return "", nil
	}
	return text(raw)
}

func text(raw []byte) (string, error) {
	s, _, err := msgp.ReadStringBytes(raw)
	return s, err
}

func integer(raw []byte) (int64, error) {
	n, _, err := msgp.ReadInt64Bytes(raw)
	return n, err
}

// number reads a time, which one library writes as an integer if it is one.
func number(raw []byte) (float64, error) {
	switch msgp.NextType(raw) {
	case msgp.IntType, msgp.UintType:
		n, err := integer(raw)
		return float64(n), err
	case msgp.Float32Type:
		f, _, err := msgp.ReadFloat32Bytes(raw)
		return float64(f), err
	case msgp.NilType:
		return 0, nil
	}
	f, _, err := msgp.ReadFloat64Bytes(raw)
	if math.IsNaN(f) {
		f = 0
	}
	return f, err
}

// hash reads a hash: an integer with or without a sign, or bytes.
func hash(raw []byte) (Hash, error) {
	switch msgp.NextType(raw) {
	case msgp.BinType, msgp.StrType: // older writers of MessagePack have str for bytes
		return hashOfBytes(raw)
	case msgp.UintType:
		n, _, err := msgp.ReadUint64Bytes(raw)
		return Hash{Value: n}, err
	}
	n, _, err := msgp.ReadInt64Bytes(raw)
	return Hash{Value: uint64(n)}, err
}

func hashOfBytes(raw []byte) (Hash, error) {
	b, _, err := msgp.ReadBytesZC(raw)
	if msgp.NextType(raw) == msgp.StrType {
		b, _, err = msgp.ReadStringZC(raw)
	}
	if err != nil {
		return Hash{}, err
	}
	var last [8]byte
	tail := b[max(0, len(b)-8):]
	copy(last[8-len(tail):], tail)
	return Hash{binary.BigEndian.Uint64(last[:]), string(b)}, nil
}

func hashes(raw []byte) (all []Hash, err error) {
	err = each(raw, func(item []byte) error {
		h, err := hash(item)
		all = append(all, h)
		return err
	})
	return all, err
}

func tokens(raw []byte) (all []Token, err error) {
	err = each(raw, func(item []byte) error {
		t, err := token(item)
		all = append(all, t)
		return err
	})
	return all, err
}

// token reads an id, or a pair of ids.
func token(raw []byte) (t Token, err error) {
	if msgp.NextType(raw) != msgp.ArrayType {
		t.ID, err = integer(raw)
		return t, err
	}
	var ids []int64
	err = each(raw, func(item []byte) error {
		id, err := integer(item)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return t, err
	}
	if len(ids) != 2 {
		return t, fmt.Errorf("a token has %d ids, not one or two", len(ids))
	}
	return Token{ids[0], ids[1], true}, nil
}
